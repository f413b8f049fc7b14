"""Vectors of texts that ship with Spark, so that the standard library is learned in seconds instead of minutes.

One row a text: the first 8 bytes of its hash, and its vector in 8 bits with a scale of its own (a rounding that moves a
cosine by less than 0.001; a test says so). A text that is not in the table, such as a docstring of another Python, is
simply embedded.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING

from engine.assets import asset
from engine.errors import SparkError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def shipped() -> Path | None:
    """The table that comes with Spark, if it does."""
    try:
        return asset("handbook", "vectors.safetensors")
    except SparkError:
        return None


class KnownVectors:
    """A table that is read when it is first asked."""

    def __init__(self, path: Path | None, embedder: str) -> None:
        self._path, self._embedder = path, embedder

    def find(self, texts: Sequence[str]) -> dict[int, NDArray[np.float32]]:
        """Those of the texts that are known, by their place: vectors of length 1, float32 [D]."""
        import numpy as np

        rows, scales, vectors = self._table
        found = {}
        for place, text in enumerate(texts):
            row = rows.get(text_hash(text))
            if row is not None:
                vector = vectors[row].astype(np.float32) * scales[row]
                found[place] = vector / np.linalg.norm(vector)
        return found

    @cached_property
    def _table(self) -> tuple[dict[int, int], NDArray[np.float32], NDArray[np.int8]]:
        import numpy as np
        from safetensors import safe_open

        nothing: tuple[dict[int, int], NDArray[np.float32], NDArray[np.int8]]
        nothing = ({}, np.empty(0, np.float32), np.empty((0, 0), np.int8))
        if self._path is None:
            return nothing
        try:
            with safe_open(self._path, framework="np") as file:
                if (file.metadata() or {}).get("embedder") != self._embedder:
                    return nothing
                hashes = file.get_tensor("hashes").tolist()
                return (
                    {value: row for row, value in enumerate(hashes)},
                    file.get_tensor("scales"),
                    file.get_tensor("vectors"),
                )
        except Exception:  # damaged: it only saves time, so nothing is lost without it
            return nothing


def text_hash(text: str) -> int:
    """A whole number of 8 bytes, the same everywhere."""
    return int.from_bytes(blake2b(text.encode("utf-8", "replace"), digest_size=8).digest(), "big", signed=True)


def save_vectors(path: Path, embedder: str, texts: Sequence[str], vectors_ND: NDArray[np.float32]) -> None:
    """Write a table: int64 [N] hashes, float32 [N] scales, int8 [N, D] vectors."""
    import numpy as np
    from safetensors.numpy import save_file

    scales_N = np.abs(vectors_ND).max(axis=1) / 127
    save_file(
        {
            "hashes": np.array([text_hash(text) for text in texts], np.int64),
            "scales": scales_N.astype(np.float32),
            "vectors": np.round(vectors_ND / scales_N[:, None]).astype(np.int8),
        },
        path,
        metadata={"embedder": embedder},
    )
