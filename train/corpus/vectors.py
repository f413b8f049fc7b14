"""python -m train.corpus.vectors: make the shipped table of vectors again (engine/memory/known_vectors.py).

What is in it is whatever memory asks the embedder for while it learns the handbook and the standard library of the
Python that runs this, so it stays right however memory prepares its texts.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from engine.memory import Memories
from engine.memory.embedder import Embedder, Reading
from engine.memory.known_vectors import Known, save_vectors
from engine.record import Record
from engine.settings import MemorySettings
from train.corpus.documents import STDLIB, documents_of
from train.corpus.handbook import HANDBOOK

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class _Listening(Embedder):
    """An embedder that keeps what it was asked for."""

    asked: dict[str, Known]

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        vectors = super().embed(texts)
        nothing = vectors[:0]
        self.asked.update((text, Known(vector, nothing)) for text, vector in zip(texts, vectors, strict=True))
        return vectors

    def read(self, texts: Sequence[str]) -> list[Reading]:
        readings = super().read(texts)
        self.asked.update((text, Known(one.vector, one.states)) for text, one in zip(texts, readings, strict=True))
        return readings


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m train.corpus.vectors", description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("assets/handbook/vectors.safetensors"))
    options = parser.parse_args(arguments)
    embedder = _Listening.load()
    embedder.asked = {}
    embedder.known = None  # what is made here must be computed, not read from an older table
    with tempfile.TemporaryDirectory(prefix="spark-vectors-") as folder:
        record = Record(Path(folder) / "spark.db")
        memory = Memories.open(record, Path(folder) / "memory.lance", embedder, MemorySettings())
        for target in (HANDBOOK, STDLIB):
            documents = list(documents_of(target))
            print(f"{target}: {len(documents)} documents", file=sys.stderr)
            memory.add_documents(documents, lambda left: print(f"{left} left", end="\r", file=sys.stderr))
        memory.close()
        record.close()
    texts = list(embedder.asked)
    save_vectors(options.out, embedder.name, texts, [embedder.asked[text] for text in texts])
    print(f"{len(texts)} vectors, {options.out.stat().st_size / 1e6:.1f} MB")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
