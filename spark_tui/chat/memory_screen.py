"""F2: what was recalled for an answer, each item whole: its score in parts, where it is from, what it is linked to."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from engine.events import Flag, Memory
from engine.text import sanitize
from spark_tui.chat.sessions import moment
from spark_tui.theme import CROSS, DIM, FAINT, IMPORTANT, STAR, WRONG
from spark_tui.widgets.bars import bar, share_text
from spark_tui.widgets.lines import one_line, quoted

if TYPE_CHECKING:
    from engine.record import Item

Details = tuple["Item | None", "list[tuple[str, Item]]"]
"""The item as the record has it, and what it is linked to: (how, item)."""
Find = Callable[[str, "Callable[[Details], Awaitable[None]]"], None]
_BAR = 24
_LINKS = 6


class MemoryScreen(ModalScreen[None]):
    """`find` looks an item up; `flag` says that one is important or wrong."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,f2,q", "dismiss", "close"),
        Binding("left,up,k", "move(-1)", "item before"),
        Binding("right,down,j,tab", "move(1)", "next item"),
        Binding("f8", "flag('important')", "important"),
        Binding("f9", "flag('wrong')", "wrong"),
    ]

    def __init__(self, memories: tuple[Memory, ...], find: Find, flag: Callable[[str, Flag | None], None]) -> None:
        super().__init__()
        self._memories, self._find, self._flag = memories, find, flag
        self._at = 0
        self._details: Details = (None, [])

    def compose(self) -> ComposeResult:
        with VerticalScroll(id="item"):
            yield Static(markup=False, id="item-text")

    def on_mount(self) -> None:
        self._show()

    def action_move(self, step: int) -> None:
        self._at = (self._at + step) % len(self._memories)
        self._show()

    def action_flag(self, name: str) -> None:
        item, _ = self._details
        if item is None:
            return
        wanted = None if item.flag is not None and item.flag.value == name else Flag(name)
        self._flag(item.id, wanted)
        self._ask()

    def _show(self) -> None:
        self._details = (None, [])
        self._ask()
        self._draw()

    def _ask(self) -> None:
        wanted = self._memories[self._at].id

        async def found(details: Details) -> None:
            if self.is_running and self._memories[self._at].id == wanted:
                self._details = details
                self._draw()

        self._find(wanted, found)

    def _draw(self) -> None:
        memory = self._memories[self._at]
        item, links = self._details
        rows = [_head(memory, item, self._at, len(self._memories)), Content("")]
        rows += _score(memory)
        rows += [Content(""), Content(sanitize(memory.text)), Content("")]
        if item is not None:
            rows.append(_history(item))
        if links:
            rows += [Content(""), Content.styled("linked to", "bold")]
            rows += [Content.assemble((f"{how:<12} ", DIM), quoted(_text(other), 90)) for how, other in links[:_LINKS]]
        rows += [Content(""), Content.styled("↑↓ the other items   F8 ★   F9 ✗   esc close", DIM)]
        self.query_one("#item-text", Static).update(Content("\n").join(rows))


def _head(memory: Memory, item: Item | None, at: int, count: int) -> Content:
    title = one_line(item.title if item is not None and item.title else "", 60)
    source = one_line(item.source if item is not None else "", 60)
    pieces = [f"{at + 1} of {count}", memory.kind, *filter(None, (title, f"from {source}" if source else ""))]
    flag = item.flag if item is not None else memory.flag
    mark = {Flag.IMPORTANT: (f"  {STAR} important", IMPORTANT), Flag.WRONG: (f"  {CROSS} wrong", WRONG)}
    return Content.assemble(("memory ", "bold"), " · ".join(pieces), mark[flag] if flag is not None else "")


def _score(memory: Memory) -> list[Content]:
    parts = memory.parts
    told = (
        ("score", memory.score, "all of it together; below the gate nothing is read"),
        ("meaning", parts.semantic, "how alike the embeddings are"),
        ("words", parts.keyword, "how many of the question's rare words are in it"),
        ("recent", parts.recency, "how lately it was said or used"),
        ("weight", parts.importance, "★, uses and age"),
    )
    return [
        Content.assemble(
            f"{name:<8} ", (bar(share, _BAR), "$foreground 80%"), f" {share_text(share):>3}  ", (why, FAINT)
        )
        for name, share, why in told
    ]


def _history(item: Item) -> Content:
    used = f"read {item.uses} time{'' if item.uses == 1 else 's'}"
    last = f", last {moment(item.used)}" if item.used else ""
    where = f" · session {one_line(item.session, 40)}" if item.session else ""
    return Content.styled(f"{moment(item.when)}{where} · {used}{last}", DIM)


def _text(item: Item) -> str:
    return f"{item.title}: {item.text}" if item.title else item.text
