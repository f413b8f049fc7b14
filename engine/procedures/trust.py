"""What the history of one pattern amounts to. A pure fold over events, so taking an event out undoes it exactly.

Trust is earned slowly and lost at once: a procedure is learned after enough uses in a row gave the same answer;
a different answer starts the count again; a "wrong" flag forgets, bars that answer for good, and raises the number
of agreeing uses that any other answer must show. A flag on a relative with the same answer casts doubt: the count
starts again. What is long unused fades, and must be agreed with once more before it answers.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from engine.settings import CacheSettings

BANNED_AFTER = 2
"""A text flagged wrong this often is never answered from the cache again."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to a pattern: a turn used it with this answer, its answer was flagged wrong, or the same
    answer was flagged wrong for a relative."""

    kind: Literal["use", "wrong", "doubt"]
    turn_id: str
    answer: str
    """The key of the answer (`answer_key`)."""


@dataclass(frozen=True, slots=True)
class Trust:
    answer: str | None
    """Key of the answer that the latest uses agree on."""
    agreed: int
    needed: int
    wrong: int
    rejected: frozenset[str]
    differed: int = 0
    """Uses that gave another answer than the one before."""
    doubted: int = 0

    @property
    def banned(self) -> bool:
        return self.wrong >= BANNED_AFTER

    def mean(self, hits: int) -> float:
        """Of the Beta posterior of "this answer is right", from a flat prior; a flag weighs as two other answers."""
        right, wrong = 1.0 + self.agreed + hits, 1.0 + self.differed + 2 * self.wrong + self.doubted
        return right / (right + wrong)

    @property
    def learned(self) -> bool:
        return not self.banned and self.answer is not None and self.agreed >= self.needed


def answer_key(answer: str) -> str:
    """A short name for an answer; space at line ends does not make it another answer."""
    lines = [line.rstrip() for line in answer.strip().splitlines()]
    return hashlib.sha256("\n".join(lines).encode("utf-8", "replace")).hexdigest()[:24]


def fold(events: Iterable[Event], settings: CacheSettings) -> Trust:
    answer: str | None = None
    agreed = wrong = differed = doubted = 0
    rejected: set[str] = set()
    for event in events:
        if event.kind == "wrong":
            wrong += 1
            rejected.add(event.answer)
            answer, agreed = None, 0
        elif event.kind == "doubt":
            doubted += 1
            answer, agreed = None, 0
        elif event.answer in rejected:
            answer, agreed = None, 0
        else:
            differed += answer is not None and event.answer != answer
            agreed = agreed + 1 if event.answer == answer else 1
            answer = event.answer
    return Trust(
        answer, agreed, settings.agreements + settings.penalty * wrong, wrong, frozenset(rejected), differed, doubted
    )


def strength(agreed: int, hits: int, idle_days: float, half_life_days: float) -> float:
    """What use has left of a procedure: every agreement and hit counts one, all of it halved each half-life of rest."""
    return float((agreed + hits) * 0.5 ** (max(0.0, idle_days) / half_life_days))
