"""What the panes of the chat share: a title that asks a question, and ears for the events of a turn."""

from __future__ import annotations

from typing import ClassVar

from textual.app import RenderResult
from textual.content import Content
from textual.widget import Widget

from engine.events import Event, Usage
from spark_tui.widgets.rows import Line, drawn, titled


class Pane(Widget):
    """Hears the events of one turn and draws them; computes nothing.

    Every state of a pane fills the same rows, so that nothing jumps while a turn goes by.
    """

    NAME: ClassVar[str]
    QUESTION: ClassVar[str]

    ALLOW_SELECT = False

    def begin(self) -> None:
        """A new turn: forget the last one."""
        raise NotImplementedError

    def hear(self, event: Event) -> None:
        """Take in one event of the turn; ignore what is none of this pane's business."""
        raise NotImplementedError

    def hear_usage(self, usage: Usage) -> None:
        """Figures over the life of this home have changed."""

    def lines(self, width: int) -> list[Line]:
        """The rows under the title, each at most `width` cells wide."""
        raise NotImplementedError

    def render(self) -> RenderResult:
        width, height = self.size
        if width < 4 or height < 1:
            return Content("")
        return drawn(titled(self.NAME, self.QUESTION, width), self.lines(width), width, height)
