"""Markdown that grows while it is written: what stands already is neither parsed, highlighted nor laid out again.

Textual's own widget mounts a list anew for every word that is added to it, and a whole document for its last line.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, lru_cache
from itertools import takewhile
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token
from textual.content import Content
from textual.geometry import Size
from textual.layout import ArrangeResult, Layout
from textual.layouts.stream import StreamLayout
from textual.widget import Widget
from textual.widgets import Markdown
from textual.widgets._markdown import (
    MarkdownBlock,
    MarkdownBlockQuote,
    MarkdownBullet,
    MarkdownFence,
    MarkdownHeader,
    MarkdownList,
    MarkdownParagraph,
)


class Code(MarkdownFence):
    """A block of code. The same code is highlighted once: Textual does it again whenever a style is applied."""

    @classmethod
    def highlight(cls, code: str, language: str, ansi: bool = False, dark: bool = False) -> Content:
        return _highlighted(code, language, ansi, dark)


@lru_cache(maxsize=256)
def _highlighted(code: str, language: str, ansi: bool, dark: bool) -> Content:
    return MarkdownFence.highlight(code, language, ansi=ansi, dark=dark)


class _UnderEachOther(StreamLayout):
    """Blocks of which only those from the first changed one on are laid out; no space is left below the last one.

    `:last-child` would say the same, at the price of styling every block anew for every block that comes.
    """

    def arrange(self, parent: Widget, children: list[Widget], size: Size, greedy: bool = True) -> ArrangeResult:
        placements = super().arrange(parent, children, size, greedy)
        if not placements:
            return placements
        *others, last = placements
        return [*others, last._replace(margin=last.margin._replace(bottom=0))]


@cache
def _parser() -> MarkdownIt:
    """One for all answers: it keeps nothing of a text, and making it takes a millisecond."""
    return MarkdownIt("gfm-like")


class GrowingMarkdown(Markdown):
    """`show` a text again and again: its blocks are compared, and what is the same stays."""

    BLOCKS = {**Markdown.BLOCKS, "fence": Code, "code_block": Code}  # noqa: RUF012  # Textual's type

    def __init__(self) -> None:
        super().__init__(open_links=False)
        self._parser = _parser()
        self._said: list[Any] = []  # what each block on the screen was made of
        self._open = 0  # the line with which the last of them begins
        self._under = _UnderEachOther()

    @property
    def layout(self) -> Layout:
        return self._under

    async def grow(self, text: str) -> None:
        """Show `text`, of which all but the last block is shown already."""
        self._markdown = text
        tokens = self._parser.parse("\n".join(text.split("\n")[self._open :]))
        async with self.lock:
            await self._become(self._said[:-1], tokens, self._open)

    async def show(self, text: str) -> None:
        """Show `text`, whatever is shown now: a link whose target comes last is known as one only now."""
        self._markdown = text
        tokens = self._parser.parse(text)
        async with self.lock:
            await self._become([], tokens, 0)

    async def _become(self, before: list[Any], tokens: list[Token], line: int) -> None:
        """Show the blocks of `tokens`, which begin in `line`, after as many others as there are in `before`."""
        groups = _blocks_of(tokens)
        if groups:
            self._open = line + (groups[-1][0].map or [0])[0]
        said = [*before, *(tuple(map(_saying, group)) for group in groups)]
        same = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(said, self._said, strict=False)))
        shown = [child for child in self.children if isinstance(child, MarkdownBlock)][same:]
        fresh = [block for group in groups[max(0, same - len(before)) :] for block in self._parse_markdown(group)]
        self._said = said
        with self.app.batch_update():
            if len(shown) != 1 or not await _grow(self, shown, fresh):
                await self.remove_children(shown)
                await self.mount_all(fresh)


def _blocks_of(tokens: list[Token]) -> list[list[Token]]:
    """The tokens of each outermost block."""
    groups: list[list[Token]] = []
    depth = 0
    for token in tokens:
        if depth == 0:
            groups.append([])
        groups[-1].append(token)
        depth += token.nesting
    return groups


def _saying(token: Token) -> Any:
    """What a token says, wherever it stands."""
    inner = tuple(map(_saying, token.children or ()))
    return token.type, token.tag, token.info, token.content, tuple(token.attrs.items()), inner


async def _grow(parent: Widget, shown: Sequence[Widget], blocks: list[MarkdownBlock]) -> bool:
    """Let the children `shown`, the last ones of `parent`, become `blocks`: all but the last are the same.

    Returns whether they could.
    """
    if len(blocks) < len(shown):
        return False
    if shown:
        last = blocks[len(shown) - 1]
        if not await _say_more(shown[-1], last):
            await shown[-1].remove()
            await parent.mount(last)
    await parent.mount_all(blocks[len(shown) :])
    return True


async def _say_more(old: Widget, new: MarkdownBlock) -> bool:
    """Let a block become `new`, which says the same and more. False: it cannot."""
    if type(old) is not type(new):
        return False
    match old, new:
        case (MarkdownFence(), MarkdownFence()):
            old._copy_context(new)
            old.set_content(new._highlighted_code)
        case (MarkdownParagraph() | MarkdownHeader(), MarkdownBlock()):
            old._copy_context(new)
            old.set_content(new._content)
        case (MarkdownList(), MarkdownList()):
            return await _more_items(old, new)
        case (MarkdownBlockQuote(), MarkdownBlockQuote()):
            return await _grow(old, list(old.children), new._blocks)
        case _:
            return False
    return True


async def _more_items(old: MarkdownList, new: MarkdownList) -> bool:
    rows = list(old.children)
    items = list(new._blocks)
    if len(items) < len(rows):
        return False
    wanted = [row for row in new.compose() if isinstance(row, Widget)]  # numbers are as wide as the last one
    for row, other in zip(rows, wanted, strict=False):
        bullet, symbol = row.query_one(MarkdownBullet), _symbol(other)
        if bullet.symbol != symbol:
            bullet.symbol = symbol
            bullet.refresh(layout=True)
    if rows:
        body = rows[-1].children[-1]
        await _grow(body, list(body.children), items[len(rows) - 1]._blocks)
    await old.mount_all(wanted[len(rows) :])
    return True


def _symbol(row: Widget) -> str:
    """The bullet of a row that is not mounted yet."""
    return next(child.symbol for child in row._pending_children if isinstance(child, MarkdownBullet))
