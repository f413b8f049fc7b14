"""What the panes of a run share: a title with the key that hides it, and lines that make room for each other."""

from __future__ import annotations

from typing import ClassVar

from textual.app import RenderResult
from textual.content import Content
from textual.widget import Widget

from spark_tui.training.story import Story
from spark_tui.widgets.rows import Line, drawn, titled


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
        return drawn(titled(self.NAME, self.what(), width), self.lines(width, height - 1), width, height)
