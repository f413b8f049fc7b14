"""The training screen as a person sees it, kept as plain text beside this file.

    SPARK_SNAPSHOTS=write pytest tests/spark_tui/training/test_snapshots.py   # after a change that is meant; then look

Replays of a made-up run, so that no time of this machine is in them.
"""

from __future__ import annotations

import math
import subprocess
import sys
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from spark_tui.training.replay import ReplayApp
from tests.spark_tui.kept import looks_as_kept
from train.arguments import build_parser
from train.events import Step, TrainEvent, from_json

FOLDER = Path(__file__).parent / "snapshots"
ROOT = Path(__file__).parents[3]

# name: (the step, what is pressed)
SCREENS = {
    "end": (100, []),
    "middle": (50, []),
    "log-and-zoom": (100, ["y", "z"]),
    "one-head": (100, ["l", "h"]),
    "observation": (100, ["n"]),
    "few-panes": (100, ["1", "2", "3"]),
    "one-side": (100, ["2", "3", "4", "6"]),
    "help": (100, ["f1"]),
}


@cache
def made_up() -> tuple[TrainEvent, ...]:
    """100 steps; ten losses in the middle and one near the end are no numbers."""
    fake = [sys.executable, str(Path(__file__).with_name("fake_trainer.py")), "steps=100"]
    with subprocess.Popen(
        fake, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT, env={"PYTHONPATH": str(ROOT)}
    ) as told:
        assert told.stdout is not None
        events = [event for line in told.stdout if (event := from_json(line)) is not None]
    lost = {*range(40, 50), 90}
    return tuple(
        replace(event, loss=math.nan) if isinstance(event, Step) and event.step in lost else event for event in events
    )


def replayed() -> ReplayApp:
    return ReplayApp(list(made_up()), build_parser().parse_args(["core", "--replay", "brisk-otter"]))


@pytest.mark.parametrize("size", [(80, 24), (140, 46)], ids=["80x24", "140x46"])
@pytest.mark.parametrize("name", SCREENS)
async def test_the_screen_looks_as_it_did(name: str, size: tuple[int, int]) -> None:
    app = replayed()
    async with app.run_test(size=size) as pilot:
        step, keys = SCREENS[name]
        await pilot.press("space", *keys)
        app.go_to(step)
        app.hints._forget()
        await pilot.pause(0.1)
        rows = [strip.text.rstrip() for strip in app.screen._compositor.render_strips()]
    looks_as_kept(FOLDER / f"{name}-{size[0]}x{size[1]}.txt", "\n".join(rows) + "\n")


async def test_a_click_on_the_slider_winds_there() -> None:
    app = replayed()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.click("#slider", offset=(31, 0))  # a blank, then a bar of 62 cells
        await pilot.pause()
        assert 48 <= app.slider.step <= 51 and not app.playing
