"""The text of an answer: Markdown that grows while it is written, plain text where Markdown would freeze."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Markdown, Static
from textual.widgets.markdown import MarkdownStream

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
        # Text given to the constructor before a stream loses its fence: begin empty.
        self._markdown = Markdown("", open_links=False)
        self._stream: MarkdownStream | None = None
        self._plain: Static | None = None

    def compose(self) -> ComposeResult:
        yield self._markdown

    async def feed(self, piece: str) -> None:
        """More of the answer."""
        self._text += piece
        if self._plain is None and _too_much(self._text):
            await self._become_plain()
        if self._plain is not None:
            self._plain.update(Content(self._text))
            return
        if self._stream is None:
            self._stream = Markdown.get_stream(self._markdown)
        await self._stream.write(piece)

    async def finish(self, text: str) -> None:
        """The whole answer: what streaming could not know (a late link target, a loose list) is put right."""
        await self._stop_stream()
        self._text = text
        if self._plain is None and _too_much(text):
            await self._become_plain()
        if self._plain is not None:
            self._plain.update(Content(text))
        elif self._markdown.is_attached:  # not while the app is closing, or the turn being taken away
            await self._markdown.update(text)

    async def _become_plain(self) -> None:
        await self._stop_stream()
        self._plain = Static(Content(self._text), markup=False, classes="plain")
        await self._markdown.remove()
        await self.mount(self._plain)

    async def _stop_stream(self) -> None:
        if self._stream is not None:
            stream, self._stream = self._stream, None
            await stream.stop()


def _too_much(text: str) -> bool:
    return len(text) > MOST_CHARACTERS or blocks(text) > MOST_BLOCKS
