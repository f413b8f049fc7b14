"""Which rows point most nearly the same way, of any number of them: 48 bytes a row instead of 768.

Only the signs of a vector's coordinates are kept (Charikar 2002: the share of equal signs tells the angle). A pass
over all of them counts unequal signs, a millisecond or two for 100,000 rows; of four times as many as are wanted the
sum of the query's coordinates along the signs, which tells more, picks the rest. What is found is weighed by its whole
vector later.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from engine.memory.rows import Group, Row, Vector

_MORE = 4
_GONE = -1


class Signs:
    """Rows by the directions of their vectors. Safe from any thread."""

    def __init__(self, width: int) -> None:
        import numpy as np

        self._lock = threading.RLock()
        self._width = width
        self._many = 0
        self._codes_WN: NDArray[np.uint64] = np.zeros((-(-width // 64), 1024), dtype=np.uint64)
        self._numbers_N: NDArray[np.int64] = np.zeros(1024, dtype=np.int64)
        self._groups_N: NDArray[np.int8] = np.full(1024, _GONE, dtype=np.int8)

    def add(self, rows: Sequence[Row]) -> None:
        """Add rows that are not there yet."""
        import numpy as np

        if not rows:
            return
        with self._lock:
            first, self._many = self._many, self._many + len(rows)
            while self._many > len(self._numbers_N):
                self._codes_WN = np.concatenate([self._codes_WN, np.zeros_like(self._codes_WN)], axis=1)
                self._numbers_N = np.concatenate([self._numbers_N, np.zeros_like(self._numbers_N)])
                self._groups_N = np.concatenate([self._groups_N, np.full_like(self._groups_N, _GONE)])
            new = slice(first, self._many)
            self._codes_WN[:, new] = self._codes(np.stack([row.vector for row in rows])).T
            self._numbers_N[new] = [row.number for row in rows]
            self._groups_N[new] = [row.group for row in rows]

    def remove(self, numbers: Sequence[int]) -> None:
        import numpy as np

        with self._lock:
            gone = np.isin(self._numbers_N[: self._many], numbers)
            self._groups_N[: self._many][gone] = _GONE
            self._codes_WN[:, : self._many][:, gone] = 0

    def nearest(self, vector: Vector, n: int, group: Group) -> list[int]:
        """The numbers of about the `n` nearest of a group, the nearest first."""
        import numpy as np

        with self._lock:
            many = self._many
            code_W = self._codes(vector[None, :])[0]
            unequal_N = np.zeros(many, dtype=np.uint16)
            for codes_N, word in zip(self._codes_WN, code_W, strict=True):
                unequal_N += np.bitwise_count(codes_N[:many] ^ word)
            unequal_N[self._groups_N[:many] != group] = np.iinfo(np.uint16).max
            some = np.argpartition(unequal_N, _MORE * n)[: _MORE * n] if many > _MORE * n else np.arange(many)
            some = some[self._groups_N[some] == group]
            bits = np.unpackbits(np.ascontiguousarray(self._codes_WN[:, some].T).view(np.uint8), axis=1)
            along = bits[:, : self._width].astype(np.float32) @ vector
            return [int(number) for number in self._numbers_N[some[np.argsort(-along, kind="stable")[:n]]]]

    def _codes(self, vectors_ND: NDArray[np.float32]) -> NDArray[np.uint64]:
        """The signs of each vector, 64 in a word: uint64 [N, W]."""
        import numpy as np

        words = self._codes_WN.shape[0]
        bits = np.zeros((len(vectors_ND), 64 * words), dtype=np.uint8)
        bits[:, : self._width] = vectors_ND > 0
        return np.packbits(bits, axis=1).view(np.uint64)
