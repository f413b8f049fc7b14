"""How good a router is, in the figures that matter for choosing a path."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from engine.routing.calibration import Bin, expected_calibration_error, reliability
from engine.routing.categories import Category
from engine.routing.queries import OUTSIDE


@dataclass(frozen=True, slots=True)
class RouterFigures:
    """Over one set of labelled queries; shares in [0, 1], 0.0 where there is nothing to count.

    The category is the likeliest of the four, as it is when Spark runs. A query from outside is never right.
    """

    queries: int
    accuracy: float
    """Of Spark's own queries: the share with the right category."""
    confident: float
    """Of Spark's own queries: the share at or over the threshold."""
    confident_error: float
    """Of all queries at or over the threshold: the share with a wrong category, outside ones included."""
    outside_kept: float
    """Of the queries from outside: the share under the threshold, so kept off the fast path and the cache."""
    calibration_error: float
    """Expected calibration error of the confidence over all queries."""
    calibration_floor: float
    """What that error would be on average if every confidence held exactly: few queries cannot show less."""
    calibration_error_inside: float
    """The same over Spark's own queries only."""
    curve: tuple[Bin, ...]
    mistakes: tuple[tuple[str, str, str, float], ...] = ()
    """(text, label, category, confidence) of each wrong category, surest first."""


def measure(
    probabilities: Sequence[Sequence[float]], labels: Sequence[str], texts: Sequence[str], threshold: float
) -> RouterFigures:
    """`probabilities` is [N][5]: the four categories in the order of `Category`, then outside."""
    categories = [category.value for category in Category]
    rows = []
    for row, label, text in zip(probabilities, labels, texts, strict=True):
        confidence = max(row[: len(categories)])
        guess = categories[list(row).index(confidence)]
        rows.append((text, label, guess, min(1.0, confidence)))
    inside = [row for row in rows if row[1] != OUTSIDE]
    outside = [row for row in rows if row[1] == OUTSIDE]
    sure = [row for row in rows if row[3] >= threshold]
    wrong = sorted((row for row in rows if row[1] != row[2]), key=lambda row: -row[3])
    return RouterFigures(
        queries=len(rows),
        accuracy=_share([label == guess for _, label, guess, _ in inside]),
        confident=_share([confidence >= threshold for *_, confidence in inside]),
        confident_error=_share([label != guess for _, label, guess, _ in sure]),
        outside_kept=_share([confidence < threshold for *_, confidence in outside]),
        calibration_error=_error(rows),
        calibration_floor=_floor([row[3] for row in rows]),
        calibration_error_inside=_error(inside),
        curve=tuple(reliability([row[3] for row in rows], [row[1] == row[2] for row in rows])) if rows else (),
        mistakes=tuple(row for row in wrong if row[1] != OUTSIDE or row[3] >= threshold),
    )


def _error(rows: Sequence[tuple[str, str, str, float]]) -> float:
    if not rows:
        return 0.0
    return expected_calibration_error([row[3] for row in rows], [row[1] == row[2] for row in rows])


def _floor(confidences: Sequence[float], draws: int = 100) -> float:
    """The mean error over `draws` worlds in which each answer is right exactly as often as its confidence says."""
    if not confidences:
        return 0.0
    chance = random.Random(0)  # the same worlds each time, so that the figure repeats
    worlds = ([chance.random() < confidence for confidence in confidences] for _ in range(draws))
    return sum(expected_calibration_error(confidences, right) for right in worlds) / draws


def _share(hits: Sequence[bool]) -> float:
    return sum(hits) / len(hits) if hits else 0.0
