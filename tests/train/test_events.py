"""Events survive JSON, with the fields that others rely on."""

from __future__ import annotations

import json
import math

import pytest

from train.events import (
    Clicked,
    Ended,
    Evaluated,
    Observed,
    Paused,
    Problem,
    Sample,
    Saved,
    Started,
    Step,
    TrainEvent,
    from_json,
    to_json,
)
from train.plain import Lines, duration

EVENTS: list[TrainEvent] = [
    Started("r", "1m", 0, 10, None, 5, {"width": 3}, [{"name": "toy", "tokens": 4}], "cpu", 2, True),
    Step(1, 2.5, 4096, 100.0, 0.01, 1.0, 0.5, 1.0, 1.0, 1000),
    Evaluated(1, 2.0, 1.5, {"toy": 2.0}, {"toy": 0.5}, {"toy": 1.5}, 0.1),
    Sample(1, "def", " f():\n", True, ""),
    Observed(1, "gradients", {"embedding": 0.5}),
    Observed(1, "attention", {}, {"1.1": "0_"}, {"tokens": ["def"]}),
    Clicked(1, "samples parse", 0.6),
    Saved(1, "/r/step", 0.1),
    Problem(1, "careful"),
    Paused(1, True),
    Ended(1, "finished", 2.0, "", 4096, {"toy": 2.0}),
]


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: type(event).__name__)
def test_there_and_back(event: TrainEvent) -> None:
    assert from_json(to_json(event)) == event


def test_the_promised_fields() -> None:
    told = {json.loads(to_json(event))["event"]: json.loads(to_json(event)) for event in EVENTS}
    assert {"config", "parameters", "data"} <= told["started"].keys()
    assert {"step", "loss", "tokens", "tokens_per_s", "lr", "grad_norm"} <= told["step"].keys()
    assert {"bits_per_byte"} <= told["evaluated"].keys()
    assert {"prompt", "text", "parses"} <= told["sample"].keys()
    assert {"observer", "figures"} <= told["observed"].keys()
    assert {"what", "step"} <= told["clicked"].keys()
    assert {"path"} <= told["saved"].keys()
    assert {"reason", "seconds"} <= told["ended"].keys()


def test_a_loss_that_is_no_number_is_null_and_comes_back_as_nan() -> None:
    line = to_json(Step(1, math.nan, 1, 1.0, 1.0, math.inf, 0.0, 0.0, 0.0, 0))
    assert json.loads(line)["loss"] is None
    back = from_json(line)
    assert isinstance(back, Step)
    assert math.isnan(back.loss)


def test_what_a_later_spark_says_more_is_passed_over() -> None:
    assert from_json('{"event": "problem", "step": 1, "text": "x", "later": 2}') == Problem(1, "x")


@pytest.mark.parametrize("line", ["", "{", "[]", "3", '{"event": "unknown"}', '{"event": "step", "step": 1}'])
def test_other_lines_are_nothing(line: str) -> None:
    assert from_json(line) is None


def test_plain_lines_thin_out_steps_and_never_lose_the_rest() -> None:
    lines = Lines(every_seconds=1000)
    told = [lines.line(event) for event in EVENTS + EVENTS[1:2] * 5]
    assert sum("tok/s" in line for line in told if line) == 1
    assert sum(line is not None for line in told) == len(EVENTS) - 2  # only `Observed` is for screens alone


def test_durations() -> None:
    assert [duration(s) for s in (3.4, 99, 100, 5400, 11_100)] == ["3 s", "99 s", "2 min", "90 min", "3 h 05 min"]
