"""One group of the index in memory: a search by meaning or by words in a millisecond, where LanceDB needs several.

A row takes about a kilobyte: its vector in 8 bits a coordinate, its signs, its words, what they mean.
"""

from __future__ import annotations

import threading
from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from engine.memory.rows import Columns, Group, Row, in_8_bits, unit
from engine.memory.signs import Signs
from engine.memory.words import K1, B, Vocabulary

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_MORE = 4
"""Times as many as are wanted are found by their signs; their vectors say which are the nearest."""


class Mirror:
    """Rows of one group that were added and not removed. Safe from any thread."""

    def __init__(self, width: int, group: Group) -> None:
        import numpy as np

        self._lock = threading.RLock()
        self._width = width
        self._group = group
        self._places: dict[int, int] = {}
        self._numbers = array("q")
        self._vectors_ND: NDArray[np.int8] = np.zeros((64, width), dtype=np.int8)
        self._signs = Signs(width)
        self._words: list[str] = []
        self._states: list[bytes] = []
        self._lengths = array("f")
        self._postings: dict[str, tuple[array[int], array[int]]] = {}  # of each word: places in order, times said there

    def __len__(self) -> int:
        return len(self._places)

    def add(self, rows: Sequence[Row]) -> None:
        """Those of the rows that are not there yet."""
        with self._lock:
            new = list({row.number: row for row in rows if row.number not in self._places}.values())
            for row in new:
                self._add(row)
            self._signs.add(new)

    def remove(self, numbers: Iterable[int]) -> None:
        """The rows are not found any more; their words and vectors are gone at once."""
        with self._lock:
            gone = [number for number in numbers if number in self._places]
            self._signs.remove(gone)
            for number in gone:
                place = self._places.pop(number)
                for word in set(self._words[place].split()):
                    places, times = self._postings[word]
                    at = bisect_left(places, place)
                    del places[at], times[at]
                    if not places:
                        del self._postings[word]
                self._words[place], self._states[place] = "", b""
                self._vectors_ND[place] = 0

    def columns(self, numbers: Iterable[int]) -> Columns:
        """Those of the numbered rows that are here, in the order asked for; all of one group."""
        with self._lock:
            places = [self._places[number] for number in numbers if number in self._places]
            return Columns(
                [self._numbers[place] for place in places],
                unit(self._vectors_ND[places]),
                [self._words[place] for place in places],
                [self._states[place] for place in places],
                [self._group] * len(places),
            )

    def all(self) -> list[Row]:
        return self.columns(list(self._places)).rows()

    def nearest(self, vector: NDArray[np.float32], n: int) -> list[int]:
        """The numbers of the `n` rows whose vectors point most nearly the same way."""
        import numpy as np

        with self._lock:
            numbers = self._signs.nearest(vector, _MORE * n)
            vectors_ND = unit(self._vectors_ND[[self._places[number] for number in numbers]])
        return [numbers[place] for place in np.argsort(-(vectors_ND @ vector), kind="stable")[:n]]

    def saying(self, words: Sequence[str], n: int, vocabulary: Vocabulary) -> list[int]:
        """The numbers of the `n` rows that say most of these words, by BM25 as `Vocabulary.match` has it."""
        import numpy as np

        with self._lock:
            scores = np.zeros(len(self._words), dtype=np.float32)
            lengths = np.array(self._lengths, dtype=np.float32)
            for word in set(words):
                if word not in self._postings:
                    continue
                places, times = (np.array(values, dtype=np.int32) for values in self._postings[word])
                damping = K1 * (1 - B + B * lengths[places] / vocabulary.average)
                scores[places] += vocabulary.rarity(word) * times * (K1 + 1) / (times + damping)
            some = np.flatnonzero(scores)
            if n < len(some):
                some = some[np.argpartition(-scores[some], n)[:n]]
            return [self._numbers[place] for place in some[np.argsort(-scores[some], kind="stable")]]

    def _add(self, row: Row) -> None:
        import numpy as np

        place = self._places[row.number] = len(self._words)
        if place == len(self._vectors_ND):
            self._vectors_ND = np.concatenate([self._vectors_ND, np.zeros_like(self._vectors_ND)])
        self._vectors_ND[place] = in_8_bits(row.vector)
        said = row.words.split()
        for word, times in Counter(said).items():
            places, counts = self._postings.setdefault(word, (array("i"), array("i")))
            places.append(place)
            counts.append(times)
        self._lengths.append(len(said))
        self._numbers.append(row.number)
        self._words.append(row.words)
        self._states.append(row.states)
