"""What the tests of memory share: an embedder that needs no weights, and short ways to say things."""

from __future__ import annotations

import hashlib
import itertools
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from engine.events import Memory
from engine.memory import Memories
from engine.memory.reading import Reading
from engine.memory.words import words
from engine.record import Record, Turn

Open = Callable[[], Memories]
_ids = itertools.count()


class WordEmbedder:
    """The sum of a fixed random vector for each word: texts that share words point the same way."""

    name = "words of the tests"
    width = 64

    def __init__(self) -> None:
        self.embedded: list[str] = []
        self._states: dict[str, NDArray[np.float32]] = {}
        self._last = ""  # like the real one: the query is embedded once, whoever asks

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        if len(texts) == 1 and texts[0] == self._last:
            return self._vectors(texts)
        self.embedded += texts
        self._last = texts[-1] if texts else ""
        return self._vectors(texts)

    def _vectors(self, texts: Sequence[str]) -> NDArray[np.float32]:
        vectors = np.zeros((len(texts), self.width), dtype=np.float32)
        for i, text in enumerate(texts):
            for word in [*words(text), "always"]:
                vectors[i] += self._state(word)
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)

    def read(self, texts: Sequence[str]) -> list[Reading]:
        said = {word: self._state(word) for text in texts for word in words(text)}
        return [
            Reading(vector, tuple(words(text)), np.array([said[word] for word in words(text)]).reshape(-1, self.width))
            for vector, text in zip(self.embed(texts), texts, strict=True)
        ]

    def _state(self, word: str) -> NDArray[np.float32]:
        if word not in self._states:
            seed = int.from_bytes(hashlib.sha256(word.encode()).digest()[:4], "big")
            self._states[word] = np.random.default_rng(seed).normal(size=self.width).astype(np.float32)
        return self._states[word]

    def cost(self, texts: Sequence[str]) -> float:
        return float(sum(len(text.split()) for text in texts))


def said(record: Record, text: str, answer: str = "", **changes: object) -> Turn:
    """Save a turn."""
    turn = replace(Turn(f"t{next(_ids)}", "default", time.time(), text, answer), **changes)  # type: ignore[arg-type]
    record.add_turn(turn)
    return turn


def ids(found: Iterable[Memory]) -> list[str]:
    return [memory.id for memory in found]
