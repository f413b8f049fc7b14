"""The training app: the trainer's events in, a few keys out.

    spark train core --size 1m --data toy

The trainer is another process, so nothing here is heavy, and drawing never holds up a step.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Collection, Iterable
from functools import partial
from typing import ClassVar

from textual.app import ComposeResult, SystemCommand
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import Screen

from spark_tui.personal import PersonalApp, key_for
from spark_tui.preferences import Preferences
from spark_tui.training.child import Child, Start
from spark_tui.training.frame import Ask, Hints, Notice, Title
from spark_tui.training.outcome import outcome
from spark_tui.training.pace import SHORTEST, Pace
from spark_tui.training.panes.attention import AttentionPane
from spark_tui.training.panes.clicks import ClicksPane
from spark_tui.training.panes.gradients import GradientsPane
from spark_tui.training.panes.loss import LossPane
from spark_tui.training.panes.samples import SamplesPane
from spark_tui.training.panes.seen import SeenPane
from spark_tui.training.panes.speed import SpeedPane
from spark_tui.training.story import Story
from train.events import Clicked, Evaluated, Observed, Problem, Sample, Saved, TrainEvent
from train.plain import duration


class TrainApp(PersonalApp[int]):
    """One run. `start` begins it, once the first frame is on the screen; `args` are its options."""

    CSS_PATH = "style.tcss"
    TITLE = "Spark"
    AUTO_FOCUS = None  # letters are keys until the person asks for the line
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (64, "-wide")]  # noqa: RUF012  # Textual's type
    VERTICAL_BREAKPOINTS = [(0, "-tiny"), (10, "-low"), (30, "-high"), (46, "-tall")]  # noqa: RUF012
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "pause", "pause", id="train.pause"),
        Binding("g", "sample", "sample now", id="train.sample"),
        Binding("t", "type_prompt", "your own prompt", id="train.prompt"),
        Binding("s", "save", "save", id="train.save"),
        Binding("y", "log_scale", "log scale", id="train.log"),
        Binding("z", "zoom", "zoom", id="train.zoom"),
        Binding("n", "next_seen", "next observation", id="train.next"),
        Binding("l", "next_layer", "layer", id="train.layer"),
        Binding("h", "next_head", "head", id="train.head"),
        Binding("1", "toggle_pane('loss')", "loss", id="train.loss"),
        Binding("2", "toggle_pane('samples')", "samples", id="train.samples"),
        Binding("3", "toggle_pane('speed')", "speed", id="train.speed"),
        Binding("4", "toggle_pane('gradients')", "gradients", id="train.gradients"),
        Binding("5", "toggle_pane('attention')", "attention", id="train.attention"),
        Binding("6", "toggle_pane('seen')", "observations", id="train.seen"),
        Binding("7", "toggle_pane('clicks')", "clicks", id="train.clicks"),
        Binding("f1,question_mark", "help", "keys", id="train.help"),
        Binding("q", "quit", "stop", id="train.stop"),
    ]

    def __init__(self, start: Start, args: argparse.Namespace, preferences: Preferences | None = None) -> None:
        super().__init__(preferences)
        self.story = Story()
        self.child: Child | None = None
        self.status: int | None = None
        """Of the trainer, once it has ended."""
        self.killed = False
        self._start, self._args = start, args
        self._pace = Pace()
        self._unseen = False  # observers found something that is not drawn yet
        self._stopping = False
        self._prompt = ""  # a person's own, whose sample has not come yet
        self._began = time.monotonic()
        self.line = Title(self.story, args.model)
        self.loss = LossPane(self.story)
        self.samples = SamplesPane(self.story)
        self.speed = SpeedPane(self.story)
        self.gradients = GradientsPane(self.story)
        self.attention = AttentionPane(self.story)
        self.seen = SeenPane(self.story)
        self.clicks = ClicksPane(self.story)
        self.ask = Ask()
        self.problem, self.told = Notice("problem"), Notice("outcome")
        self.hints = Hints()

    def compose(self) -> ComposeResult:
        yield self.line
        with Horizontal(id="body"):
            with Vertical(id="left"):
                yield self.loss
                yield self.attention
                yield self.clicks
            with Vertical(id="right"):
                yield self.samples
                yield self.seen
                yield self.gradients
                yield self.speed
        yield self.problem
        yield self.told
        yield self.ask
        yield self.hints

    def on_ready(self) -> None:
        """The first frame is on the screen."""
        self.keep_theme()
        self.begin()

    def begin(self) -> None:
        """Now the trainer may load torch."""
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
        fresh: set[type[TrainEvent]] = set()
        while child.events:
            event = child.events.popleft()
            self.story.hear(event)
            fresh.add(type(event))
            match event:
                case Problem():
                    self.problem.tell([f"step {event.step:,}: {event.text}"])
                case Saved():
                    self.hints.say(f"Saved at step {event.step:,}: {event.path}")
                case Evaluated():
                    self.hints.refresh()
                case Sample(prompt=prompt) if prompt and prompt == self._prompt:
                    self._prompt = ""
                    break  # it is drawn before a newer one takes its place
                case _:
                    pass
        self.line.doing(self._doing())
        self._unseen |= Observed in fresh
        fresh.discard(Observed)
        resting = self.story.paused or child.status is not None  # nothing more may come for a while
        if self._unseen and (self._pace.looks_due() or resting):
            self._unseen = False
            fresh.add(Observed)
        self.draw(fresh)

    def draw(self, fresh: Collection[type[TrainEvent]]) -> None:
        """Only the panes that these kinds of event change."""
        self.line.refresh()
        self.loss.redraw()
        self.speed.redraw()
        if Sample in fresh:
            self.samples.redraw()
        if Clicked in fresh:
            self.clicks.redraw()
        if Observed in fresh:
            for pane in (self.gradients, self.attention, self.seen):
                pane.redraw()

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

    def action_zoom(self) -> None:
        shown = self.loss.zoom()
        self.hints.say("The whole run." if shown == 1 else f"The newest {shown:.0%} of the steps.")

    def action_next_seen(self) -> None:
        self.seen.next()

    def action_next_layer(self) -> None:
        self.attention.next_layer()

    def action_next_head(self) -> None:
        self.attention.next_head()

    def action_type_prompt(self) -> None:
        self.ask.open()

    def on_input_submitted(self, message: Ask.Submitted) -> None:
        """A prompt of the person's own; an empty one asks for the run's."""
        message.stop()
        text = message.value.replace("\n", " ")
        self._prompt = text
        self._wish(f"sample {text}" if text.strip() else "sample", "The sample comes after the running step.")

    def action_toggle_pane(self, name: str) -> None:
        self.query_one(f"#{name}").toggle_class("-off")
        for side in (self.query_one("#left"), self.query_one("#right")):
            shown = [pane for pane in side.query_children() if not pane.has_class("-off")]
            side.set_class(not shown, "-off")
            for pane in side.query_children():
                pane.set_class(pane in shown[:1], "-first")
        self.query_one("#right").set_class(self.query_one("#left").has_class("-off"), "-wide")

    def action_help(self) -> None:
        from spark_tui.training.help import KEYS, HelpScreen

        self.push_screen(HelpScreen(KEYS, "The run goes on while you read; esc closes this"))

    def action_help_quit(self) -> None:
        """ctrl+c with nothing selected."""
        self.hints.say(f"{key_for(self, 'train.stop', 'q')} stops at a safe point and leaves.")

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

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """The palette has what the keys do, and Textual's themes and screenshot."""
        own: dict[str, Binding] = {}
        for some in self._bindings.key_to_bindings.values():
            for one in some:
                if one.id:
                    own.setdefault(one.action, one)
        for action, one in own.items():
            does = "hide or show it · " if action.startswith("toggle_pane") else ""
            told = f"{does}key {key_for(self, one.id or '', one.key)}"
            yield SystemCommand(one.description.capitalize(), told, partial(self._do, action))
        yield from (theirs for theirs in super().get_system_commands(screen) if theirs.title in ("Theme", "Screenshot"))

    async def _do(self, action: str) -> None:
        await self.run_action(action)

    def leave(self) -> None:
        """Called from a signal handler: the terminal is gone, or the machine goes down."""
        if self.is_running:
            self.call_later(self.exit, 0)
