"""python -m train.corpus.vectors: make the shipped table of vectors again (engine/memory/known_vectors.py).

What is in it is whatever memory asks the embedder for while it learns the handbook and the standard library of the
Python that runs this, so it stays right however memory prepares its texts. A note points where its text does and where
people's questions for it do, two to one: they are spared a step of likeness, and no note gets more room than another.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from engine.memory import Memories
from engine.memory.embedder import Embedder
from engine.memory.known_vectors import Known, KnownVectors, save_vectors
from engine.memory.reading import Reading
from engine.record import Record
from engine.settings import MemorySettings
from train.corpus.documents import STDLIB, documents_of
from train.corpus.handbook import HANDBOOK, Note, practised_notes, unseen_notes

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


_OWN = 2.0
"""Times the mean of its questions that a note's own text counts; left one out, 57 → 59% of the questions for notes that
nothing was trained on found theirs among two, 69 → 75% of those for the others."""


class _Listening(Embedder):
    """An embedder that keeps what it was asked for. Documents of code may be known; notes are always read."""

    asked: dict[str, Known]

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        vectors = super().embed(texts)
        nothing = vectors[:0]
        self.asked.update((text, Known(vector, nothing)) for text, vector in zip(texts, vectors, strict=True))
        return vectors

    def read(self, texts: Sequence[str]) -> list[Reading]:
        readings = self._thread.submit(self._read, texts).result()
        self.asked.update((text, Known(one.vector, one.states)) for text, one in zip(texts, readings, strict=True))
        return readings


def _turn_to_questions(notes: Iterable[Note], embedder: _Listening) -> None:
    """Each note's vector a third of the way to the mean of its known questions."""
    import numpy as np

    asked = [(embedder.asked[note.document.text], note) for note in notes if note.known]
    questions = iter(Embedder.embed(embedder, [text for _, note in asked for text in note.known]))
    for plain, note in asked:
        towards = np.mean([next(questions) for _ in note.known], axis=0)
        vector = _OWN * plain.vector + towards
        embedder.asked[note.document.text] = replace(plain, vector=vector / np.linalg.norm(vector))


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m train.corpus.vectors", description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("assets/handbook/vectors.safetensors"))
    parser.add_argument("--anew", action="store_true", help="compute also what the table there has already")
    options = parser.parse_args(arguments)
    embedder = _Listening.load()
    embedder.asked = {}
    embedder.known = None if options.anew else KnownVectors(options.out, embedder.name)
    with tempfile.TemporaryDirectory(prefix="spark-vectors-") as folder:
        record = Record(Path(folder) / "spark.db")
        memory = Memories.open(record, Path(folder) / "memory.lance", embedder, MemorySettings())
        for target in (HANDBOOK, STDLIB):
            documents = list(documents_of(target))
            print(f"{target}: {len(documents)} documents", file=sys.stderr)
            memory.add_documents(documents, lambda left: print(f"{left} left", end="\r", file=sys.stderr))
        memory.close()
        record.close()
    embedder.known = None
    _turn_to_questions([*practised_notes(), *unseen_notes()], embedder)
    texts = list(embedder.asked)
    save_vectors(options.out, embedder.name, texts, [embedder.asked[text] for text in texts])
    print(f"{len(texts)} vectors, {options.out.stat().st_size / 1e6:.1f} MB")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
