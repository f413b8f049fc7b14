"""What each candidate has to say about a query: meaning, words, and the words of the lines beside it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from engine.memory.chain import Chain
from engine.memory.late import likeness
from engine.memory.lookup import Lookup
from engine.memory.reading import Reading
from engine.memory.recall import Match, Weights
from engine.memory.rows import Group

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


_BEFORE, _AFTER = 0.4, 0.2


def measure(
    found: Iterable[int],
    lookup: Lookup,
    query: Reading,
    said: Sequence[str],
    chain: Chain,
    most: int,
    weights: Weights,
) -> dict[int, Match]:
    """A `Match` for each found number and for the lines next to it.

    Of lines only about the `most` promising, by words and meaning: the rest is not worth looking at closely.
    """
    import numpy as np

    there = list(dict.fromkeys(found))
    beside = {n for number in there for n in (chain.before(number), chain.after(number)) if n is not None}
    candidates = list(dict.fromkeys([*there, *sorted(beside)]))
    windows = {number: _window(chain, number) for number in candidates}
    wanted = {n for window in windows.values() for n in window if n is not None}.union(candidates)
    rows = {row.number: row for row in lookup.rows(sorted(wanted))}
    # One more row of zeros at the end stands for a line that is not there.
    known = list(rows)
    place = {number: i for i, number in enumerate(known)}
    nowhere = len(known)
    vectors_ND = np.stack([rows[number].vector for number in known]) if known else np.zeros((0, len(query.vector)))
    semantic_N = np.append(np.clip(vectors_ND @ query.vector, 0.0, 1.0), 0.0)
    alike_NQ = np.zeros((nowhere + 1, len(query.words)), dtype=np.float32)
    alike_NQ[:-1] = likeness(query.states, [rows[number].states for number in known])
    weights_Q = np.array([lookup.vocabulary.rarity(word) ** 0.5 for word in query.words], dtype=np.float32)
    late_N, window_N = alike_NQ @ weights_Q, alike_NQ.copy()
    numbers = [number for number in candidates if number in rows]
    matches = {}
    match = lookup.vocabulary.matcher(said)
    worths = (weights.before, weights.after, weights.farther, weights.farther)  # of a word that is found there instead
    for side, worth in enumerate(worths):
        there = [place.get(windows[number][side] or -1, nowhere) for number in numbers]
        here = [place[number] for number in numbers]
        window_N[here] = np.maximum(window_N[here], worth * alike_NQ[there])
    total = float(weights_Q.sum())
    whole_N: NDArray[np.float32] = window_N @ weights_Q
    promise_N = whole_N / (total or 1.0) + 0.1 * semantic_N
    if len(numbers) > most:
        numbers.sort(key=lambda number: -promise_N[place[number]] if rows[number].group is Group.SAID else np.inf)
        numbers = [number for i, number in enumerate(numbers) if i < most or rows[number].group is not Group.SAID]
    for number in numbers:
        i, row = place[number], rows[number]
        before, after, *_ = (place.get(n or -1, nowhere) for n in windows[number])
        semantic = float(semantic_N[i])
        late = window = None
        if row.states:  # a query of filler words only says nothing word by word; its meaning is all there is
            late, window = (float(late_N[i]) / total, float(whole_N[i]) / total) if total else (semantic, semantic)
        matches[number] = Match(
            semantic=semantic,
            keyword=match(row.words.split()),
            vector=row.vector,
            late=late,
            window=window,
            around=semantic + _BEFORE * float(semantic_N[before]) + _AFTER * float(semantic_N[after]),
        )
    return matches


def _window(chain: Chain, number: int) -> tuple[int | None, int | None, int | None, int | None]:
    """The lines before, after, two before and two after."""
    before, after = chain.before(number), chain.after(number)
    return before, after, chain.before(before), chain.after(after)
