"""What was asked, beside its label, with the lines under each other."""

from __future__ import annotations

from textual.app import RenderResult
from textual.content import Content
from textual.geometry import Size
from textual.widget import Widget

from engine.text import sanitize
from spark_tui.theme import DIM

LABEL = 6
"""Cells for "you" and "spark"; the text of question and answer begins behind them."""
SHOWN_LINES, SHOWN_CHARACTERS = 12, 1_200
"""What is longer is shown by its beginning and its end, where the question itself stands behind what was pasted."""
LAST_LINES, LAST_CHARACTERS = 3, 300


class Question(Widget):
    """One widget, however many lines: there are many of them on the screen."""

    def __init__(self, text: str) -> None:
        super().__init__(classes="asked")
        self._text = shortened(text)

    def say(self, text: str) -> None:
        """Show another question."""
        self._text = shortened(text)
        self.refresh(layout=True)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return len(self._lines(width))

    def render(self) -> RenderResult:
        return Content("\n").join(self._lines(self.size.width))

    def _lines(self, width: int) -> list[Content]:
        indent = LABEL if width >= 4 * LABEL else 0
        lines = self._text.wrap(max(1, width - indent)) or [Content("")]
        label = Content.styled("you".ljust(indent), f"{DIM} not bold")[:indent]
        return [Content.assemble(label if row == 0 else " " * indent, line) for row, line in enumerate(lines)]


def shortened(text: str) -> Content:
    """The question, safe to show; of a long one its beginning and end, and how much there is in all."""
    head = sanitize(text[: 8 * SHOWN_CHARACTERS]).strip("\n")
    if len(text) <= 8 * SHOWN_CHARACTERS and len(head) <= SHOWN_CHARACTERS and head.count("\n") < SHOWN_LINES:
        return Content.styled(head.rstrip(), "bold")
    tail = sanitize(text[-8 * LAST_CHARACTERS :]).rstrip()
    first = "\n".join(head.split("\n")[: SHOWN_LINES - LAST_LINES])[: SHOWN_CHARACTERS - LAST_CHARACTERS].rstrip()
    last = "\n".join(tail.split("\n")[-LAST_LINES:])[-LAST_CHARACTERS:]
    total = f"\n… {len(text):,} characters, {text.count(chr(10)) + 1:,} lines in all …\n"
    return Content.assemble((first, "bold"), (total, DIM), (last, "bold"))
