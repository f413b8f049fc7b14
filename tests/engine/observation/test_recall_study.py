"""The study on a conversation made for it: who is found, who is not, and the report."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.errors import SparkError
from engine.observation.ahead_study import study_ahead
from engine.observation.conversations import read_conversations
from engine.observation.recall_bench import bench_recall
from engine.observation.recall_study import WAYS, memory_report, study_recall
from engine.observation.write_bench import bench_writes
from tests.engine.memory.support import WordEmbedder

TURNS = [
    {"id": "1", "speaker": "Ann", "session": "s", "text": "What does your brother play?"},
    {"id": "2", "speaker": "Bob", "session": "s", "text": "Cello!", "caption": "a photo of a cello"},
    *({"id": f"x{n}", "speaker": "Ann", "session": "t", "text": f"gardening {n}"} for n in range(20)),
    {"id": "3", "speaker": "Ann", "session": "u", "text": "zebra quagga"},
]
QUESTIONS = [
    {"question": "who has a cello?", "category": 1, "evidence": ["2"]},
    {"question": "what about gardening", "category": 2, "evidence": ["3", "unknown"]},
    {"question": "does Ann play cello?", "category": 5, "evidence": ["2"]},
    {"question": "never counted", "category": 1, "evidence": ["unknown"]},
]


def test_the_study_counts_and_reports(tmp_path: Path) -> None:
    file = tmp_path / "conversations.json"
    file.write_text(json.dumps([{"id": "c", "turns": TURNS, "questions": QUESTIONS}]), encoding="utf-8")
    figures = study_recall(read_conversations(file), WordEmbedder(), tmp_path / "homes")
    assert [one.name for one in figures] == list(WAYS)
    whole = figures[0]
    assert (whole.questions, whole.recall[10], whole.mrr, whole.adversarial) == (2, 0.5, 0.5, 1.0)
    assert [(miss.question, miss.wanted) for miss in whole.misses] == [("what about gardening", "zebra quagga")]
    ahead = study_ahead([one.lines for one in read_conversations(file)], WordEmbedder(), turns=6)
    assert ahead.turns == 6
    assert 0 < ahead.hits <= ahead.recalled <= 12
    assert ahead.fetch_ms > 0
    report = memory_report(figures, ahead)
    assert "50.0%" in report.summary[0]
    assert report.figures["everything"]["recall@10"] == 0.5  # type: ignore[index, call-overload]


def test_another_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('[{"turns": 3}]', encoding="utf-8")
    with pytest.raises(SparkError, match="labelled conversations"):
        read_conversations(tmp_path / "a.json")


def test_the_benchmark_measures_all_three(tmp_path: Path) -> None:
    (figures,) = bench_recall([150], queries=5)
    assert [one.name for one in figures.contestants] == ["spark", "exact (numpy)", "lancedb hybrid"]
    assert figures.contestants[0].found >= 0.8
    assert figures.rows == 150
    assert all(0 < one.p50 <= one.p95 for one in figures.contestants)
    assert figures.bytes > 150 * 384 * 2


def test_every_turn_of_the_write_benchmark_is_kept_and_weighed() -> None:
    figures = bench_writes(120)
    assert [one.turns for one in figures.stretches] == [120]
    assert 0 < figures.stretches[0].p50 <= figures.stretches[0].p95
    assert figures.characters < figures.record
    assert figures.index > 120 * 384


@pytest.mark.parametrize("when", ["1:56 pm on 8 May, 2023", "2023-05-08T13:56", "2023-05-08T15:56+02:00"])
def test_lines_are_said_when_the_file_says(when: str, tmp_path: Path) -> None:
    file = tmp_path / "conversations.json"
    file.write_text(json.dumps([{"turns": [TURNS[0] | {"when": when}], "questions": []}]), encoding="utf-8")
    (conversation,) = read_conversations(file)
    assert conversation.end == 1683554160.0
