"""The journey of a real small run: every part is there, and its figures are those of the events."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.errors import SparkError
from engine.observation.report import Plot, Prose, Table, write_report
from spark_tui.commands.study.page import write_page
from tests.train.tiny_runs import TOKENIZER, of_kind, tiny_mixture, tiny_model, tiny_options, tiny_rows
from train.events import Evaluated, Sample, Started, Step
from train.journey import journey
from train.runs import RunFolder
from train.samples import Prompt
from train.trainer import train


def test_the_journey_of_a_run(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path / "wren")
    folder.create()
    options = tiny_options(40, observe_every=10, sample_every=20, evaluate_every=20, sample_tokens=6)
    events = list(
        train(
            tiny_model(), tiny_mixture(), options, folder.path,
            heldout=[tiny_rows("held")], tokenizer=TOKENIZER, prompts=[Prompt("def a")],
        )
    )  # fmt: skip
    for event in events:
        folder.append(event)
    folder.close()
    report = journey(folder.path)
    assert report.figures["steps"] == 40
    assert report.figures["loss"] == of_kind(events, Step)[-1].loss
    assert report.figures["best_held_out"] == min(event.loss for event in of_kind(events, Evaluated))
    plots = {part.title: part for part in report.parts if isinstance(part, Plot)}
    for title in ("Loss", "Gradient flow: norm by block", "Attention over time: entropy of heads"):
        assert plots[title].series, title
    assert any(title.startswith("Embedding evolution") for title in plots)
    assert plots["Loss"].series[0].y == tuple(step.loss for step in of_kind(events, Step))
    (table,) = [part for part in report.parts if isinstance(part, Table) and part.title.startswith("What every head")]
    assert [row[0] for row in table.rows] == ["1.1", "1.2", "2.1", "2.2"]
    prose = {part.title: part.text for part in report.parts if isinstance(part, Prose)}
    assert "Step 1:" in prose["Attention over time"] and "Step 40, " in prose["Samples"]
    page = write_report(report, tmp_path / "report").read_text()
    assert page.count("![") == len(plots)
    assert all(plot.reading for title, plot in plots.items() if not title.startswith("The rates"))


def test_a_sample_cannot_leave_its_block_of_code(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path / "odd")
    folder.create()
    folder.append(Started("odd", "1m", 0, 1, None, 1, {}, [], "cpu", 1, False))
    folder.append(Step(1, 1.0, 1, 1.0, 0.1, 1.0, 1.0, 1.0, 0.0, 1))
    folder.append(Sample(1, "def f():", "\n```\n<script>x</script>\x1b[31m", False, ""))
    folder.close()
    page = write_page(write_report(journey(folder.path), tmp_path / "report")).read_text()
    assert "<script>" not in page and "&lt;script&gt;x" in page and "\x1b" not in page
    assert page.count("<svg") == 2 and "plot-1.svg" not in page  # one file, its plots inside
    assert page.count("<pre>") == 1


def test_no_run_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(SparkError, match="There is no run"):
        journey(tmp_path)
    (tmp_path / "metrics.jsonl").write_text("")
    with pytest.raises(SparkError, match="not taken a step"):
        journey(tmp_path)
