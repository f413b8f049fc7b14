"""A model that goes round in circles, as small ones do: made unlikely, and noticed, so that nobody has to read it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

HONEST = 8
"""So many tokens in a row, about a line of code, may be the same as before at no cost."""

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


def repeats(tokens: Sequence[int]) -> dict[int, int]:
    """Tokens that would go on repeating something said before, and by how much that is longer than an honest repeat.

    O(n) a call: the longest common suffix is only looked for where the last token stands ("DRY" sampling, p-e-w 2024,
    text-generation-webui pull request 5677).
    """
    longer: dict[int, int] = defaultdict(int)
    last = len(tokens) - 1
    for place in range(HONEST - 1, last):
        if tokens[place] != tokens[last] or tokens[place - HONEST + 1] != tokens[last - HONEST + 1]:
            continue
        length = 1
        while length <= place and tokens[place - length] == tokens[last - length]:
            length += 1
        if length >= HONEST:
            longer[tokens[place + 1]] = max(longer[tokens[place + 1]], length - HONEST + 1)
    return longer
