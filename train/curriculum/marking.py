"""Memories as they are read: each with the digit that says how well the embedder finds that it fits (engine/fit.py)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING

from engine.fit import marked
from engine.memory.rows import turn_text
from train.curriculum.example import Example, Material, last_name

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from engine.memory.reading import Embeds
    from train.corpus.definitions import Definition

_TOGETHER = 256
_NEAR = 6


class Marker:
    """Remembers what it has embedded: documents and notes come again and again."""

    def __init__(self, embedder: Embeds) -> None:
        self._embedder = embedder
        self._known: dict[str, NDArray[np.float32]] = {}

    def mark(self, examples: Iterable[Example]) -> Iterator[Example]:
        """The same examples in the same order, the memories of each marked."""
        waiting = iter(examples)
        while some := list(islice(waiting, _TOGETHER)):
            self._learn(some)
            yield from map(self._marked, some)

    def _learn(self, examples: Iterable[Example]) -> None:
        reading = [example for example in examples if example.memories]
        texts = {text for example in reading for text in (example.text, *map(said, example.memories))}
        new = sorted(texts - self._known.keys(), key=len)
        for text, vector in zip(new, self._embedder.embed(new) if new else (), strict=True):
            self._known[text] = vector

    def _marked(self, example: Example) -> Example:
        if not example.memories:
            return example
        asked = self._known[example.text]
        fitting = ((memory, float(asked @ self._known[said(memory)])) for memory in example.memories)
        return replace(example, memories=marked(example.text, fitting))


def with_near(material: Material, embedder: Embeds) -> Material:
    """The same material; for each document the six most alike ones of other names."""
    import numpy as np

    documented = material.documented
    vectors_ND = embedder.embed([definition.document for definition in documented]) if documented else np.zeros((0, 1))
    near: dict[str, list[Definition]] = {}
    for start in range(0, len(documented), _TOGETHER):
        alike_BN = vectors_ND[start : start + _TOGETHER] @ vectors_ND.T
        most_BK = np.argpartition(-alike_BN, min(4 * _NEAR, len(documented) - 1), axis=1)[:, : 4 * _NEAR]
        for place, candidates in enumerate(most_BK, start):
            of = documented[place]
            order = sorted(candidates.tolist(), key=lambda other: -alike_BN[place - start, other])
            others = [documented[other] for other in order if last_name(documented[other]) != last_name(of)]
            near[of.name] = [other for other in others if other.paragraph != of.paragraph][:_NEAR]
    return replace(material, near=near)


def said(memory: str) -> str:
    """What the index embeds of a memory: a turn without its labels (engine/memory/rows.py)."""
    asked, labelled, answer = memory.removeprefix("You: ").partition("\nSpark: ")
    return turn_text(asked, answer) if labelled and memory.startswith("You: ") else memory
