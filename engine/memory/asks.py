"""What people ask for each note of the handbook: whoever asks in other words than its title finds it by theirs.

A note is a title and an answer, and its vector is one average over both. The questions that people have for it are
kept beside it as vectors of their own, its title among them, and the one most alike counts. It pays where every note
has about as many: with two each for one half of the notes and seven for the other, these pushed those away
(train/LOG.md).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from engine.memory.known_vectors import shipped
from engine.memory.rows import in_8_bits

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from engine.memory.rows import Vector


def shipped_asks() -> Path | None:
    """The table that comes with Spark, if it does."""
    return shipped("asks.safetensors")


class Asks:
    """A table that is read when it is first asked; empty without a file, or where another embedder made it."""

    def __init__(self, path: Path | None, embedder: str) -> None:
        self._path, self._embedder = path, embedder

    def alike(self, vector: Vector) -> dict[str, float]:
        """Of each note, by its id, the cosine of the question for it that is most alike, at least 0."""
        import numpy as np

        ids, starts, vectors_AD = self._table
        if not ids or len(vector) != vectors_AD.shape[1]:
            return {}
        best = np.maximum.reduceat(vectors_AD @ vector, starts)
        return dict(zip(ids, np.clip(best, 0.0, 1.0).tolist(), strict=True))

    @cached_property
    def _table(self) -> tuple[list[str], NDArray[np.int64], Vector]:
        """The ids of the notes; where the questions of each begin; unit vectors of all questions, float32 [A, D]."""
        import numpy as np
        from safetensors import safe_open

        nothing = list[str](), np.empty(0, np.int64), np.empty((0, 0), np.float32)
        if self._path is None:
            return nothing
        try:
            with safe_open(self._path, framework="np") as file:
                told = file.metadata() or {}
                if told.get("embedder") != self._embedder:
                    return nothing
                vectors = file.get_tensor("vectors").astype(np.float32)
                counts = file.get_tensor("counts").astype(np.int64)
        except Exception:  # damaged: notes are found by their own words alone
            return nothing
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        return told["ids"].split("\n"), np.cumsum(counts) - counts, vectors


def save_asks(path: Path, embedder: str, asked: Mapping[str, Sequence[Vector]]) -> None:
    """Write a table of at least one vector a note: int8 [A, D] vectors, note after note; uint16 how many of each."""
    import numpy as np
    from safetensors.numpy import save_file

    save_file(
        {
            "vectors": in_8_bits(np.stack([vector for vectors in asked.values() for vector in vectors])),
            "counts": np.array([len(vectors) for vectors in asked.values()], np.uint16),
        },
        path,
        metadata={"embedder": embedder, "ids": "\n".join(asked)},
    )
