"""Noticing that a model goes round in circles, as small ones do, so that nobody has to read it."""

from __future__ import annotations

from collections.abc import Sequence

REPEATS = 3
"""A block this many times in a row is a loop…"""
LEAST = 18
"""…when the repeats are together at least this many tokens: `))))` and `0, 0, 0` are honest code."""


def loop_start(tokens: Sequence[int]) -> int | None:
    """Where to cut `tokens` whose tail is one block `REPEATS` times over: after the first copy. None: no loop.

    Cost is O(n) comparisons a call in practice, since most block lengths fail at their first token.
    """
    end = len(tokens)
    for block in range(1, end // REPEATS + 1):
        span = block * REPEATS
        if span < LEAST or tokens[end - 1] != tokens[end - 1 - block]:
            continue
        if all(tokens[i] == tokens[i - block] for i in range(end - span + block, end)):
            return end - span + block
    return None
