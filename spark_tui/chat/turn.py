"""One exchange on the screen: what was asked, the line of facts, the answer, and what a flag changed."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from engine.events import Answered, Event, Flag, Wrote
from engine.text import Sanitizer, sanitize
from spark_tui.chat.answer_header import AnswerHeader
from spark_tui.theme import DIM
from spark_tui.widgets.lines import one_line

if TYPE_CHECKING:
    from engine.record import Turn
    from spark_tui.chat.answer_body import AnswerBody

SHOWN_LINES = 12
SHOWN_CHARACTERS = 1_200


class TurnView(Vertical):
    """A question and its answer. `events` is everything the engine said about it, for the panes."""

    @dataclass
    class Chosen(Message):
        """It was clicked."""

        turn: TurnView

    @dataclass
    class FlagWanted(Message):
        """One of its marks was clicked."""

        turn: TurnView
        flag: Flag

    def __init__(self, ticket: int, text: str, doing: str = "queued") -> None:
        super().__init__(classes="turn")
        self.ticket = ticket
        self.text = text
        self.turn_id: str | None = None
        self.events: list[Event] = []
        self.running = True
        self.header = AnswerHeader(doing)
        self._note = Static("", markup=False, classes="note")
        self._body: AnswerBody | None = None
        self._written = ""
        self._sanitizer = Sanitizer()
        self._began: float | None = None

    @classmethod
    def from_record(cls, ticket: int, turn: Turn, said: list[Event]) -> TurnView:
        """A turn of an earlier run; `said` is what its decision tells of its events."""
        view = cls(ticket, turn.text)
        view.turn_id, view.running, view.events = turn.id, False, said
        for event in said:
            view.header.hear(event)
        view.header.recall(turn.path, turn.category, turn.confidence, turn.flag)
        view._written = sanitize(turn.answer)
        return view

    @property
    def answer(self) -> str:
        return self._written

    @property
    def flag(self) -> Flag | None:
        return self.header.flag

    @property
    def can_flag(self) -> bool:
        return self.turn_id is not None and self.header.can_flag

    def compose(self) -> ComposeResult:
        with Horizontal(classes="question"):
            yield Static("you", markup=False, classes="label")
            yield Static(shortened(self.text), markup=False, classes="asked")
        with Horizontal(classes="facts"):
            yield Static("spark", markup=False, classes="label")
            yield self.header
        yield self._note

    async def on_mount(self) -> None:
        if self._written:
            await self._show(self._written)

    async def hear(self, event: Event) -> None:
        """Take in one event other than `Wrote`."""
        self._begin()
        self.events.append(event)
        self.header.hear(event)
        if isinstance(event, Answered):
            self.turn_id = event.turn_id
            self.running = False
            self._written = sanitize(event.answer)
            if self._written.strip():
                await self._show(self._written)
            if event.note:
                self.note(event.note)

    async def write(self, pieces: list[Wrote]) -> None:
        """More of the answer, as it came since the last time."""
        self._begin()
        # The text is in the body; the panes want the speeds only.
        self.events += [replace(piece, text="") for piece in pieces]
        self.header.hear(pieces[-1])
        safe = self._sanitizer.push("".join(piece.text for piece in pieces))
        self._written += safe
        if safe:
            await (await self._make_body()).feed(safe)

    def tick(self) -> None:
        if self.running and self._began is not None:
            self.header.tick(1000 * (time.monotonic() - self._began))

    def give_up(self, how: str) -> None:
        """The stream ended without an answer."""
        self.running = False
        self.header.end(how)

    def note(self, sentence: str) -> None:
        """One quiet line under the answer; an empty sentence takes it away."""
        self._note.update(Content.styled(f"↳ {one_line(sentence)}" if sentence else "", DIM))
        self._note.set_class(bool(sentence), "-said")

    def on_click(self, event: events.Click) -> None:
        event.stop()
        self.post_message(self.Chosen(self))

    def on_answer_header_marked(self, message: AnswerHeader.Marked) -> None:
        message.stop()
        self.post_message(self.FlagWanted(self, message.flag))

    def _begin(self) -> None:
        if self._began is None:
            self._began = time.monotonic()

    async def _show(self, text: str) -> None:
        await (await self._make_body()).finish(text)

    async def _make_body(self) -> AnswerBody:
        if self._body is None:
            from spark_tui.chat.answer_body import AnswerBody  # the Markdown parser is not needed for a first frame

            self._body = AnswerBody()
            await self.mount(self._body, before=self._note)
        return self._body


def shortened(text: str) -> Content:
    """The question, safe to show; a long one is cut and says how much more there is."""
    head = sanitize(text[: 8 * SHOWN_CHARACTERS]).strip("\n")
    lines = head.split("\n")
    shown = "\n".join(lines[:SHOWN_LINES])[:SHOWN_CHARACTERS].rstrip()
    if len(shown) >= len(text.strip()):
        return Content(shown)
    if shown == head.rstrip() and len(text) <= 8 * SHOWN_CHARACTERS:
        return Content(shown)
    total = f"\n… {len(text):,} characters, {text.count(chr(10)) + 1:,} lines in all"
    return Content.assemble(shown, (total, DIM))
