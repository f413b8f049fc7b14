"""A run of the past: wound to any step the story is what a watcher knew then; the app shows it with a slider."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import SparkError
from spark_tui.training.replay import ReplayApp
from spark_tui.training.story import Story
from spark_tui.training.tape import Tape, read_run
from train.arguments import build_parser
from train.events import Clicked, Ended, Observed, Sample, Started, Step, TrainEvent, to_json


def run_of(steps: int) -> list[TrainEvent]:
    data = [{"name": "toy", "tokens": 20_000}]
    events: list[TrainEvent] = [Started("brisk-otter", "1m", 0, steps, None, 1_066_054, {}, data, "cpu", 2, False)]
    for step in range(1, steps + 1):
        events.append(Step(step, 8 / step, step * 4096, 18_400, 2e-2, 0.8, step / steps, step, steps - step, 900 << 20))
        if step % 10 == 0:
            events.append(Observed(step, "token kinds", {"keyword": 1 / step}))
            events.append(Sample(step, "def f(", f"step {step}", True, ""))
    events.append(Clicked(20, "samples parse", 0.6))
    events.append(Ended(steps, "finished", 12.0, "", steps * 4096, {}))
    return events


@given(st.lists(st.integers(-5, 70), min_size=1, max_size=8))
def test_winding_anywhere_is_the_same_as_hearing_up_to_there(steps: list[int]) -> None:
    events = run_of(50)
    story = Story()
    tape = Tape(events, story)
    for step in steps:
        tape.wind(step)
        straight = Story()
        for event in events[: tape.at]:
            straight.hear(event)
        assert (story.at, story.step, story.seen, story.samples, story.clicks) == (
            straight.at, straight.step, straight.seen, straight.samples, straight.clicks,
        )  # fmt: skip
        assert story.train.count == straight.train.count
        assert story.at <= max(step, 0) or step >= 50
        assert (story.ended is not None) == (step >= 50)


def test_there_must_be_something_to_replay(tmp_path: Path) -> None:
    with pytest.raises(SparkError, match="no run to replay"):
        read_run(tmp_path / "nothing")
    (tmp_path / "metrics.jsonl").write_text("half a li")
    with pytest.raises(SparkError, match="told nothing"):
        read_run(tmp_path)
    (tmp_path / "metrics.jsonl").write_text("\n".join(map(to_json, run_of(3))) + '\n{"event": "st')
    assert read_run(tmp_path) == run_of(3)


async def test_the_app_goes_back_and_forth() -> None:
    app = ReplayApp(run_of(100), build_parser().parse_args(["--replay", "brisk-otter"]))

    def screen() -> str:
        return "\n".join(strip.text.rstrip() for strip in app.screen._compositor.render_strips())

    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("end")
        await pilot.pause(0.2)
        assert "step 100 of 100" in screen() and "replay, paused" in screen() and "20 samples parse" in screen()
        await pilot.press("home", *["right"] * 9)
        await pilot.pause(0.2)
        assert "step  10 of 100" in screen() and "1 of the last 1 parse" in screen() and "keyword" in screen()
        await pilot.press("g")
        await pilot.pause(0.2)
        assert "This is a replay" in screen()
        await pilot.press("space")
        await pilot.pause(0.5)
        assert app.slider.step > 10
        await pilot.press("q")
    assert app.return_value == 0
