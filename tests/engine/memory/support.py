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

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.embedded += texts
        vectors = np.zeros((len(texts), self.width), dtype=np.float32)
        for i, text in enumerate(texts):
            for word in [*words(text), "always"]:
                seed = int.from_bytes(hashlib.sha256(word.encode()).digest()[:4], "big")
                vectors[i] += np.random.default_rng(seed).normal(size=self.width).astype(np.float32)
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)

    def count(self, texts: Sequence[str]) -> int:
        return sum(len(text.split()) for text in texts)

    def flops(self, tokens: int) -> float:
        return float(tokens)


def said(record: Record, text: str, answer: str = "", **changes: object) -> Turn:
    """Save a turn."""
    turn = replace(Turn(f"t{next(_ids)}", "default", time.time(), text, answer), **changes)  # type: ignore[arg-type]
    record.add_turn(turn)
    return turn


def ids(found: Iterable[Memory]) -> list[str]:
    return [memory.id for memory in found]
