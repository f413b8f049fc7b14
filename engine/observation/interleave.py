"""Timing several ways to do the same work fairly: side by side in one run, since a machine is never equally busy."""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Callable, Mapping, Sequence


def interleave(contestants: Mapping[str, Callable[[], None]], rounds: int) -> dict[str, list[float]]:
    """Seconds of each contestant in each round. The order rotates, so that nobody always comes after the same one.

    One untimed call of each comes first: what is done only once (imports, caches, page faults) is not compared.

    Raises:
        ValueError: fewer than one round.
    """
    if rounds < 1:
        raise ValueError("at least one round is needed")
    names = list(contestants)
    for name in names:
        contestants[name]()
    taken: dict[str, list[float]] = {name: [] for name in names}
    for turn in range(rounds):
        first = turn % max(len(names), 1)
        for name in names[first:] + names[:first]:
            began = time.perf_counter()
            contestants[name]()
            taken[name].append(time.perf_counter() - began)
    return taken


def ratio_interval(
    pairs: Sequence[tuple[Sequence[float], Sequence[float]]], draws: int = 1000, seed: int = 0
) -> tuple[float, float, float]:
    """The median over pairs of (median of the first part / of the second), and 95% of its bootstrap distribution.

    What was measured side by side was disturbed alike, so drift cancels. The same for the same numbers.

    Raises:
        ValueError: no pairs, or one with an empty part.
    """
    if not pairs or not all(first and second for first, second in pairs):
        raise ValueError("pairs of measurements are needed")
    chance = random.Random(seed)
    ratios = [statistics.median(first) / statistics.median(second) for first, second in pairs]
    found = sorted(statistics.median(chance.choices(ratios, k=len(ratios))) for _ in range(draws))
    return statistics.median(ratios), found[int(0.025 * draws)], found[int(0.975 * draws) - 1]


def ratio_of_medians(taken: Mapping[str, list[float]], of: str, to: str) -> float:
    """How many times as fast `of` is as `to`: the median seconds of `to` over those of `of`."""
    return statistics.median(taken[to]) / statistics.median(taken[of])
