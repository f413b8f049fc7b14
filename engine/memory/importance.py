"""How much a memory matters, apart from what is asked: the one formula.

    importance = 1                                   flagged important: for good
               = strength · ½^(idle / half-life)     otherwise; flagged wrong: 0, and it is never offered
    strength   = 1 − (1 − referred) · (1 − length) · (1 − correction)
    referred   = uses / (uses + 2)                   recalled and read: once ⅓, twice ½, four times ⅔
    length     = ½ · (characters − 400) / 3600, in [0, ½]     a long discussion; a sentence more is none
    correction = ½ if it came right after a turn that was flagged wrong: what the person made of it
    idle       = time since it was last read, or since it was said

Every memory fades at the same pace, and each use starts the clock anew. A document does not fade: it is as true
as on the day it was learned.
"""

from __future__ import annotations

from dataclasses import dataclass

from engine.events import Flag
from engine.record import Item

_DAY = 86_400.0
_SHORT, _LONG = 400, 4_000  # characters: some sentences; about two screens
_CORRECTION = 0.5


@dataclass(frozen=True, slots=True)
class Importance:
    """The formula's parts, each in [0, 1]; `value` is what comes of them."""

    referred: float
    length: float
    correction: float
    fading: float
    flag: Flag | None

    @property
    def value(self) -> float:
        if self.flag is not None:
            return 1.0 if self.flag is Flag.IMPORTANT else 0.0
        return (1 - (1 - self.referred) * (1 - self.length) * (1 - self.correction)) * self.fading


def fade(age: float, half_life_days: float) -> float:
    """½ for each half-life gone by; `age` in seconds. A time in the future counts as now."""
    return float(0.5 ** (max(0.0, age) / (half_life_days * _DAY)))


def recency(item: Item, now: float, half_life_days: float) -> float:
    """1 for what was just said, falling to half in each half-life; ½ for a document, whose age says nothing."""
    return 0.5 if item.kind in ("document", "code") else fade(now - item.when, half_life_days)


def importance_parts(item: Item, now: float, half_life_days: float) -> Importance:
    referred = item.uses / (item.uses + 2)
    if item.kind in ("document", "code"):
        return Importance(referred, 0.0, 0.0, 1.0, item.flag)
    beyond = (len(item.text) + len(item.answer) - _SHORT) / (_LONG - _SHORT)
    return Importance(
        referred=referred,
        length=0.5 * min(1.0, max(0.0, beyond)),
        correction=_CORRECTION if item.corrects is not None else 0.0,
        fading=fade(now - max(item.when, item.used or 0.0), half_life_days),
        flag=item.flag,
    )


def importance(item: Item, now: float, half_life_days: float) -> float:
    """In [0, 1]; see the formula above."""
    return importance_parts(item, now, half_life_days).value
