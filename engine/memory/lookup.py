"""Rows by meaning, by words and by number, wherever they are: in memory, in the index, or some in each.

While there are at most `LIMIT` rows the mirrors have all of them, and the index is only what they are made from at the
next start. Above, the mirrors have the rows that are not in the index yet; of the others the directions are in memory,
and the index has their words. Each group has a mirror and directions of its own, so that a search of the one does not
walk through the thousands of the other.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from operator import add
from typing import TYPE_CHECKING

from engine.memory.mirror import Mirror
from engine.memory.rows import Columns, Group
from engine.memory.signs import Signs
from engine.memory.words import Vocabulary

if TYPE_CHECKING:
    from engine.memory.index import Index
    from engine.memory.rows import Row, Vector

LIMIT = 200_000
"""Rows that are held in memory, at about a kilobyte each."""


class Lookup:
    def __init__(self, index: Index, width: int, rows: int) -> None:
        """Nothing is held yet of an index that has `rows` rows."""
        self.vocabulary = Vocabulary()
        self.whole = rows <= LIMIT
        self._index = index
        self._width = width
        self._mirrors = {group: Mirror(width, group) for group in Group}
        self._signs = {group: Signs(width) for group in Group}

    def learn(self, rows: Sequence[Row], written: bool) -> None:
        """Rows that are new to this process; `written`: the index has them."""
        for row in rows:
            self.vocabulary.add(row.words.split())
        held = self._mirrors if self.whole or not written else self._signs
        for group, holder in held.items():
            holder.add([row for row in rows if row.group is group])

    def wrote(self) -> None:
        """The index has every row now."""
        if self.whole and sum(map(len, self._mirrors.values())) > LIMIT:
            self.whole = False
        if not self.whole:
            for group, mirror in self._mirrors.items():
                self._signs[group].add(mirror.all())
                self._mirrors[group] = Mirror(self._width, group)

    def remove(self, rows: Sequence[Row]) -> None:
        numbers = [row.number for row in rows]
        for group in Group:
            self._mirrors[group].remove(numbers)
            self._signs[group].remove(numbers)
        for row in rows:
            self.vocabulary.remove(row.words.split())

    def nearest(self, vector: Vector, n: int, group: Group) -> list[int]:
        """The numbers of the `n` rows of a group whose vectors point most nearly the same way."""
        here = self._mirrors[group].nearest(vector, n)
        return here if self.whole else _without_doubles(here, self._signs[group].nearest(vector, n))

    def saying(self, words: Sequence[str], n: int, group: Group) -> list[int]:
        """The numbers of the `n` rows of a group that say most of these words."""
        here = self._mirrors[group].saying(words, n, self.vocabulary)
        return here if self.whole else _without_doubles(here, self._index.saying(words, n, group))

    def columns(self, numbers: Sequence[int]) -> Columns:
        """The rows with these numbers, in any order."""
        here = reduce(add, (mirror.columns(numbers) for mirror in self._mirrors.values()))
        if self.whole or len(here.numbers) == len(numbers):
            return here
        known = set(here.numbers)
        elsewhere = self._index.rows([number for number in numbers if number not in known])
        return here + Columns.of(elsewhere, self._width)

    def rows(self, numbers: Sequence[int]) -> list[Row]:
        return self.columns(numbers).rows()


def _without_doubles(*lists: Sequence[int]) -> list[int]:
    return list(dict.fromkeys(number for numbers in lists for number in numbers))
