"""The index in memory while it is small: exact search by meaning and by words in about a millisecond.

LanceDB needs 10 ms for the nearest of 10,000 vectors and 5 ms for a word search; one matrix product and a few sums
over posting lists give the same rows sooner.
"""

from __future__ import annotations

import threading
from array import array
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from engine.memory.rows import Group
from engine.memory.words import K1, B, Vocabulary

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from engine.memory.rows import Row


class Mirror:
    """Rows that were added and not removed. Safe from any thread."""

    def __init__(self, width: int) -> None:
        import numpy as np

        self._lock = threading.RLock()
        self._rows: list[Row] = []
        self._places: dict[int, int] = {}
        self._vectors = np.zeros((64, width), dtype=np.float32)
        self._usable = np.zeros((64, len(Group)), dtype=bool)  # is it there, and of this group?
        self._lengths = array("f")
        self._postings: dict[str, tuple[array[int], array[int]]] = {}  # of each word: places, times said there

    def __len__(self) -> int:
        return len(self._places)

    def add(self, rows: Iterable[Row]) -> None:
        with self._lock:
            for row in rows:
                self._add(row)

    def remove(self, numbers: Iterable[int]) -> None:
        """The rows are not found any more; their words and vectors are gone at once."""
        with self._lock:
            for number in numbers:
                place = self._places.pop(number, None)
                if place is None:
                    continue
                for word in set(self._rows[place].words.split()):
                    places, _ = self._postings[word]
                    if len(places) == 1:
                        del self._postings[word]
                self._rows[place] = self._rows[place].forgotten()
                self._vectors[place] = 0
                self._usable[place] = False

    def rows(self, numbers: Iterable[int]) -> list[Row]:
        with self._lock:
            return [self._rows[self._places[number]] for number in numbers if number in self._places]

    def nearest(self, vector: NDArray[np.float32], n: int, group: Group) -> list[Row]:
        with self._lock:
            many = len(self._rows)
            return self._best(self._vectors[:many] @ vector + 1.0, n, group)

    def saying(self, words: Sequence[str], n: int, group: Group, vocabulary: Vocabulary) -> list[Row]:
        """By BM25, as `Vocabulary.match` measures it."""
        import numpy as np

        with self._lock:
            many = len(self._rows)
            scores = np.zeros(many, dtype=np.float32)
            lengths = np.array(self._lengths, dtype=np.float32)
            for word in set(words):
                if word not in self._postings:
                    continue
                places, times = (np.array(values, dtype=np.int32) for values in self._postings[word])
                damping = K1 * (1 - B + B * lengths[places] / vocabulary.average)
                scores[places] += vocabulary.rarity(word) * times * (K1 + 1) / (times + damping)
            return self._best(scores, n, group)

    def _best(self, scores: NDArray[np.float32], n: int, group: Group) -> list[Row]:
        import numpy as np

        scores = np.where(self._usable[: len(scores), group], scores, 0.0)
        some = np.argpartition(-scores, n)[:n] if n < len(scores) else np.arange(len(scores))
        some = some[np.argsort(-scores[some], kind="stable")]
        return [self._rows[place] for place in some if scores[place] > 0]

    def _add(self, row: Row) -> None:
        import numpy as np

        if row.number in self._places:
            return
        place = len(self._rows)
        if place == len(self._vectors):
            self._vectors = np.concatenate([self._vectors, np.zeros_like(self._vectors)])
            self._usable = np.concatenate([self._usable, np.zeros_like(self._usable)])
        self._vectors[place] = row.vector
        self._usable[place, row.group] = True
        said = row.words.split()
        for word, times in Counter(said).items():
            places, counts = self._postings.setdefault(word, (array("i"), array("i")))
            places.append(place)
            counts.append(times)
        self._lengths.append(len(said))
        self._rows.append(row)
        self._places[row.number] = place
