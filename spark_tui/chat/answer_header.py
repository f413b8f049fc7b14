"""The line above an answer: its facts, and the two marks to click."""

from __future__ import annotations

from dataclasses import dataclass

from textual import events
from textual.app import RenderResult
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

from engine.events import Flag
from spark_tui.chat.answer_facts import Facts
from spark_tui.chat.question import LABEL
from spark_tui.theme import CROSS, DIM, FAINT, IMPORTANT, STAR, WRONG

_MARKS = 4  # cells at the right end: "★ ✗ "
_GAP = 1  # between the facts and them


class AnswerHeader(Widget):
    """`spark ▌core · explain .93 · 2 memories · 0.6 s                         ★ ✗`"""

    ALLOW_SELECT = False

    @dataclass
    class Marked(Message):
        """A mark was clicked."""

        flag: Flag

    def __init__(self, facts: Facts, label: bool = True) -> None:
        super().__init__(classes="header")
        self.facts = facts
        self._label = label

    def render(self) -> RenderResult:
        width = self.size.width
        room = width - _MARKS
        label = Content.styled("spark".ljust(LABEL), DIM) if self._label and width >= 4 * LABEL else Content("")
        if room < 8:
            return Content.assemble(label, self.facts.line(width)).truncate(width, ellipsis=True)
        text = Content.assemble(label, self.facts.line(room - _GAP - label.cell_length))
        return Content.assemble(text.truncate(room - _GAP, ellipsis=True, pad=True), " " * _GAP, self._marks())

    def on_click(self, event: events.Click) -> None:
        if not self.facts.can_flag:
            return
        from_right = self.size.width - event.x
        if from_right in (4, 3):
            event.stop()
            self.post_message(self.Marked(Flag.IMPORTANT))
        elif from_right in (2, 1):
            event.stop()
            self.post_message(self.Marked(Flag.WRONG))

    def _marks(self) -> Content:
        if not self.facts.can_flag:
            return Content(" " * _MARKS)
        flag = self.facts.flag
        return Content.assemble(
            (STAR, f"{IMPORTANT} bold" if flag is Flag.IMPORTANT else FAINT),
            " ",
            (CROSS, f"{WRONG} bold" if flag is Flag.WRONG else FAINT),
            " ",
        )
