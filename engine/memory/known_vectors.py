"""Vectors of texts that ship with Spark, so that the standard library is learned in seconds instead of minutes.

One row a text: the first 8 bytes of its hash, its vector in 8 bits with a scale of its own (a rounding that moves a
cosine by less than 0.001; a test says so), and of a note the signs of its words' states (engine/memory/late.py). A
text that is not in the table, such as a docstring of another Python, is simply embedded. A note's vector was turned
towards the questions that people have for it (train/corpus/vectors.py), which no embedding of its text alone can be.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING

from engine.assets import asset
from engine.errors import SparkError
from engine.memory.late import decode, encode
from engine.memory.rows import in_8_bits

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def shipped(table: str = "vectors.safetensors") -> Path | None:
    """A table that comes with Spark, if it does."""
    try:
        return asset("handbook", table)
    except SparkError:
        return None


@dataclass(frozen=True, slots=True)
class Known:
    """`vector`: float32 [D], of length 1. `states`: 1 and −1 for the signs of the words' states, float32 [words, 192];
    no words where only the vector is known."""

    vector: NDArray[np.float32]
    states: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class _Table:
    """`rows`: of each hash. `codes`: of all rows one after the other; `ends`: where those of each row end."""

    rows: dict[int, int]
    vectors: NDArray[np.int8]
    codes: NDArray[np.uint8]
    ends: NDArray[np.int64]


class KnownVectors:
    """A table that is read when it is first asked."""

    def __init__(self, path: Path | None, embedder: str) -> None:
        self._path, self._embedder = path, embedder

    def find(self, texts: Sequence[str]) -> dict[int, Known]:
        """Those of the texts that are known, by their place."""
        import numpy as np

        table = self._table
        found = {}
        for place, text in enumerate(texts):
            row = table.rows.get(text_hash(text))
            if row is not None:
                vector = table.vectors[row].astype(np.float32)
                code = table.codes[table.ends[row - 1] if row else 0 : table.ends[row]]
                found[place] = Known(vector / np.linalg.norm(vector), decode(code.tobytes()))
        return found

    @cached_property
    def _table(self) -> _Table:
        import numpy as np
        from safetensors import safe_open

        nothing = _Table({}, np.empty((0, 0), np.int8), np.empty(0, np.uint8), np.empty(0, np.int64))
        if self._path is None:
            return nothing
        try:
            with safe_open(self._path, framework="np") as file:
                if (file.metadata() or {}).get("embedder") != self._embedder:
                    return nothing
                hashes = file.get_tensor("hashes").tolist()
                return _Table(
                    {value: row for row, value in enumerate(hashes)},
                    file.get_tensor("vectors"),
                    file.get_tensor("codes"),
                    np.cumsum(file.get_tensor("code_bytes"), dtype=np.int64),
                )
        except Exception:  # damaged: it only saves time, so nothing is lost without it
            return nothing


def text_hash(text: str) -> int:
    """A whole number of 8 bytes, the same everywhere."""
    return int.from_bytes(blake2b(text.encode("utf-8", "replace"), digest_size=8).digest(), "big", signed=True)


def save_vectors(path: Path, embedder: str, texts: Sequence[str], known: Sequence[Known]) -> None:
    """Write a table: int64 [N] hashes, int8 [N, D] vectors, uint8 [all bytes] codes and uint16 [N] how many of each."""
    import numpy as np
    from safetensors.numpy import save_file

    codes = [encode(one.states) for one in known]
    save_file(
        {
            "hashes": np.array([text_hash(text) for text in texts], np.int64),
            "vectors": in_8_bits(np.stack([one.vector for one in known])),
            "codes": np.frombuffer(b"".join(codes), np.uint8),
            "code_bytes": np.array([len(code) for code in codes], np.uint16),
        },
        path,
        metadata={"embedder": embedder},
    )
