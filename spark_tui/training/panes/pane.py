"""What the panes of a run share: a title with the key that hides it, and lines that make room for each other."""

from __future__ import annotations

from typing import ClassVar

from textual.app import RenderResult
from textual.content import Content
from textual.widget import Widget

from spark_tui.chat.panes.pane import Line, fitting
from spark_tui.theme import DIM, FAINT
from spark_tui.training.story import Story

__all__ = ["Line", "RunPane", "titled"]


def titled(name: str, what: str, width: int) -> Content:
    """`name ─ what ──────`"""
    rule = Content.styled("─" * max(0, width), FAINT)
    return Content.assemble((name, "bold"), (" ─ ", FAINT), (what, DIM), " ", rule).truncate(width)


class RunPane(Widget):
    """Draws one side of the story; computes nothing."""

    NAME: ClassVar[str]
    ALLOW_SELECT = False

    def __init__(self, story: Story) -> None:
        super().__init__(id=self.NAME)
        self.story = story

    def what(self) -> str:
        """The rest of the title."""
        raise NotImplementedError

    def lines(self, width: int, height: int) -> list[Line]:
        """The rows under the title."""
        raise NotImplementedError

    def redraw(self) -> None:
        """The story has gone on."""
        self.refresh()

    def render(self) -> RenderResult:
        width, height = self.size
        if width < 4 or height < 1:
            return Content("")
        rows = [titled(self.NAME, self.what(), width), *fitting(self.lines(width, height - 1), height - 1)]
        return Content("\n").join(row.truncate(width, ellipsis=True) for row in rows)
