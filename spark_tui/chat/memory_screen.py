"""F2: what was recalled for an answer, each item whole: its score in parts, flags, and links to follow."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from engine.events import Flag, Memory
from engine.text import sanitize
from spark_tui.chat.sessions import moment
from spark_tui.theme import CROSS, DIM, FAINT, IMPORTANT, STAR, WRONG
from spark_tui.widgets.bars import bar, share_text
from spark_tui.widgets.lines import one_line, quoted
from spark_tui.widgets.screens import Overlay

if TYPE_CHECKING:
    from engine.memory.links import Neighbourhood
    from engine.record import Item

Find = Callable[[str, "Callable[[Neighbourhood], Awaitable[None]]"], None]
_BAR = 14
_MOST_LINKS = 9
"""A digit each."""
_KEYS = "↑↓ other items  1–9 follow a link  backspace back  F8 ★  F9 ✗  esc close"


class MemoryScreen(Overlay[None]):
    """`find` looks up an item and its links; `flag` says that one is important or wrong."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,f2,q", "dismiss", "close"),
        Binding("left,up,k", "move(-1)", "item before"),
        Binding("right,down,j,tab", "move(1)", "next item"),
        Binding("pageup", "page(-1)", "page up"),
        Binding("pagedown,space", "page(1)", "page down"),
        Binding("backspace", "back", "back along the links"),
        Binding("f8", "flag('important')", "important"),
        Binding("f9", "flag('wrong')", "wrong"),
    ]

    def __init__(self, memories: tuple[Memory, ...], find: Find, flag: Callable[[str, Flag | None], None]) -> None:
        super().__init__()
        self._memories, self._find, self._flag = memories, find, flag
        self._at = 0
        self._trail: list[str] = []  # the ids of links that were followed, from the recalled item on
        self._seen: Neighbourhood | None = None
        self._said = ""
        self._text = Static(markup=False, id="item-text")
        self._box = VerticalScroll(self._text, id="item")

    def compose(self) -> ComposeResult:
        yield self._box

    def on_mount(self) -> None:
        self._go()

    def action_move(self, step: int) -> None:
        """To another of the recalled items."""
        self._at = (self._at + step) % len(self._memories)
        self._trail.clear()
        self._go()

    def on_key(self, event: events.Key) -> None:
        """A digit follows the link of that number."""
        links = self._seen.links if self._seen is not None else ()
        if event.key.isdigit() and 0 < int(event.key) <= min(len(links), _MOST_LINKS):
            event.stop()
            self._trail.append(links[int(event.key) - 1].item.id)
            self._go()

    def action_page(self, step: int) -> None:
        """Through an item that is longer than the screen."""
        (self._box.scroll_page_up if step < 0 else self._box.scroll_page_down)(animate=False)

    def action_back(self) -> None:
        if self._trail:
            self._trail.pop()
            self._go()

    def action_flag(self, name: str) -> None:
        if self._seen is None:
            return
        item = self._seen.item
        if item.kind != "turn":
            self._said = "Only an answer is important or wrong; `spark memory forget` deletes what was read."
            self._draw()
            return
        self._flag(item.id, None if item.flag is not None and item.flag.value == name else Flag(name))
        self._ask()

    @property
    def _here(self) -> str:
        return self._trail[-1] if self._trail else self._memories[self._at].id

    def _go(self) -> None:
        self._seen, self._said = None, ""
        self._box.scroll_home(animate=False)
        self._ask()
        self._draw()

    def _ask(self) -> None:
        wanted = self._here

        async def found(seen: Neighbourhood) -> None:
            if self.is_running and self._here == wanted:
                self._seen = seen
                self._draw()

        self._find(wanted, found)

    def _draw(self) -> None:
        memory = self._memories[self._at]
        seen = self._seen
        if self._trail:
            place = f"followed {len(self._trail)} link{'' if len(self._trail) == 1 else 's'}"
            rows = [_head(place, "", seen)]
        else:
            rows = [_head(f"{self._at + 1} of {len(self._memories)}", memory.kind, seen), Content(""), *_score(memory)]
        text = _text(seen.item) if seen is not None else "" if self._trail else memory.text
        rows += [Content(""), Content(sanitize(text)), Content("")]
        if seen is not None:
            rows += [*_history(seen), *_links(seen)]
        hint = self._said or _KEYS
        rows += [Content(""), Content.styled(hint, DIM)]
        self._text.update(Content("\n").join(rows))


def _head(place: str, kind: str, seen: Neighbourhood | None) -> Content:
    item = seen.item if seen is not None else None
    title = one_line(item.title, 60) if item is not None else ""
    source = "/".join(Path(one_line(item.source)).parts[-2:]) if item is not None else ""  # a file's folder and name
    kind = kind or (item.kind if item is not None else "")
    pieces = filter(None, (place, kind, title, f"from {source}" if source else ""))
    mark = {Flag.IMPORTANT: (f"  {STAR} important", IMPORTANT), Flag.WRONG: (f"  {CROSS} wrong", WRONG)}
    flag = mark[item.flag] if item is not None and item.flag is not None else ""
    return Content.assemble(("memory ", "bold"), " · ".join(pieces), flag)


def _score(memory: Memory) -> list[Content]:
    parts = memory.parts
    asked = () if parts.asked is None else (("asked", parts.asked, "how alike a question is that people have for it"),)
    told = (
        ("score", memory.score, "how likely it fits; below the gate not read"),
        ("meaning", parts.semantic, "how alike the embeddings are"),
        *asked,
        ("words", parts.keyword, "how many rare words of the question it has"),
        ("recent", parts.recency, "how lately it was said"),
        ("weight", parts.importance, "how much it matters: ★, references, fading"),
    )
    return [
        Content.assemble(
            f"{name:<8} ", (bar(share, _BAR), "$foreground 80%"), f" {share_text(share):>3}  ", (why, FAINT)
        )
        for name, share, why in told
    ]


def _history(seen: Neighbourhood) -> list[Content]:
    item, weight = seen.item, seen.importance
    used = f"read {item.uses} time{'' if item.uses == 1 else 's'}"
    last = f", last {moment(item.used)}" if item.used else ""
    where = f" · session {one_line(item.session, 40)}" if item.session else ""
    parts = ", ".join(
        f"{name} {share_text(share)}"
        for name, share in (("references", weight.referred), ("length", weight.length),
                            ("correction", weight.correction), ("not faded", weight.fading))
    )  # fmt: skip
    rows = [
        Content.styled(f"{moment(item.when)}{where} · {used}{last}", DIM),
        Content.styled(f"weight {share_text(weight.value)}: {parts}", DIM),
    ]
    facts = ", ".join(f"{one_line(topic, 30)}: {one_line(value, 30)}" for topic, value in seen.facts)
    return [*rows, Content.styled(f"states {facts}", DIM)] if facts else rows


def _links(seen: Neighbourhood) -> list[Content]:
    if not seen.links:
        return []
    rows = [Content(""), Content.styled("linked to", "bold")]
    for number, link in enumerate(seen.links[:_MOST_LINKS], start=1):
        strength = f" {share_text(link.strength)}" if link.relation == "near" else ""
        text = quoted(link.item.title or link.item.text, 74)
        rows.append(Content.assemble((f"{number} ", "bold"), (f"{link.relation}{strength}".ljust(18), DIM), text))
    return rows


def _text(item: Item) -> str:
    from engine.memory.recall import readable

    return readable(item)
