"""Is a difference more than chance? The paired bootstrap, for two ways of answering the same queries.

Source: Efron and Tibshirani, "An Introduction to the Bootstrap", 1993; pairs are drawn, so that hard queries cancel.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Difference:
    """Mean of (b - a) over pairs, with the middle 95% of its bootstrap distribution."""

    mean_a: float
    mean_b: float
    low: float
    high: float
    pairs: int

    @property
    def mean(self) -> float:
        return self.mean_b - self.mean_a

    @property
    def more_than_chance(self) -> bool:
        """Whether zero lies outside the interval."""
        return self.pairs > 0 and not self.low <= 0.0 <= self.high


def compare(a: Sequence[float], b: Sequence[float], draws: int = 2000, seed: int = 0) -> Difference:
    """The difference of two paired samples; the same for the same numbers."""
    pairs = [second - first for first, second in zip(a, b, strict=True)]
    if not pairs:
        return Difference(0.0, 0.0, 0.0, 0.0, 0)
    chance = random.Random(seed)
    means = sorted(sum(chance.choices(pairs, k=len(pairs))) / len(pairs) for _ in range(draws))
    return Difference(
        sum(a) / len(a), sum(b) / len(b), means[int(0.025 * draws)], means[int(0.975 * draws) - 1], len(pairs)
    )
