"""`routing.threshold = "auto"`: the lowest threshold that keeps a stated risk, from measured answers, not from hope.

Conformal risk control (Angelopoulos, Bates, Fisch, Lei, Schuster, "Conformal Risk Control", 2022). The loss of a query
is 1 when Spark is at or over the threshold and the category is wrong, else 0: it can only fall as the threshold rises,
and the lowest threshold with (sum of losses + 1) / (n + 1) ≤ risk keeps the expected loss of a new query under that
risk, as far as new queries are like the measured ones. They never quite are: a fifth of the risk is kept as a margin.
"""

from __future__ import annotations

import functools
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

MARGIN = 0.2
"""Share of the risk that is not used up: thresholds found without it for 1% gave 1.2 to 1.3% on fresh queries."""
FLAG_WEIGHT = 5
"""A flag counts as so many measured queries: it comes from the very person that the threshold is for."""


@dataclass(frozen=True, slots=True)
class Held:
    """A query whose answer is known: how sure the router was, and whether its category was right."""

    confidence: float
    right: bool
    weight: int = 1


@dataclass(frozen=True, slots=True)
class Controlled:
    """`error`: share of all measured queries that are at or over the threshold and wrong; `sure`: share at or over."""

    threshold: float
    error: float
    sure: float
    queries: int
    flags: int


def controlled(held: Sequence[Held], risk: float, margin: float = MARGIN) -> Controlled:
    """The lowest threshold that keeps `risk` (a share of all queries); 1.0 if none does or nothing was measured: then
    all but certainty is thought about."""
    total = sum(row.weight for row in held)
    allowed = risk * (1 - margin) * (total + 1) - 1
    threshold, wrong = 1.0, 0
    ordered = sorted(held, key=lambda row: -row.confidence)
    place = 0
    while place < len(ordered):
        same = ordered[place].confidence
        while place < len(ordered) and ordered[place].confidence == same:  # equals are let in together or not at all
            wrong += 0 if ordered[place].right else ordered[place].weight
            place += 1
        if wrong > allowed:
            break
        threshold = same
    sure = [row for row in held if row.confidence >= threshold]
    return Controlled(
        threshold=threshold,
        error=sum(row.weight for row in sure if not row.right) / max(1, total),
        sure=sum(row.weight for row in sure) / max(1, total),
        queries=sum(row.weight == 1 for row in held),
        flags=sum(row.weight != 1 for row in held),
    )


def automatic(router: Path, flags: Sequence[tuple[float, bool]], risk: float) -> Controlled:
    """The threshold for a router's file and a person's flags, (confidence, was it right) each."""
    return controlled([*held_by(router), *(Held(sure, right, FLAG_WEIGHT) for sure, right in flags)], risk)


def held_by(router: Path) -> tuple[Held, ...]:
    """What the router's file says of the queries that were held back from it; none in an old or damaged file.

    Raises:
        SparkError: the file cannot be read.
    """
    return _read(router, router.stat().st_mtime_ns if router.exists() else 0)


@functools.lru_cache(maxsize=4)
def _read(router: Path, _changed: int) -> tuple[Held, ...]:
    from engine.models.weights import load_tensors  # first here: it brings torch

    try:
        rows = [(float(sure), bool(right)) for sure, right in json.loads(load_tensors(router)[1].get("held", "[]"))]
    except (ValueError, TypeError):
        return ()
    return tuple(Held(sure, right) for sure, right in rows if math.isfinite(sure))
