"""What each candidate has to say about a query: meaning, words, and the words of the lines beside it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING

from engine.memory.chain import Chain
from engine.memory.late import likeness
from engine.memory.lookup import Lookup
from engine.memory.reading import Reading
from engine.memory.recall import Match, Weights
from engine.memory.rows import Group

if TYPE_CHECKING:
    from engine.memory.rows import Vector

_BEFORE, _AFTER = 0.4, 0.2
_MEANING = 0.1
"""What a line's meaning adds to how promising it looks."""


def measure(
    found: Iterable[int],
    lookup: Lookup,
    query: Reading,
    said: Sequence[str],
    chain: Chain,
    most: int,
    weights: Weights,
    surely: Collection[int] = (),
) -> dict[int, Match]:
    """A `Match` for each found number and for the lines next to it.

    Of lines only about the `most` promising, by words and meaning, and those that are `surely` wanted, such as the
    newest statement of a fact, in whatever words: the rest is not worth looking at closely.
    """
    import numpy as np

    first = list(dict.fromkeys(found))
    beside = {number for one in first for number in chain.window(one)[:2] if number is not None}
    windows = {number: chain.window(number) for number in dict.fromkeys([*first, *sorted(beside)])}
    rows = lookup.columns(sorted({n for window in windows.values() for n in window if n is not None}.union(windows)))
    place = {number: i for i, number in enumerate(rows.numbers)}
    numbers = [number for number in windows if number in place]
    if not numbers:
        return {}
    # One more row of zeros at the end stands for a line that is not there.
    nowhere = len(place)
    here_C = np.array([place[number] for number in numbers])
    beside_C4 = np.array([[place.get(n or 0, nowhere) for n in windows[number]] for number in numbers])

    semantic_N = np.append(np.clip(rows.vectors_ND @ query.vector, 0.0, 1.0), 0.0)
    rarity_Q: Vector = np.array([lookup.vocabulary.rarity(word) ** 0.5 for word in query.words], dtype=np.float32)
    total = float(rarity_Q.sum())
    alike_NQ = np.zeros((nowhere + 1, len(query.words)), dtype=np.float32)
    alike_NQ[:-1] = likeness(query.states, rows.states)
    best_CQ = alike_NQ[here_C]
    late_C = best_CQ @ rarity_Q / (total or 1.0)
    worths = (weights.before, weights.after, weights.farther, weights.farther)  # of a word that is found there instead
    for beside_C, worth in zip(beside_C4.T, worths, strict=True):
        best_CQ = np.maximum(best_CQ, worth * alike_NQ[beside_C])
    window_C = best_CQ @ rarity_Q / (total or 1.0)
    around_C = semantic_N[here_C] + _BEFORE * semantic_N[beside_C4[:, 0]] + _AFTER * semantic_N[beside_C4[:, 1]]

    promise_C = window_C + _MEANING * semantic_N[here_C]
    is_line_C = np.array([rows.groups[i] is Group.SAID for i in here_C])
    lines = np.flatnonzero(is_line_C)
    wanted_C = np.array([number in surely for number in numbers])
    promising = lines[np.argsort(-promise_C[lines], kind="stable")[:most]]
    match = lookup.vocabulary.matcher(said)
    matches = {}
    for c in [*promising, *np.setdiff1d(np.flatnonzero(wanted_C | ~is_line_C), promising)]:
        i = here_C[c]
        semantic = float(semantic_N[i])
        late = window = None
        if rows.states[i]:  # a query of filler words only says nothing word by word; its meaning is all there is
            late, window = (float(late_C[c]), float(window_C[c])) if total else (semantic, semantic)
        matches[numbers[c]] = Match(
            semantic=semantic,
            keyword=match(rows.words[i].split()),
            vector=rows.vectors_ND[i],
            late=late,
            window=window,
            around=float(around_C[c]),
        )
    return matches
