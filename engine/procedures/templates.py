"""Which learned procedures share a frame, and what their template is worth.

A template is never stored: it is generalised anew from the rows of its examples whenever it is asked for, so that
forgetting one of them, in this process or another, and taking that back, changes it exactly. Under its skeleton the
record keeps only what happened to the template itself: its hits, and the flags on what it filled in.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice

from engine.procedures.history import History
from engine.procedures.slots import Frame, frame
from engine.procedures.store import ProcedureStore
from engine.procedures.template import LEAST, Example, Template, generalise
from engine.procedures.trust import BANNED_AFTER, fold
from engine.settings import CacheSettings

MOST = 12
"""Examples of one frame that are looked at, the latest: each is a row to read, and a lookup must stay quick."""


@dataclass(frozen=True, slots=True)
class Generalised:
    """What is known of one frame: its template, if its examples agree on one, and how far that is trusted."""

    skeleton: str
    template: Template | None
    examples: tuple[str, ...]
    """The patterns that are learned, in the order of learning."""
    history: History
    """Hits of the template, and flags on them."""
    used: float
    """When it or one of its examples was used last; seconds since the epoch."""
    created: float
    """When its first example was."""
    needed: int

    @property
    def wrong(self) -> int:
        return sum(event.kind == "wrong" for event in self.history.events)

    @property
    def banned(self) -> bool:
        return self.wrong >= BANNED_AFTER

    @property
    def answering(self) -> Template | None:
        """The template, once it may answer."""
        return self.template if len(self.examples) >= self.needed and not self.banned else None

    @property
    def learned(self) -> bool:
        return self.answering is not None


class Templates:
    """Raises SparkError from any method when the record cannot be read."""

    def __init__(self, record: ProcedureStore, settings: CacheSettings) -> None:
        self._record = record
        self._settings = settings
        self._keys: dict[str, dict[str, None]] = {}
        """The patterns of each skeleton, learned or only used, in the order of coming."""

    def add(self, key: str) -> None:
        if (framed := frame(key)) is not None:
            self._keys.setdefault(framed.skeleton, {})[key] = None

    def skeletons(self) -> list[str]:
        """Every frame that more than one pattern has."""
        return [skeleton for skeleton, keys in self._keys.items() if len(keys) >= LEAST]

    def of(self, key: str) -> tuple[Frame, Generalised] | None:
        """The frame of a pattern and what is known of it; None where no two patterns have it."""
        framed = frame(key)
        if framed is None or len(self._keys.get(framed.skeleton, ())) < LEAST:
            return None
        return framed, self.get(framed.skeleton)

    def get(self, skeleton: str) -> Generalised:
        """What the record says of a frame now."""
        examples: list[Example] = []
        learned: list[str] = []
        used = created = 0.0
        for key in reversed(list(islice(reversed(self._keys.get(skeleton, {})), MOST))):
            row, framed = self._record.procedure(key), frame(key)
            if row is None or framed is None:
                continue
            history = History.of(row)
            trust = fold(history.events, self._settings)
            if trust.answer is None:
                continue
            examples.append(Example(framed.slots, history.answers[trust.answer], trust.learned))
            if trust.learned:
                learned.append(key)
                created = min(created or row.created, row.created)
                used = max(used, history.used or row.created)
        history = History.of(self._record.procedure(skeleton))
        against = sum(event.kind in ("wrong", "doubt") for event in history.events)
        return Generalised(
            skeleton,
            generalise(examples),
            tuple(learned),
            history,
            max(used, history.used or 0.0),
            created,
            LEAST + self._settings.penalty * against,
        )
