"""What the panes share: a title that asks a question, and lines that make room for each other."""

from __future__ import annotations

from typing import ClassVar, NamedTuple

from textual.app import RenderResult
from textual.content import Content
from textual.widget import Widget

from engine.events import Event, Usage
from spark_tui.theme import DIM, FAINT


class Line(NamedTuple):
    """A row of a pane. Where rows are scarce the lines with the lowest `keep` go first."""

    content: Content
    keep: int = 5


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

    def title(self, width: int) -> Content:
        head = Content.assemble(
            (self.NAME, "bold"), (" ─ ", FAINT), (self.QUESTION, DIM), " ", ("─" * max(0, width), FAINT)
        )
        return head.truncate(width)

    def render(self) -> RenderResult:
        width, height = self.size
        if width < 4 or height < 1:
            return Content("")
        rows = [self.title(width), *fitting(self.lines(width), height - 1)]
        return Content("\n").join(row.truncate(width, ellipsis=True) for row in rows)


def fitting(lines: list[Line], height: int) -> list[Content]:
    """The most important lines that fit in `height` rows, in their own order."""
    excess = len(lines) - max(0, height)
    if excess > 0:
        order = sorted(range(len(lines)), key=lambda index: (lines[index].keep, -index))
        dropped = set(order[:excess])
        lines = [line for index, line in enumerate(lines) if index not in dropped]
    return [line.content for line in lines]
