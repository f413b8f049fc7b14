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

    from engine.memory.rows import Row, Vector

_MORE = 4


class Signs:
    """Rows by the directions of their vectors. Safe from any thread."""

    def __init__(self, width: int) -> None:
        import numpy as np

        self._lock = threading.RLock()
        self._width = width
        self._many = 0
        self._codes_WN: NDArray[np.uint64] = np.zeros((-(-width // 64), 1024), dtype=np.uint64)
        self._numbers_N: NDArray[np.int64] = np.zeros(1024, dtype=np.int64)

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
            new = slice(first, self._many)
            self._codes_WN[:, new] = self._codes(np.stack([row.vector for row in rows])).T
            self._numbers_N[new] = [row.number for row in rows]

    def remove(self, numbers: Sequence[int]) -> None:
        import numpy as np

        with self._lock:
            stay = np.flatnonzero(~np.isin(self._numbers_N[: self._many], numbers))
            self._codes_WN[:, : len(stay)] = self._codes_WN[:, stay]
            self._codes_WN[:, len(stay) : self._many] = 0
            self._numbers_N[: len(stay)] = self._numbers_N[stay]
            self._many = len(stay)

    def nearest(self, vector: Vector, n: int) -> list[int]:
        """The numbers of about the `n` nearest, the nearest first."""
        import numpy as np

        with self._lock:
            many = self._many
            code_W = self._codes(vector[None, :])[0]
            unequal_N = np.zeros(many, dtype=np.uint16)
            for codes_N, word in zip(self._codes_WN, code_W, strict=True):
                unequal_N += np.bitwise_count(codes_N[:many] ^ word)
            close = _smallest(unequal_N, _MORE * n)
            bits = np.unpackbits(np.ascontiguousarray(self._codes_WN[:, close].T).view(np.uint8), axis=1)
            along = bits[:, : self._width].astype(np.float32) @ vector
            return [int(number) for number in self._numbers_N[close[np.argsort(-along, kind="stable")[:n]]]]

    def _codes(self, vectors_ND: NDArray[np.float32]) -> NDArray[np.uint64]:
        """The signs of each vector, 64 in a word: uint64 [N, W]."""
        import numpy as np

        words = self._codes_WN.shape[0]
        bits = np.zeros((len(vectors_ND), 64 * words), dtype=np.uint8)
        bits[:, : self._width] = vectors_ND > 0
        return np.packbits(bits, axis=1).view(np.uint64)


def _smallest(counts_N: NDArray[np.uint16], n: int) -> NDArray[np.int64]:
    """The places of the `n` smallest: of small whole numbers, so that counting finds the `n`th faster than sorting."""
    import numpy as np

    if len(counts_N) <= n:
        return np.arange(len(counts_N))
    nth = np.searchsorted(np.cumsum(np.bincount(counts_N)), n)
    some = np.flatnonzero(counts_N <= nth)
    return some[np.argsort(counts_N[some], kind="stable")[:n]]
