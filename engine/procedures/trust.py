"""What the history of one pattern amounts to. A pure fold over events, so taking an event out undoes it exactly.

Trust is earned slowly and lost at once: a procedure is learned after enough uses in a row gave the same answer;
a different answer starts the count again; a "wrong" flag forgets, bars that answer for good, and raises the number
of agreeing uses that any other answer must show. A flag on a relative with the same answer casts doubt: the count
starts again. What is long unused fades, and must be agreed with once more before it answers.

One writer that reads the same says the same: its agreement with itself proves only that nothing changed. What speaks
for an answer is that memory was sure to have found what was asked for, and that a person saw it each time and did not
call it wrong. Both are odds, and `proof` says how often the second must happen to make up for what the first lacks.
"""

from __future__ import annotations

import hashlib
import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from engine.procedures.error_bound import SILENCE
from engine.settings import CacheSettings

BANNED_AFTER = 2
"""A text flagged wrong this often is never answered from the cache again."""
PROOF = 20.0
"""Odds of being right that an answer must reach before it is given from habit."""
SURE = 0.9
"""Probability of having read the right thing from which the least number of agreeing answers is proof enough."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to a pattern: a turn used it with this answer, its answer was flagged wrong or important,
    or the same answer was flagged wrong for a relative."""

    kind: Literal["use", "wrong", "doubt", "important"]
    turn_id: str
    answer: str
    """The key of the answer (`answer_key`)."""
    sure: float = 1.0
    """Of a use: how likely it is that what was read is what was asked for."""


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
    vouched: int = 0
    """Times that a person flagged the answer important."""
    sure: float = 1.0
    """How likely the latest agreeing use was to have read what was asked for."""

    @property
    def banned(self) -> bool:
        return self.wrong >= BANNED_AFTER

    def mean(self, hits: int) -> float:
        """Of the Beta posterior of "this answer is right", from a flat prior; a flag weighs as two answers."""
        right, wrong = 1.0 + self.agreed + hits + 2 * self.vouched, 1.0 + self.differed + 2 * self.wrong + self.doubted
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
    sure = 1.0
    rejected: set[str] = set()
    vouched: Counter[str] = Counter()
    for event in events:
        if event.kind == "wrong":
            wrong += 1
            rejected.add(event.answer)
            answer, agreed = None, 0
        elif event.kind == "doubt":
            doubted += 1
            answer, agreed = None, 0
        elif event.kind == "important":
            vouched[event.answer] += 1
        elif event.answer in rejected:
            answer, agreed = None, 0
        else:
            differed += answer is not None and event.answer != answer
            agreed = agreed + 1 if event.answer == answer else 1
            answer, sure = event.answer, event.sure
    if answer is None or vouched[answer]:  # a person who knows is better evidence than any reading
        sure = 1.0
    needed = proof(sure, settings) + settings.penalty * wrong
    return Trust(
        answer, agreed, needed, wrong, frozenset(rejected), differed, doubted, vouched[answer] if answer else 0, sure
    )


def proof(sure: float, settings: CacheSettings) -> int:
    """Agreeing uses that an answer must show which was read from what is the right thing with probability `sure`.

    A person flags a wrong answer in SILENCE of all cases, at a guess, so each time that it passes multiplies the odds
    of its being right by 1 / (1 - SILENCE); they begin with what memory gives, and must reach PROOF.
    """
    odds = max(sure, 0.01) / max(1.0 - sure, 0.001)
    return max(settings.agreements, math.ceil(math.log(PROOF / odds) / -math.log(1.0 - SILENCE)))


def strength(agreed: int, hits: int, idle_days: float, half_life_days: float) -> float:
    """What use has left of a procedure: every agreement and hit counts one, all of it halved each half-life of rest."""
    return float((agreed + hits) * 0.5 ** (max(0.0, idle_days) / half_life_days))
