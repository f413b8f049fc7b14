"""A log-spaced grid of steps: dense while everything changes, sparse when little does. Light: no torch."""

from __future__ import annotations

import math

LOOKS, SNAPSHOTS = 4, 1
"""Points for each doubling of the steps: pictures are kept on the first, weights on the second."""


def on_grid(step: int, per_doubling: int) -> bool:
    """Whether `step` is a whole power of 2^(1/per_doubling), rounded: with 1 that is 1, 2, 4, 8, …"""
    if step < 1:
        return False
    nearest = round(per_doubling * math.log2(step))
    return any(step == round(2 ** (k / per_doubling)) for k in (nearest - 1, nearest, nearest + 1) if k >= 0)
