"""The learned patterns nearest in meaning: one matrix of sentence embeddings, all of it searched each time."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Meaning = NDArray[np.float32]
    """A sentence embedding of length 1: float32 [width]."""

CANDIDATES = 8
"""Nearest patterns that the verifier is asked about in one lookup."""


class Neighbours:
    def __init__(self) -> None:
        self._keys: list[str] = []
        self._place: dict[str, int] = {}
        self._rows: NDArray[np.float32] | None = None

    def __len__(self) -> int:
        return len(self._keys)

    def add(self, key: str, meaning: Meaning) -> None:
        import numpy as np

        if self._rows is None or self._rows.shape[1] != len(meaning):
            self._rows = np.zeros((256, len(meaning)), dtype=np.float32)
            self._keys, self._place = [], {}
        if key not in self._place:
            if len(self._keys) == len(self._rows):
                self._rows = np.concatenate([self._rows, np.zeros_like(self._rows)])
            self._place[key] = len(self._keys)
            self._keys.append(key)
        self._rows[self._place[key]] = meaning

    def discard(self, key: str) -> None:
        place = self._place.pop(key, None)
        if place is None or self._rows is None:
            return
        last = self._keys.pop()
        if last != key:  # the last row takes the free place
            self._keys[place] = last
            self._place[last] = place
            self._rows[place] = self._rows[len(self._keys)]

    def find(self, meaning: Meaning, least: float, most: int = CANDIDATES) -> list[tuple[str, float]]:
        """Up to `most` keys with a cosine of at least `least`, the nearest first."""
        import numpy as np

        if self._rows is None or not self._keys or self._rows.shape[1] != len(meaning):
            return []
        cosines = self._rows[: len(self._keys)] @ meaning
        near = np.flatnonzero(cosines >= least)
        best = near[np.argsort(-cosines[near], kind="stable")][:most]
        return [(self._keys[place], float(cosines[place])) for place in best.tolist()]


def pack(meaning: Meaning) -> str:
    """A vector as text of half precision, for the record: 1 KB for 384 numbers."""
    import numpy as np

    return base64.b64encode(meaning.astype(np.float16).tobytes()).decode("ascii")


def unpack(packed: str) -> Meaning | None:
    """What `pack` packed; None where nothing was, or it is damaged: then there is only no near neighbour."""
    import numpy as np

    if not packed:
        return None
    try:
        meaning = np.frombuffer(base64.b64decode(packed, validate=True), dtype=np.float16).astype(np.float32)
    except (ValueError, binascii.Error):
        return None
    length = float(np.linalg.norm(meaning))
    return meaning / length if np.isfinite(length) and length > 0 else None
