"""What a screen knows of a run, and what is said at its end."""

from __future__ import annotations

import argparse
import dataclasses
import math
from pathlib import Path

import pytest

from spark_tui.training.history import history
from spark_tui.training.outcome import next_command, outcome
from spark_tui.training.pace import LONGEST, LOOKS_APART, SHARE, SHORTEST, Pace
from spark_tui.training.story import Story
from train.arguments import build_parser
from train.events import Ended, Evaluated, Problem, Sample, Saved, Started, Step, to_json

STARTED = Started(
    "brisk-otter", "1m", 0, 100, None, 1_000_000,
    {"training": {"optimizer": {"matrix_lr": 0.01, "other_lr": 0.003}}}, [{"name": "toy"}], "cpu", 2, True,
)  # fmt: skip
SAVED = Saved(40, "/runs/brisk-otter/checkpoints/step-00000040", 0.1)


def step(number: int, loss: float = 2.0) -> Step:
    return Step(number, loss, number * 4096, 900.0, 1e-2, 0.5, number / 100, 1.0, 9.0, 1 << 30)


def options(*words: str) -> argparse.Namespace:
    return build_parser().parse_args(["core", *words])


def told(*events: object) -> Story:
    story = Story()
    for event in events:
        story.hear(event)
    return story


def test_curves_take_what_is_no_number_as_a_gap() -> None:
    story = told(STARTED, step(1), step(2, math.nan), step(3), Evaluated(3, math.inf, None, {}, {}, {}, 0.1))
    assert (story.train.count, story.train.missing) == (3, 1)
    assert (story.heldout.count, story.heldout.missing) == (1, 1)


def test_compiling_lasts_until_the_first_step_that_is_new() -> None:
    resumed = dataclasses.replace(STARTED, step=40)
    story = told(resumed, step(39), step(40))
    assert story.preparing
    story.hear(step(41))
    assert not story.preparing and not told().preparing


@pytest.mark.parametrize(
    ("events", "words", "wanted"),
    [
        ((STARTED, SAVED, Ended(40, "stopped", 9.0)), (), "spark train core --run brisk-otter --resume"),
        ((STARTED, SAVED, Ended(100, "finished", 9.0)), (), "spark train core --run brisk-otter --resume --steps 200"),
        (
            (dataclasses.replace(STARTED, total_steps=None, minutes=6.0), SAVED, Ended(100, "finished", 9.0)),
            ("--home", "/my home"),
            "spark train core --run brisk-otter --resume --home '/my home' --minutes 12",
        ),
        (
            (STARTED, SAVED, Ended(41, "failed", 9.0, "no number")),
            (),
            "spark train core --run brisk-otter --resume --matrix-lr 0.005 --lr 0.0015",
        ),
        ((STARTED, step(3)), (), "spark train core --help"),
        ((), (), "spark train core --help"),
    ],
)
def test_the_next_command_can_be_typed(events, words, wanted) -> None:
    args = options(*words)
    assert next_command(told(*events), args) == wanted
    build_parser().parse_args(wanted.replace("'/my home'", "/my").split()[2:]) if "--help" not in wanted else None


def test_the_outcome_has_only_figures_that_were_told() -> None:
    story = told(STARTED, step(1, 3.25), Evaluated(1, 2.5, None, {}, {}, {}, 0.1), SAVED, Ended(1, "stopped", 5.0))
    text = "\n".join(outcome(story, options()))
    assert "loss 3.250" in text and "held-out loss 2.500" in text and SAVED.path in text
    assert "bits" not in text and "parse" not in text
    story.hear(Evaluated(2, 2.5, 1.125, {}, {}, {}, 0.1))
    story.hear(Sample(2, "def f(", "x", True, ""))
    text = "\n".join(outcome(story, options()))
    assert "1.125 bits per byte" in text and "1 of 1 samples parse" in text


def test_a_trainer_that_died_is_quoted() -> None:
    lines = outcome(told(STARTED, step(7)), options(), "MemoryError: no room")
    assert lines[0] == "ended at step 7: MemoryError: no room" and "no checkpoint was written" in lines


def test_history_is_what_was_told_up_to_the_resume(tmp_path: Path) -> None:
    lines = [to_json(event) for event in (STARTED, step(1), Problem(1, "?"), step(2), SAVED, step(60))]
    (tmp_path / "metrics.jsonl").write_text("\n".join([*lines, '{"event": "st']), encoding="utf-8")
    resumed = dataclasses.replace(STARTED, step=40)
    assert list(history(tmp_path, resumed)) == [step(1), step(2)]
    assert list(history(tmp_path, STARTED)) == []
    assert list(history(tmp_path / "none", resumed)) == []


def test_the_pace_follows_what_drawing_costs() -> None:
    now, cpu = 0.0, 0.0
    pace = Pace(lambda: now, lambda: cpu)
    assert pace.due() and not pace.due()
    now += SHORTEST
    assert pace.due()
    cpu += 0.5 * SHARE  # that drawing cost so much: half a second to wait
    now += 0.4
    assert not pace.due()
    now += 0.1
    assert pace.due()
    cpu += 100.0
    now += LONGEST
    assert pace.due(), "never longer than the longest wait"


def test_looks_are_drawn_less_often() -> None:
    now = 0.0
    pace = Pace(lambda: now, lambda: 0.0)
    assert pace.looks_due() and not pace.looks_due()
    now += LOOKS_APART
    assert pace.looks_due()
