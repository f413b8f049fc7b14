"""The studies of a life, on made-up turns whose truth is known: what is said is what happened."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from engine.errors import SparkError
from engine.observation.against import against_report
from engine.observation.comparison import compare
from engine.observation.compute_study import ARMS, a_day, compute_report
from engine.observation.life_studies import cache_study, failures_study, likely_cause, usage_study
from engine.observation.references import Reference, load_references, parses
from engine.observation.replay import Outcome
from engine.observation.report import Table
from engine.procedures.pattern import normalise
from engine.routing.categories import Category
from engine.routing.queries import load_queries

TURN = Outcome(
    text="how do i sort a list", answer="sorted(xs)", path="core", category="routine", confidence=0.9, threshold=0.8,
    total_ms=500.0, first_ms=100.0, flops=10.0, monolith=100.0,
)  # fmt: skip
FAST = replace(TURN, path="fast", category="completion", flops=1.0)
HIT = replace(TURN, path="procedure", flops=0.5, hit=True, procedure="how do i sort a list")


def test_usage_counts_what_happened() -> None:
    life = [*[TURN] * 30, *[FAST] * 10, *[HIT] * 20]
    figures = usage_study(life, "").figures
    assert figures["shares"] == {"procedure": 20 / 60, "fast": 10 / 60, "core": 0.5}
    assert figures["compute_of_monolith"] == pytest.approx((300 + 10 + 10) / 6000)
    assert (figures["shortcuts_first_half"], figures["shortcuts_second_half"]) == (0.0, 1.0)


def test_an_empty_life_is_no_crash() -> None:
    for study in (usage_study, failures_study):
        assert study([], "").summary
    assert cache_study([], 0, "").figures["hits"] == 0


def test_the_cache_study_finds_wrong_hits_and_changed_answers() -> None:
    life = [TURN, HIT, replace(HIT, flag="wrong"), replace(HIT, right=False), replace(TURN, answer="xs.sort()")]
    report = cache_study(life, 1, "")
    assert (report.figures["hits"], report.figures["wrong_hits"], report.figures["differing_repeats"]) == (3, 2, 1)


@pytest.mark.parametrize(
    ("change", "cause"),
    [
        ({}, None),
        ({"wanted": "routine", "right": True}, None),
        ({"wanted": "outside"}, "outside question was taken"),
        ({"wanted": "outside", "confidence": 0.3}, None),
        ({"wanted": "explain"}, "sure and wrong: explain taken for routine, on another path"),
        ({"wanted": "debug", "category": "explain"}, "on the same path"),
        ({"wanted": "explain", "confidence": 0.4}, "knew that it was unsure"),
        ({"hit": True, "flag": "wrong"}, "learned answer is wrong"),
        ({"answer": " ", "right": False}, "nothing was answered"),
        ({"path": "fast", "right": False}, "fast path, which did not know"),
        ({"memories": 2, "right": False}, "read memories and still"),
        ({"right": False}, "core did not know"),
    ],
)
def test_causes(change: dict[str, object], cause: str | None) -> None:
    found = likely_cause(replace(TURN, **change))  # type: ignore[arg-type]
    assert found is None if cause is None else found is not None and cause in found


def test_failures_are_grouped_largest_first() -> None:
    life = [replace(TURN, right=False)] * 3 + [replace(HIT, flag="wrong"), replace(TURN, right=True)]
    report = failures_study(life, "")
    assert (report.figures["failures"], report.figures["judged"]) == (4, 5)
    tables = [part.title for part in report.parts if isinstance(part, Table)]
    assert tables == ["the core did not know", "the learned answer is wrong"]


def test_the_paired_bootstrap_is_scipys() -> None:
    chance = np.random.default_rng(0)
    a, b = chance.normal(0, 1, 80), chance.normal(0.2, 1, 80)
    ours = compare(a.tolist(), b.tolist(), draws=4000)
    theirs = stats.bootstrap((b - a,), np.mean, n_resamples=4000, method="percentile", rng=chance).confidence_interval
    assert (ours.low, ours.high) == pytest.approx((theirs.low, theirs.high), abs=0.03)
    assert ours.mean == pytest.approx(float(np.mean(b - a)))


def test_chance_is_told_from_difference() -> None:
    assert compare([0.0] * 30, [1.0] * 30).more_than_chance
    assert not compare([0.0, 1.0] * 15, [1.0, 0.0] * 15).more_than_chance
    assert not compare([], []).more_than_chance


def test_against_says_what_moved() -> None:
    report = against_report([TURN] * 20, [FAST] * 20, "routing.threshold=0.6", 20)
    differences = report.figures["differences"]
    assert isinstance(differences, dict)
    assert differences["shortcuts"]["more_than_chance"] and differences["MFLOP"]["more_than_chance"]
    same = against_report([TURN] * 20, [TURN] * 20, "memory.recall=1", 20)
    assert "cannot be told apart" in same.summary[-1]


def test_a_day_repeats_as_zipf_says_and_is_the_same_again() -> None:
    references = [Reference(f"question {n}") for n in range(50)]
    day = a_day(references, 2000, seed=3)
    assert day == a_day(references, 2000, seed=3) != a_day(references, 2000, seed=4)
    counts = sorted((sum(r.text == one.text for r, _ in day) for one in references), reverse=True)
    assert counts[0] / 2000 == pytest.approx(1 / sum(1 / rank for rank in range(1, 51)), abs=0.03)
    assert len({session for _, session in day}) == 50


def test_every_kind_has_its_share_of_a_day() -> None:
    references = [Reference(f"question {n}", "routine" if n < 10 else "explain") for n in range(40)]
    day = a_day(references, 2000)
    assert sum(one.category == "routine" for one, _ in day) / 2000 == pytest.approx(10 / 40, abs=0.03)


def test_the_compute_study_adds_up() -> None:
    alone = [replace(TURN, right=True)] * 4
    lived = {arm.name: alone for arm in ARMS} | {ARMS[-1].name: [replace(HIT, right=True)] * 4}
    figures = compute_report(lived, 10).figures
    assert figures["compute"] == {  # the core alone is charged as the monolith
        "core alone": 1.0, "+ memory": 0.1, "+ fast path": 0.1, "+ procedures": 0.005,
    }  # fmt: skip
    assert figures["quality_difference"] == [0.0, 0.0, 0.0]
    assert "stopped" in compute_report({arm.name: [] for arm in ARMS}, 10).summary[0]


def test_the_hundred_are_a_hundred_and_judge_themselves() -> None:
    found = load_references()
    assert len(found) == 100 and len({one.text for one in found}) == 100
    assert {one.category for one in found} == {*(category.value for category in Category), "outside"}
    assert [one.text for one in found if one.right(one.answer) is False] == []
    assert sum(bool(one.must) for one in found) >= 80


def test_none_of_the_hundred_teaches_the_router() -> None:
    taught = {normalise(query.text).lower() for query in load_queries()}
    assert [one.text for one in load_references() if normalise(one.text).lower() in taught] == []


def test_code_is_judged_as_code() -> None:
    assert parses("def f(x):", "    return x") is True
    assert parses("def f(x):", "    return x +") is False
    assert parses("how", "```python\nx = 1\n```") is True
    assert parses("how", "```python\nx = = 1\n```") is False
    assert parses("how", "just words") is None


def test_a_broken_file_of_queries_is_one_sentence(tmp_path: Path) -> None:
    file = tmp_path / "q.jsonl"
    for content in ("", "[]\n", "{}\n", '{"text": 3}\n', '{"text": "x", "must": 1}\n'):
        file.write_text(content)
        with pytest.raises(SparkError):
            load_references(file)
