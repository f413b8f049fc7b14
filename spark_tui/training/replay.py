"""`spark train --replay NAME`: a run again, in the same app, with a slider of time.

spark train --replay brisk-otter
"""

from __future__ import annotations

import argparse
from typing import ClassVar

from textual import events
from textual.app import ComposeResult, RenderResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

from spark_tui.preferences import Preferences
from spark_tui.theme import DIM
from spark_tui.training.app import TrainApp
from spark_tui.training.child import Child
from spark_tui.training.tape import Tape
from spark_tui.widgets.bars import bar
from train.events import Clicked, Observed, Sample, TrainEvent

_SECONDS = 30.0
"""A whole run is played in so many seconds, whatever its length."""
_TICK = 0.1


class Slider(Widget):
    """Where on the tape we are."""

    ALLOW_SELECT = False

    class Wound(Message):
        """A person pointed at this share of the run."""

        def __init__(self, share: float) -> None:
            super().__init__()
            self.share = share

    def __init__(self, tape: Tape) -> None:
        super().__init__(id="slider")
        self._tape = tape
        self.step = 0

    def render(self) -> RenderResult:
        share = self.step / max(1, self._tape.last_step)
        return Content.assemble((bar(share, self._room()), "$primary"), (self._told(), DIM))

    def on_click(self, event: events.Click) -> None:
        place = event.get_content_offset(self)
        if place is not None and place.x < self._room():
            self.post_message(self.Wound(place.x / max(1, self._room() - 1)))

    def _told(self) -> str:
        last = f"{self._tape.last_step:,}"
        return f" step {f'{self.step:,}':>{len(last)}} of {last}"

    def _room(self) -> int:
        """Cells of the bar."""
        return max(0, self.size.width - len(self._told()))


def _no_trainer() -> Child:
    raise AssertionError("a replay has no trainer")


class ReplayApp(TrainApp):
    """Winds the tape instead of hearing a trainer; everything that shows is the live app's."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "play", "play", id="replay.play"),
        Binding("left,shift+left", "wind(-1)", "back", id="replay.back"),
        Binding("right,shift+right", "wind(1)", "forth", id="replay.forth"),
        Binding("home", "wind(-1000)", "start", id="replay.start"),
        Binding("end", "wind(1000)", "end", id="replay.end"),
    ]

    def __init__(
        self, events: list[TrainEvent], args: argparse.Namespace, preferences: Preferences | None = None
    ) -> None:
        super().__init__(_no_trainer, args, preferences)
        self.tape = Tape(events, self.story)
        self.slider = Slider(self.tape)
        self.samples.idle = "Shows what the model wrote; up to here it wrote nothing."
        self.playing = True
        self._exact = 0.0

    def compose(self) -> ComposeResult:
        for widget in super().compose():
            if widget is self.hints:
                yield self.slider
            yield widget

    def begin(self) -> None:
        self.hints.replay()
        self.go_to(1)
        self.set_interval(_TICK, self._play)

    def go_to(self, step: float) -> None:
        """Show the run as it was at this step."""
        self._exact = min(float(self.tape.last_step), max(1.0, step))
        self.slider.step = int(self._exact)
        back = self.tape.at
        fresh = {type(event) for event in self.tape.wind(int(self._exact))}
        if self.tape.at < back:
            fresh = {Sample, Clicked, Observed}
        self.line.doing("replay" if self.playing else "replay, paused")
        self.slider.refresh()
        self.draw(fresh)

    def _play(self) -> None:
        if self.playing and self._exact < self.tape.last_step:
            self.go_to(self._exact + self.tape.last_step * _TICK / _SECONDS)

    def action_play(self) -> None:
        if not self.playing and self._exact >= self.tape.last_step:
            self._exact = 1.0
        self.playing = not self.playing
        self.go_to(self._exact)

    def action_wind(self, hundredths: int) -> None:
        """By hundredths of the run; winding by hand stops the tape."""
        self.playing = False
        self.go_to(self._exact + hundredths * max(1.0, self.tape.last_step / 100))

    def on_slider_wound(self, message: Slider.Wound) -> None:
        self.playing = False
        self.go_to(message.share * self.tape.last_step)

    def action_help(self) -> None:
        from spark_tui.training.help import REPLAY_KEYS, HelpScreen

        self.push_screen(HelpScreen(REPLAY_KEYS, "esc closes this"))

    def action_help_quit(self) -> None:
        self.hints.say("q leaves.")

    def action_save(self) -> None:
        self.hints.say("This is a replay: there is nothing to save.")

    def action_sample(self) -> None:
        self.hints.say("This is a replay: samples are those of the run.")

    def action_type_prompt(self) -> None:
        self.action_sample()

    async def action_quit(self) -> None:
        self.exit(0)
