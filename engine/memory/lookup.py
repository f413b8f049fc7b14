"""Rows by meaning, by words and by number, wherever they are: in memory, in the index, or some in each.

While there are at most `LIMIT` rows the mirror has all of them, and the index is only what it is made from at the next
start. Above, the mirror has the rows that are not in the index yet; of the others the directions are in memory, and
the index has their words.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from engine.memory.mirror import Mirror
from engine.memory.signs import Signs
from engine.memory.words import Vocabulary

if TYPE_CHECKING:
    from engine.memory.index import Index
    from engine.memory.rows import Group, Row, Vector

LIMIT = 200_000
"""Rows that are held in memory, at about a kilobyte each."""


class Lookup:
    def __init__(self, index: Index, width: int, rows: int) -> None:
        """Nothing is held yet of an index that has `rows` rows."""
        self.vocabulary = Vocabulary()
        self.whole = rows <= LIMIT
        self._index = index
        self._width = width
        self._mirror = Mirror(width)
        self._signs = Signs(width)

    def learn(self, rows: Sequence[Row], written: bool) -> None:
        """Rows that are new to this process; `written`: the index has them."""
        for row in rows:
            self.vocabulary.add(row.words.split())
        if self.whole or not written:
            self._mirror.add(rows)
        else:
            self._signs.add(rows)

    def wrote(self) -> None:
        """The index has every row now."""
        if self.whole and len(self._mirror) > LIMIT:
            self.whole = False
        if not self.whole:
            self._signs.add(self._mirror.all())
            self._mirror = Mirror(self._width)

    def remove(self, rows: Sequence[Row]) -> None:
        numbers = [row.number for row in rows]
        self._mirror.remove(numbers)
        self._signs.remove(numbers)
        for row in rows:
            self.vocabulary.remove(row.words.split())

    def nearest(self, vector: Vector, n: int, group: Group) -> list[int]:
        """The numbers of the `n` rows of a group whose vectors point most nearly the same way."""
        here = self._mirror.nearest(vector, n, group)
        return here if self.whole else _without_doubles(here, self._signs.nearest(vector, n, group))

    def saying(self, words: Sequence[str], n: int, group: Group) -> list[int]:
        """The numbers of the `n` rows of a group that say most of these words."""
        here = self._mirror.saying(words, n, group, self.vocabulary)
        return here if self.whole else _without_doubles(here, self._index.saying(words, n, group))

    def rows(self, numbers: Sequence[int]) -> list[Row]:
        """The rows with these numbers, in any order."""
        here = self._mirror.rows(numbers)
        if self.whole or len(here) == len(numbers):
            return here
        known = {row.number for row in here}
        return here + self._index.rows([number for number in numbers if number not in known])


def _without_doubles(*lists: Sequence[int]) -> list[int]:
    return list(dict.fromkeys(number for numbers in lists for number in numbers))
