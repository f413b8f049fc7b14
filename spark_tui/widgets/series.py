"""A curve of any length in a bounded number of buckets: drawing costs the same after a minute and after a week."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

_MOST = 2048
"""More than twice the dot columns of any terminal, so that merging never shows."""


@dataclass(slots=True)
class Bucket:
    """Neighbouring points: where they are, what they span, and how many of them are no numbers.

    `first` and `last` join a bucket to its neighbours. Without a finite point the values are NaN.
    """

    x: float
    low: float
    high: float
    first: float
    last: float
    missing: int = 0

    def merge(self, later: Bucket) -> None:
        """Take in the bucket that follows."""
        self.missing += later.missing
        if math.isnan(later.low):
            return
        if math.isnan(self.low):
            self.low, self.high, self.first = later.low, later.high, later.first
        self.low, self.high, self.last = min(self.low, later.low), max(self.high, later.high), later.last


class Series:
    """Points (x, y) with rising x. When the buckets are full, neighbours merge in pairs, and from then on each new
    bucket takes twice as many points. Extremes are never lost, nor is the place of a point that is no number."""

    def __init__(self, most: int = _MOST) -> None:
        self._most = most
        self._per_bucket = 1
        self._in_last = 0
        self._buckets: list[Bucket] = []
        self.count = 0
        self.missing = 0
        self.last = math.nan
        """The newest value, number or not."""
        self.end = math.nan
        """The newest x."""

    def __iter__(self) -> Iterator[Bucket]:
        return iter(self._buckets)

    def __len__(self) -> int:
        return len(self._buckets)

    @property
    def start(self) -> float:
        """The first x."""
        return self._buckets[0].x if self._buckets else math.nan

    def add(self, x: float, y: float) -> None:
        """One more point, at or after the last one. Infinities count as no numbers: no axis can hold them."""
        self.count, self.end, self.last = self.count + 1, x, y
        number = y if math.isfinite(y) else math.nan
        point = Bucket(x, number, number, number, number, int(math.isnan(number)))
        self.missing += point.missing
        if self._buckets and 0 < self._in_last < self._per_bucket:
            self._buckets[-1].merge(point)
            self._in_last += 1
            return
        if len(self._buckets) >= self._most:
            self._halve()
        self._buckets.append(point)
        self._in_last = 1

    def _halve(self) -> None:
        merged = self._buckets[::2]
        for bucket, later in zip(merged, self._buckets[1::2], strict=False):
            bucket.merge(later)
        self._buckets = merged
        self._per_bucket *= 2
