"""Rows by meaning, by words and by number, wherever they are: in memory, in the index, or some in each.

While there are at most `LIMIT` rows the mirror has all of them, and the index is only what it is made from at the next
start. Above, the index answers, and the mirror has the rows that are not written there yet.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from engine.memory.mirror import Mirror
from engine.memory.words import Vocabulary

if TYPE_CHECKING:
    from engine.memory.index import Index
    from engine.memory.rows import Group, Row, Vector

LIMIT = 20_000
"""Rows that are held in memory; about 30 MB of vectors and as much again of words and codes."""


class Lookup:
    def __init__(self, index: Index, width: int, rows: int) -> None:
        """Nothing is held yet of an index that has `rows` rows."""
        self.vocabulary = Vocabulary()
        self.whole = rows <= LIMIT
        self._index = index
        self._width = width
        self._mirror = Mirror(width)

    def learn(self, rows: Sequence[Row], written: bool) -> None:
        """Rows that are new to this process; `written`: the index has them."""
        for row in rows:
            self.vocabulary.add(row.words.split())
        if self.whole or not written:
            self._mirror.add(rows)

    def wrote(self) -> None:
        """The index has every row now."""
        if self.whole and len(self._mirror) > LIMIT:
            self.whole = False
        if not self.whole:
            self._mirror = Mirror(self._width)

    def remove(self, rows: Sequence[Row]) -> None:
        self._mirror.remove([row.number for row in rows])
        for row in rows:
            self.vocabulary.remove(row.words.split())

    def nearest(self, vector: Vector, n: int, groups: Sequence[Group]) -> list[Row]:
        """The `n` rows of each group whose vectors point most nearly the same way."""
        return self._both(
            groups,
            lambda group: self._mirror.nearest(vector, n, group),
            lambda group: self._index.nearest(vector, n, group),
        )

    def saying(self, words: Sequence[str], n: int, groups: Sequence[Group]) -> list[Row]:
        """The `n` rows of each group that say most of these words."""
        return self._both(
            groups,
            lambda group: self._mirror.saying(words, n, group, self.vocabulary),
            lambda group: self._index.saying(words, n, group),
        )

    def rows(self, numbers: Sequence[int]) -> list[Row]:
        """The rows with these numbers, in any order."""
        here = self._mirror.rows(numbers)
        if self.whole or len(here) == len(numbers):
            return here
        known = {row.number for row in here}
        return here + self._index.rows([number for number in numbers if number not in known])

    def _both(
        self, groups: Sequence[Group], here: Callable[[Group], list[Row]], there: Callable[[Group], list[Row]]
    ) -> list[Row]:
        found = {row.number: row for group in groups for row in here(group)}
        if not self.whole:
            for group in groups:
                for row in there(group):
                    found.setdefault(row.number, row)
        return list(found.values())
