"""The text of an answer: Markdown that grows while it is written, plain text where Markdown would freeze."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from spark_tui.chat.growing import GrowingMarkdown

MOST_BLOCKS = 150
"""Rough number of blocks and table cells above which the Markdown widget takes seconds to lay out."""
MOST_CHARACTERS = 40_000


def blocks(text: str) -> int:
    """About how many widgets Markdown would make of `text`; a fenced block is one, a table cell is one."""
    count, fenced = 0, False
    for line in text.split("\n"):
        if line.lstrip().startswith(("```", "~~~")):
            fenced = not fenced
            count += fenced
        elif not fenced and line.strip():
            count += 1 + line.count("|") + line[:200].count(">")
    return count


class AnswerBody(Vertical):
    """`feed` while it is written, `finish` with the whole text once; both may be awaited one after the other."""

    def __init__(self) -> None:
        super().__init__(classes="body")
        self._text = ""
        self._markdown = GrowingMarkdown()
        self._plain: Static | None = None

    def compose(self) -> ComposeResult:
        yield self._markdown

    async def feed(self, piece: str) -> None:
        """More of the answer."""
        self._text += piece
        if not await self._as_plain() and self._markdown.is_attached:
            await self._markdown.grow(self._text)

    async def finish(self, text: str) -> None:
        """The whole answer: what could not be known while it was written (a late link target) is put right."""
        self._text = text
        # Not while the app is closing, or the turn being taken away.
        if not await self._as_plain() and self._markdown.is_attached:
            await self._markdown.show(text)

    async def _as_plain(self) -> bool:
        """Show it as plain text if Markdown would freeze. Returns whether it is plain."""
        if self._plain is None and _too_much(self._text):
            self._plain = Static("", markup=False, classes="plain")
            await self._markdown.remove()
            await self.mount(self._plain)
        if self._plain is not None:
            self._plain.update(Content(self._text))
        return self._plain is not None


def _too_much(text: str) -> bool:
    return len(text) > MOST_CHARACTERS or blocks(text) > MOST_BLOCKS
