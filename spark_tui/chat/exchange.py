"""What is known of one exchange, apart from any widget: it outlives its place on the screen."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from engine.events import Answered, Event, Flag, Wrote
from engine.text import Sanitizer, sanitize
from spark_tui.chat.answer_facts import Facts

if TYPE_CHECKING:
    from engine.record import Turn


NOT_ASKED = -1
"""The ticket of no question: of widgets that wait for one."""


@dataclass
class Exchange:
    """A question, everything said about it, and the answer so far (safe to show)."""

    ticket: int
    text: str
    facts: Facts
    events: list[Event] = field(default_factory=list)
    answer: str = ""
    turn_id: str | None = None
    running: bool = True
    note: str = ""
    began: float | None = None
    _sanitizer: Sanitizer = field(default_factory=Sanitizer)

    @classmethod
    def asked(cls, ticket: int, text: str, doing: str) -> Exchange:
        return cls(ticket, text, Facts(doing=doing))

    @classmethod
    def from_record(cls, ticket: int, turn: Turn, said: list[Event]) -> Exchange:
        """A turn of an earlier run; `said` is what its decision tells of its events."""
        facts = Facts()
        for event in said:
            facts.hear(event)
        facts.path, facts.category, facts.confidence = turn.path, turn.category, turn.confidence
        facts.flag, facts.can_flag, facts.doing = turn.flag, True, ""
        return cls(ticket, turn.text, facts, said, sanitize(turn.answer), turn.id, running=False)

    def hear(self, event: Event) -> None:
        """Take in one event other than `Wrote`."""
        self.began = self.began or time.monotonic()
        self.events.append(event)
        self.facts.hear(event)
        if isinstance(event, Answered):
            self.turn_id, self.running = event.turn_id, False
            self.answer = sanitize(event.answer)
            self.note = event.note or ""

    def write(self, pieces: list[Wrote]) -> str:
        """More of the answer; what of it may be shown."""
        self.began = self.began or time.monotonic()
        # The text is kept once, in `answer`; the panes want the speeds only.
        self.events += [replace(piece, text="") for piece in pieces]
        self.facts.hear(pieces[-1])
        safe = self._sanitizer.push("".join(piece.text for piece in pieces))
        self.answer += safe
        return safe

    def tick(self) -> None:
        """Time goes by while it is being answered."""
        if self.running and self.began is not None:
            self.facts.ms = 1000 * (time.monotonic() - self.began)

    def give_up(self, how: str) -> None:
        """The stream ended without an answer."""
        self.running = False
        self.facts.doing, self.facts.ending = "", how

    @property
    def flag(self) -> Flag | None:
        return self.facts.flag

    @property
    def can_flag(self) -> bool:
        return self.turn_id is not None and self.facts.can_flag
