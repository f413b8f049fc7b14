"""A heat map as half blocks: each cell of the terminal shows two values, one above the other, in 16 shades."""

from __future__ import annotations

import functools
import math
from collections.abc import Iterable, Sequence
from itertools import groupby, pairwise

from textual.color import Color
from textual.content import Content

_SHADES = 16
_DARK = ("#14161b", "#2d4a7c", "#7fb4ff", "#f4f8ff")
_LIGHT = ("#fbfbf9", "#b9cdea", "#1f5fbf", "#0b1f40")
"""From nothing to everything: single hue, rising lightness, so that it reads without telling colours apart."""


def heat_map(rows: Sequence[Sequence[float]], width: int, height: int, dark: bool = True) -> list[Content]:
    """Shares in [0, 1] within `width` by `height` cells, as square as they are; at most one value a half cell.

    Where there are more values than half cells, a half cell shows the largest of those it stands for: a single bright
    spot is never lost. Values that are no numbers are dark.
    """
    side = min(len(rows), width, 2 * height)
    if side < 1:
        return []
    values = pooled(rows, side)
    ramp = _ramp(dark)
    shades = [[ramp[min(_SHADES - 1, int(value * _SHADES))] for value in row] for row in values]
    lines = []
    for top in range(0, side, 2):
        upper = shades[top]
        lower = shades[top + 1] if top + 1 < side else [None] * side
        pieces = [
            ("▀" * len(list(run)), upper_shade if lower_shade is None else f"{upper_shade} on {lower_shade}")
            for (upper_shade, lower_shade), run in groupby(zip(upper, lower, strict=True))
        ]
        lines.append(Content.assemble(*pieces))
    return lines


def pooled(rows: Sequence[Sequence[float]], side: int) -> list[list[float]]:
    """A square of `side` values from a larger one: each the largest of its part, brought into [0, 1]."""
    edges = [round(index * len(rows) / side) for index in range(side + 1)]
    spans = list(pairwise(edges))
    return [[_largest(v for row in rows[a:b] for v in row[c:d]) for c, d in spans] for a, b in spans]


def _largest(values: Iterable[float]) -> float:
    return min(1.0, max(0.0, max((value for value in values if math.isfinite(value)), default=0.0)))


@functools.cache
def _ramp(dark: bool) -> tuple[str, ...]:
    stops = [Color.parse(text) for text in (_DARK if dark else _LIGHT)]
    shades = []
    for shade in range(_SHADES):
        place = shade / (_SHADES - 1) * (len(stops) - 1)
        low = min(int(place), len(stops) - 2)
        shades.append(stops[low].blend(stops[low + 1], place - low).hex)
    return tuple(shades)
