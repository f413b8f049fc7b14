"""spark train router --from-flags

What a person's flags say of the router's logged decisions. A shortcut flagged wrong says what the question was *not*: a
complementary label (Ishida et al. 2017), whose loss is -log(1 - p). One flagged important was rightly taken. Flags on
the core's answers say nothing of routing, since the core answers whatever nobody else may.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine.errors import SparkError
from engine.events import Flag
from engine.record import Record
from engine.routing.categories import Category, Route

TOLERANCE = 0.005
"""Half a query in a hundred: what a new router may lose on the held-out queries by chance alone."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A logged decision and what became of it: `right` says whether the question was of that category."""

    text: str
    category: Category
    right: bool


def judged_decisions(record: Record) -> list[Judged]:
    """The flagged shortcuts of a home, each text once (the newest flagged turn counts).

    Raises:
        SparkError: there are none.
    """
    found = {
        turn.text: Judged(turn.text, turn.category, turn.flag is not Flag.WRONG)
        for turn in record.turns(None, 1_000_000)
        if turn.flag and turn.category and turn.path in (Route.FAST, Route.PROCEDURE)
    }
    if not found:
        raise SparkError(
            "No answer of the fast path or of a procedure is flagged in this home, so there is nothing to learn from: "
            "flag some with F8 (important) or F9 (wrong) first."
        )
    return list(found.values())


def losses(before: Mapping[str, float], after: Mapping[str, float]) -> list[str]:
    """What a new router is worse at on the same held-out queries, in words; empty if it may replace the old one."""
    signs = {"accuracy": 1, "outside_kept": 1, "calibration_error": -1}
    return [
        f"{name.replace('_', ' ')} {before[name]:.3f} → {after[name]:.3f}"
        for name, sign in signs.items()
        if sign * (after[name] - before[name]) < -TOLERANCE
    ]
