"""python -m train.corpus.vectors: make the shipped table of vectors again (engine/memory/known_vectors.py).

What is in it is whatever memory asks the embedder for while it learns the handbook and the standard library of the
Python that runs this, so it stays right however memory prepares its texts. A note points where its text does and where
people's questions for it do, two to one; and the questions are written beside it one by one (engine/memory/asks.py).
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from engine.memory import Memories
from engine.memory.asks import save_asks
from engine.memory.embedder import Embedder
from engine.memory.known_vectors import Known, KnownVectors, save_vectors
from engine.memory.reading import Reading
from engine.record import Record
from engine.settings import MemorySettings
from train.corpus.documents import STDLIB, documents_of
from train.corpus.handbook import HANDBOOK, Note, practised_notes, talk_notes, unseen_notes

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


def _turn_to_questions(notes: Sequence[Note], embedder: _Listening) -> dict[str, list[NDArray[np.float32]]]:
    """Each note's vector a third of the way to the mean of its known questions; the vectors of its title and of each of
    these, by the note's id."""
    import numpy as np

    texts = iter(Embedder.embed(embedder, [text for note in notes for text in (note.title, *note.known)]))
    asked: dict[str, list[NDArray[np.float32]]] = {}
    for note in notes:
        document = note.document
        _title, *questions = asked[document.id] = [next(texts) for _ in (note.title, *note.known)]
        if questions:
            plain = embedder.asked[document.text]
            vector = _OWN * plain.vector + np.mean(questions, axis=0)
            embedder.asked[document.text] = replace(plain, vector=vector / np.linalg.norm(vector))
    return asked


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m train.corpus.vectors", description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("assets/handbook"), help="folder of both tables")
    parser.add_argument("--anew", action="store_true", help="compute also what the table there has already")
    options = parser.parse_args(arguments)
    embedder = _Listening.load()
    embedder.asked = {}
    embedder.known = None if options.anew else KnownVectors(options.out / "vectors.safetensors", embedder.name)
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
    asked = _turn_to_questions([*talk_notes(), *practised_notes(), *unseen_notes()], embedder)
    texts = list(embedder.asked)
    save_vectors(options.out / "vectors.safetensors", embedder.name, texts, [embedder.asked[text] for text in texts])
    save_asks(options.out / "asks.safetensors", embedder.name, asked)
    print(f"{len(texts)} vectors, and {sum(map(len, asked.values()))} of questions for {len(asked)} notes")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
