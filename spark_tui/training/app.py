"""The training app: the trainer's events in, a few keys out.

    spark train core --size 1m --data toy

The trainer is another process, so nothing here is heavy, and drawing never holds up a step.
"""

from __future__ import annotations

import argparse
import time
from typing import ClassVar

from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical

from spark_tui.chat.terminal import driver_class
from spark_tui.theme import THEMES, path_variables
from spark_tui.training.child import Child, Start
from spark_tui.training.frame import Hints, Notice, Title
from spark_tui.training.outcome import outcome
from spark_tui.training.pace import SHORTEST, Pace
from spark_tui.training.panes.gradients import GradientsPane
from spark_tui.training.panes.loss import LossPane
from spark_tui.training.panes.samples import SamplesPane
from spark_tui.training.panes.speed import SpeedPane
from spark_tui.training.story import Story
from train.events import Evaluated, Problem, Sample, Saved
from train.plain import duration


class TrainApp(App[int]):
    """One run. `start` begins it, once the first frame is on the screen; `args` are its options."""

    CSS_PATH = "style.tcss"
    TITLE = "Spark"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (64, "-wide")]  # noqa: RUF012  # Textual's type
    VERTICAL_BREAKPOINTS = [(0, "-tiny"), (10, "-low"), (30, "-high")]  # noqa: RUF012
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "pause", "pause", id="train.pause"),
        Binding("g", "sample", "sample now", id="train.sample"),
        Binding("s", "save", "save", id="train.save"),
        Binding("y", "log_scale", "log scale", id="train.log"),
        Binding("1", "toggle_pane('loss')", "loss", id="train.loss"),
        Binding("2", "toggle_pane('samples')", "samples", id="train.samples"),
        Binding("3", "toggle_pane('speed')", "speed", id="train.speed"),
        Binding("4", "toggle_pane('gradients')", "gradients", id="train.gradients"),
        Binding("f1,question_mark", "help", "keys", id="train.help"),
        Binding("q", "quit", "stop", id="train.stop"),
    ]

    def __init__(self, start: Start, args: argparse.Namespace) -> None:
        super().__init__(driver_class=driver_class())
        self.story = Story()
        self.child: Child | None = None
        self.status: int | None = None
        """Of the trainer, once it has ended."""
        self.killed = False
        self._start, self._args = start, args
        self._pace = Pace()
        self._stopping = False
        self._began = time.monotonic()
        self.line = Title(self.story, args.model)
        self.loss = LossPane(self.story)
        self.samples = SamplesPane(self.story)
        self.speed = SpeedPane(self.story)
        self.gradients = GradientsPane(self.story)
        self.problem, self.told = Notice("problem"), Notice("outcome")
        self.hints = Hints()
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = THEMES[0].name

    @property
    def panes(self) -> tuple[LossPane, SamplesPane, SpeedPane, GradientsPane]:
        return self.loss, self.samples, self.speed, self.gradients

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return path_variables(self.current_theme.dark)

    def compose(self) -> ComposeResult:
        yield self.line
        with Horizontal(id="body"):
            with Vertical(id="left"):
                yield self.loss
                yield self.gradients
            with Vertical(id="right"):
                yield self.samples
                yield self.speed
        yield self.problem
        yield self.told
        yield self.hints

    def on_ready(self) -> None:
        """The first frame is on the screen: now the trainer may load torch."""
        self._began = time.monotonic()
        self.child = self._start()
        self.line.doing(self._doing())
        self.set_interval(SHORTEST, self._tick)

    # The trainer's side

    def _tick(self) -> None:
        """Hear what has come, draw if it is time; notice the end."""
        child = self.child
        if child is None or self.status is not None:
            return
        status = child.status  # before the events: what it said last is among them
        self.line.doing(self._doing())
        if (child.events and self._pace.due()) or status is not None:
            self._hear(child)
        if status is not None:
            self._over(child, status)

    def _hear(self, child: Child) -> None:
        """Everything said since the last drawing, drawn once."""
        before = self.story.gradients
        fresh_samples = False
        while child.events:
            event = child.events.popleft()
            self.story.hear(event)
            match event:
                case Sample():
                    fresh_samples = True
                case Problem():
                    self.problem.tell([f"step {event.step:,}: {event.text}"])
                case Saved():
                    self.hints.say(f"Saved at step {event.step:,}: {event.path}")
                case Evaluated():
                    self.hints.refresh()
                case _:
                    pass
        self.line.doing(self._doing())
        self.line.refresh()
        self.loss.redraw()
        self.speed.redraw()
        if fresh_samples:
            self.samples.redraw()
        if self.story.gradients is not before:
            self.gradients.redraw()

    def _over(self, child: Child, status: int) -> None:
        self.status = status
        if self._stopping or self.story.started is None:  # the person wants to leave; or it never began
            self.exit(status)
            return
        self.line.doing(self.story.ended.reason if self.story.ended is not None else "ended")
        self.told.tell(self.outcome())
        self.hints.only_leaving()

    def outcome(self) -> list[str]:
        """What came of the run."""
        child = self.child
        return outcome(self.story, self._args, child.last_words() if child is not None and self.status else "")

    def _doing(self) -> str:
        waited = duration(time.monotonic() - self._began)
        if self._stopping:
            return "stopping after this step · q again leaves at once"
        if self.story.started is None:
            return f"loading torch and the data … {waited}"
        if self.story.preparing:
            return f"compiling the model … {waited}" if self.story.started.compiled else f"the first step … {waited}"
        return "paused" if self.story.paused else ""

    # The person's side

    def _wish(self, line: str, said: str) -> None:
        """Hand a wish on to the trainer, which hears it between two steps."""
        if self.child is None or self.status is not None:
            self.hints.say("The run is over; q leaves.")
        elif self.child.send(line):
            self.hints.say(said)
        else:
            self.hints.say("The trainer no longer listens.")

    def action_pause(self) -> None:
        if self.story.paused:
            self._wish("resume", "It goes on.")
        else:
            self._wish("pause", "It pauses after the running step; space again lets it go on.")

    def action_sample(self) -> None:
        self._wish("sample", "Samples come after the running step.")

    def action_save(self) -> None:
        self._wish("save", "It is saved after the running step.")

    def action_log_scale(self) -> None:
        self.hints.say("The loss on a logarithmic scale." if self.loss.toggle_log() else "The loss on a linear scale.")

    def action_toggle_pane(self, name: str) -> None:
        self.query_one(f"#{name}").toggle_class("-off")
        left, right = self.query_one("#left"), self.query_one("#right")
        left.set_class(self.loss.has_class("-off") and self.gradients.has_class("-off"), "-off")
        right.set_class(self.samples.has_class("-off") and self.speed.has_class("-off"), "-off")
        right.set_class(left.has_class("-off"), "-wide")

    def action_help(self) -> None:
        from spark_tui.training.help import HelpScreen

        self.push_screen(HelpScreen())

    def action_help_quit(self) -> None:
        """ctrl+c with nothing selected."""
        self.hints.say("q stops at a safe point and leaves.")

    async def action_quit(self) -> None:
        """Stop at a safe point, then leave; asked twice, leave at once."""
        if self.child is None or self.status is not None:
            self.exit(self.status or 0)
        elif self._stopping or not self.child.send("stop"):
            self.killed = True
            self.child.kill()
            self.exit(1)
        else:
            self._stopping = True
            self.line.doing(self._doing())

    def leave(self) -> None:
        """Called from a signal handler: the terminal is gone, or the machine goes down."""
        if self.is_running:
            self.call_later(self.exit, 0)
