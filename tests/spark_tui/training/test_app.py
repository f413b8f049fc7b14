"""The training app with a trainer that tells a made-up run: another process, real pipes, a headless terminal."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.pilot import Pilot

from engine.settings import Home
from engine.text import FORBIDDEN
from spark_tui.preferences import Preferences
from spark_tui.training.app import TrainApp
from spark_tui.training.child import Child
from train.arguments import build_parser

FAKE = Path(__file__).with_name("fake_trainer.py")
ROOT = Path(__file__).parents[3]
SECONDS = 30.0
PANES = (
    ("1", "loss ─"), ("2", "samples ─"), ("3", "speed ─"), ("4", "gradients ─"), ("5", "attention ─"), ("6", "seen ─"),
    ("7", "clicks ─"),
)  # fmt: skip


class Watched:
    def __init__(self, app: TrainApp, pilot: Pilot[int]) -> None:
        self.app, self.pilot = app, pilot

    async def until(self, condition: str | Callable[[], object]) -> None:
        met = (lambda: condition in self.screen()) if isinstance(condition, str) else condition
        for _ in range(int(SECONDS / 0.05)):
            if met():
                return
            await self.pilot.pause(0.05)
        raise AssertionError(f"waited {SECONDS} s for {condition!r}; the screen:\n{self.screen()}")

    def screen(self) -> str:
        return "\n".join(strip.text.rstrip() for strip in self.app.screen._compositor.render_strips())


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch):
    """`async with watch("steps=100") as run`: the app with that made-up run."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))

    @asynccontextmanager
    async def watching(
        *words: str, size: tuple[int, int] = (120, 36), preferences: Preferences | None = None
    ) -> AsyncIterator[Watched]:
        args = build_parser().parse_args(["core"])
        app = TrainApp(lambda: Child([sys.executable, str(FAKE), *words]), args, preferences)
        try:
            async with app.run_test(size=size) as pilot:
                yield Watched(app, pilot)
        finally:
            if app.child is not None:
                app.child.kill()
                app.child.wait(5)

    return watching


async def test_a_whole_run_and_what_came_of_it(watch) -> None:
    async with watch("steps=200") as run:
        await run.until("next: spark train core --run brisk-otter --resume --steps 400")
        screen = run.screen()
        for shown in (
            "spark train core · 1m · toy · run brisk-otter", "step 200 / 200 · 100% · finished", "18,400 tok/s",
            "━ held-out 1.428", "0.649 bits/byte", "step 200 · “for item in items:” · ✓ parses",
            "1.1M parameters on cpu", "embed ━", "finished after step 200",
            "checkpoint: /tmp/runs/brisk-otter/checkpoints/step-00000200",
        ):  # fmt: skip
            assert shown in screen, shown
        assert run.app.is_running, "it stays until a person leaves"
        await run.pilot.press("q")
        await run.until(lambda: not run.app.is_running)
        assert run.app.return_value == 0


async def test_it_wears_the_theme_of_the_chat_and_keeps_another(watch, tmp_path: Path) -> None:
    home = Home(tmp_path)
    Preferences(home).put("theme", "spark-clear")
    home.config.write_text('[keys]\n"train.pause" = "p"\n')
    async with watch("steps=4000", "seconds=0.02", preferences=Preferences(home)) as run:
        assert run.app.theme == "spark-clear"
        await run.until("p pause")
        await run.until(lambda: run.app.story.step is not None)
        await run.pilot.press("p")
        await run.until("paused")
        told = {command.title: command.help for command in run.app.get_system_commands(run.app.screen)}
        assert told["Sample now"] == "key g" and told["Pause"] == "key p" and told["Keys"] == "key f1"
        assert told["Clicks"] == "hide or show it · key 7"
        run.app.theme = "spark-light"
        await run.until(lambda: Preferences(home).get("theme", "") == "spark-light")


async def test_pause_sample_save_and_stop(watch) -> None:
    async with watch("steps=4000", "seconds=0.02") as run:
        await run.until("tok/s")
        await run.pilot.press("space")
        await run.until("· paused")
        await run.pilot.press("space")
        await run.until(lambda: "paused" not in run.screen())
        count = len(run.app.story.samples)
        await run.pilot.press("g")
        await run.until(lambda: len(run.app.story.samples) > count)
        await run.pilot.press("s")
        await run.until(lambda: run.app.story.saved)
        assert "Saved at step" in run.screen()
        await run.pilot.press("q")
        await run.until(lambda: not run.app.is_running)
        assert run.app.return_value == 0 and run.app.story.ended.reason == "stopped" and not run.app.killed


async def test_q_twice_leaves_at_once(watch) -> None:
    async with watch("steps=3", "seconds=60") as run:
        await run.until("brisk-otter")
        await run.pilot.press("q")
        await run.until("q again leaves at once")
        await run.pilot.press("q")
        await run.until(lambda: not run.app.is_running)
        assert run.app.return_value == 1 and run.app.killed and run.app.child.wait(5)


async def test_panes_can_be_hidden_and_shown(watch) -> None:
    async with watch("steps=100") as run:
        await run.until("finished after")
        for key, title in PANES:
            await run.pilot.press(key)
            await run.until(lambda title=title: title not in run.screen())
        for key, title in PANES:
            await run.pilot.press(key)
            await run.until(title)


async def test_log_scale_and_help(watch) -> None:
    async with watch("steps=100") as run:
        await run.until("finished after")
        await run.pilot.press("y")
        await run.until("· log scale")
        await run.pilot.press("f1")
        await run.until("hide or show loss, samples, speed")
        await run.pilot.press("escape")
        await run.until(lambda: "hide or show" not in run.screen())


async def test_what_the_model_writes_is_only_text(watch) -> None:
    async with watch("steps=100") as run:
        await run.until("finished after")
        screen = run.screen()
        assert "[/bold]    self.self" in screen and "✗ line 2" in screen
        assert FORBIDDEN.search(screen.replace("\n", "")) is None


async def test_a_loss_that_is_no_number(watch) -> None:
    async with watch("steps=60", "nan=30") as run:
        await run.until("next: spark train core --help")
        assert "1 not a number: gaps" in run.screen() and "At step 30 the loss is not a number" in run.screen()
        await run.pilot.press("q")
        await run.until(lambda: not run.app.is_running)
        assert run.app.return_value == 1


async def test_wrong_data_leaves_with_the_trainers_sentence(watch) -> None:
    async with watch("fails=1") as run:
        await run.until(lambda: not run.app.is_running)
        assert run.app.return_value == 1
        assert run.app.child.complaint() == "There is no data set called moon; choose toy, functions or a path."


async def test_a_trainer_that_dies_is_told(watch) -> None:
    async with watch("steps=60", "dies=20") as run:
        await run.until("ended at step 20: MemoryError: no room")


@pytest.mark.parametrize("size", [(10, 3), (1, 1), (20, 6), (50, 20), (80, 24), (300, 90)])
async def test_any_size(watch, size) -> None:
    async with watch("steps=100", "blocks=40", size=size) as run:
        await run.until(lambda: run.app.story.ended)
        for key in ("2", "y", "1", "1"):
            await run.pilot.press(key)
        for other in ((10, 3), (120, 36), size):
            await run.pilot.resize_terminal(*other)
            await run.pilot.pause()
        assert all(len(line) <= size[0] for line in run.screen().splitlines())


async def test_thousands_of_steps_a_second_are_drawn_ten_times(watch) -> None:
    async with watch("steps=5000") as run:
        drawings = 0
        whole = run.app._hear

        def counted(child: Child) -> None:
            nonlocal drawings
            drawings += 1
            whole(child)

        run.app._hear = counted
        await run.until("finished after step 5,000")
        assert run.app.story.train.count == 5000 and drawings < 100


async def test_heads_layers_and_observations_are_chosen_by_keys(watch) -> None:
    async with watch("steps=100") as run:
        await run.until("finished after")
        screen = run.screen()
        assert "layer 1, 2 heads · step 100" in screen and "1 previous" in screen and "▀▀" in screen
        assert "keyword" in screen and "25% right" in screen and "40 brackets match" in screen
        await run.pilot.press("l")
        await run.until("layer 2, 2 heads")
        await run.pilot.press("l", "h")
        await run.until("layer 1, head 1")
        assert "0.98 ( → def" in run.screen()
        await run.pilot.press("h", "h")
        await run.until("layer 1, 2 heads")
        await run.pilot.press("n")
        await run.until("loss after each layer")
        assert "rank 900" in run.screen()


async def test_a_prompt_of_ones_own(watch) -> None:
    async with watch("steps=4000", "seconds=0.02") as run:
        await run.until("tok/s")
        await run.pilot.press("t", "q", "colon", "space", "d", "enter")
        await run.until("“q: d”")
        await run.pilot.press("t", "escape", "space")
        await run.until("· paused")


async def test_zoom_shows_the_newest_steps(watch) -> None:
    async with watch("steps=100") as run:
        await run.until("finished after")
        await run.pilot.press("z")
        await run.until("newest 50%")
        assert "step 50" in run.screen()
        await run.pilot.press("z", "z", "z")
        await run.until(lambda: "newest" not in run.screen().lower().replace("the newest", ""))
