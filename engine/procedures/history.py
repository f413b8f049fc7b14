"""What happened to one pattern, as it is kept in the record: every event that can still matter, as JSON."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field, replace

from engine.errors import SparkError
from engine.procedures.trust import Event, Trust, answer_key, fold
from engine.record.rows import ProcedureRow, Turn
from engine.routing.categories import Category
from engine.settings import CacheSettings

TEXTS = 8
"""Exact texts remembered of one pattern."""
EVENTS = 64
"""Uses remembered of one pattern at least; older ones can no longer matter unless a very old flag is cleared."""


@dataclass(frozen=True, slots=True)
class History:
    events: tuple[Event, ...] = ()
    answers: dict[str, str] = field(default_factory=dict)
    """Text of each answer that an event speaks of, by its key."""
    texts: tuple[str, ...] = ()
    uses: int = 0
    """Turns that were answered the long way."""
    hits: int = 0
    """Turns that the procedure answered."""
    used: float | None = None
    vector: str = ""
    """The meaning of its first text, packed (`neighbours.pack`)."""

    def use(self, turn: Turn, settings: CacheSettings, sure: float = 1.0) -> History:
        """One more turn answered the long way. A turn counts once, however often it is told. `sure`: see `Event`."""
        if any(event.turn_id == turn.id for event in self.events):
            return self
        key, trust = answer_key(turn.answer), fold(self.events, settings)
        events, answers = self.events, self.answers
        if not (trust.learned and trust.answer == key):  # agreement with what is learned needs no further proof
            most = max(EVENTS, 2 * trust.needed)
            events = _shortened((*events, Event("use", turn.id, key, sure)), most)
            kept = {event.answer for event in events if event.kind == "use"}
            answers = {k: text for k, text in {**answers, key: turn.answer}.items() if k in kept}
        texts = self.texts if turn.text.strip() in self.texts else (*self.texts, turn.text.strip())[-TEXTS:]
        return replace(self, events=events, answers=answers, texts=texts, uses=self.uses + 1, used=turn.when)

    def hit(self, when: float) -> History:
        """One more turn answered by the procedure."""
        return replace(self, hits=self.hits + 1, used=when)

    def flag(self, event: Event, there: bool) -> History:
        """With a flag or a doubt that `event` tells of, or (`there` False) without it."""
        same = [e for e in self.events if e.kind == event.kind and e.turn_id == event.turn_id]
        if bool(same) == there:
            return self
        if there:
            return replace(self, events=(*self.events, event))
        return replace(self, events=tuple(e for e in self.events if e not in same))

    def has_given(self, answer: str) -> bool:
        """Whether a use gave the answer with this key."""
        return any(event.kind == "use" and event.answer == answer for event in self.events)

    def without_uses(self) -> History:
        """Only what was flagged wrong."""
        return History(events=tuple(event for event in self.events if event.kind == "wrong"))

    def as_row(self, key: str, old: ProcedureRow | None, trust: Trust, when: float | None) -> ProcedureRow | None:
        """For the record, in place of `old`; None where nothing is left to keep. `when`: now, if not given."""
        if self == History():
            return None
        return ProcedureRow(
            key=key,
            pattern=self.texts[0] if self.texts else key,
            answer=self.answers.get(trust.answer or "", "") if trust.learned else "",
            category=Category.ROUTINE,
            agreements=trust.agreed,
            uses=self.uses + self.hits,
            learned=trust.learned,
            created=old.created if old is not None else time.time() if when is None else when,
            used=self.used,
            details=self.to_json(),
        )

    def to_json(self) -> str:
        return json.dumps(
            {
                "events": [_as_list(event) for event in self.events],
                "answers": self.answers,
                "texts": self.texts,
                "uses": self.uses,
                "hits": self.hits,
                "used": self.used,
                "vector": self.vector,
            },
            ensure_ascii=False,
        )

    @classmethod
    def of(cls, row: ProcedureRow | None) -> History:
        """The history in a row of the record; an empty one when there is no row.

        Raises:
            SparkError: the row is not one that `to_json` wrote.
        """
        if row is None:
            return cls()
        try:
            details = json.loads(row.details)
            return cls(
                events=tuple(Event(*event) for event in details["events"]),
                answers=details["answers"],
                texts=tuple(details["texts"]),
                uses=details["uses"],
                hits=details["hits"],
                used=details["used"],
                vector=details.get("vector", ""),
            )
        except (ValueError, KeyError, TypeError) as error:
            raise SparkError(
                f"The learned procedure “{row.key[:60]}” is damaged in Spark's record; restore the record from a copy."
            ) from error


def _as_list(event: Event) -> list[str | float]:
    told: list[str | float] = [event.kind, event.turn_id, event.answer]
    return told if event.sure == 1.0 else [*told, round(event.sure, 3)]


def _shortened(events: tuple[Event, ...], most: int) -> tuple[Event, ...]:
    """Without the oldest uses beyond `most`; every flag stays."""
    surplus = sum(event.kind == "use" for event in events) - most
    kept = []
    for event in events:
        if event.kind == "use" and surplus > 0:
            surplus -= 1
        else:
            kept.append(event)
    return tuple(kept)
