"""What the router learns from: texts, their features, and the folds that keep judging apart from learning."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from engine.procedures.pattern import normalise
from engine.routing.assessment import CLASSES, query_ids, read_state
from engine.routing.lexical import lexical
from engine.routing.queries import Query, labels
from train.noise import noisy
from train.phrases import phrases
from train.router_flags import Judged

if TYPE_CHECKING:
    from engine.memory.reading import Embeds
    from engine.models.tokenizer import Tokenizer
    from engine.models.transformer import Transformer

Parts = dict[str, Tensor]
"""Features of N queries by name: "last" and "mean" [N, D], "embedding" [N, E], "words" [N, W], float32."""


@dataclass(frozen=True, slots=True)
class Rows:
    """Queries with their features. `fold` [N] is the part of cross-validation that a row is judged in, with the noisy
    copies of a query in the query's own; -1 for what only teaches. `clean` rows are hand-written. A label of
    `len(CLASSES)` and more denies: the row is anything but the class of that label less `len(CLASSES)`."""

    parts: Parts
    labels: Tensor
    weights: Tensor
    fold: Tensor
    clean: Tensor

    def select(self, mask: Tensor) -> Rows:
        return Rows(
            {name: part[mask] for name, part in self.parts.items()},
            self.labels[mask], self.weights[mask], self.fold[mask], self.clean[mask],
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Lesson:
    """One text to learn from: see `Rows`."""

    text: str
    label: int
    weight: float
    fold: int
    clean: bool


def lessons(
    written: Sequence[Query],
    test: Sequence[Query],
    *,
    folds: int,
    seed: int = 0,
    noise: int = 1,
    made: int = 600,
    made_weight: float = 0.5,
    further: Sequence[Query] = (),
    flagged: Sequence[Judged] = (),
    flag_weight: float = 3.0,
) -> list[Lesson]:
    """The hand-written queries first, each followed by its noisy copies, then the `further` ones, which teach and are
    not judged, then `made` phrases a category, then flags.

    What says what a test query says is left out: the test must stay a test.
    """
    chooser = random.Random(seed)
    taught = []
    for query, label in zip(written, labels(written, CLASSES), strict=True):
        fold = fold_of(query, folds)
        taught.append(Lesson(query.text, label, 1.0, fold, True))
        taught += [Lesson(noisy(query.text, chooser), label, 0.5, fold, False) for _ in range(noise)]
    further = unlike(further, (*written, *test))
    for query, label in zip(further, labels(further, CLASSES), strict=True):
        taught.append(Lesson(query.text, label, 1.0, -1, False))
        taught += [Lesson(noisy(query.text, chooser), label, 0.5, -1, False) for _ in range(noise)]
    phrased = unlike(phrases(seed, made), test) if made else []
    for query, label in zip(phrased, labels(phrased, CLASSES), strict=True):
        taught.append(Lesson(query.text, label, made_weight, -1, False))
    fresh = {query.text for query in unlike([Query(one.text, one.category) for one in flagged], test)}
    for one in flagged:
        if one.text in fresh:
            label = CLASSES.index(one.category) + (0 if one.right else len(CLASSES))
            taught.append(Lesson(one.text, label, flag_weight, -1, False))
    return taught


def fold_of(query: Query, folds: int) -> int:
    """The same for the same group, wherever it stands."""
    return int(hashlib.sha256((query.group or query.text).encode()).hexdigest(), 16) % folds


def unlike(made: Sequence[Query], held: Sequence[Query]) -> list[Query]:
    """Without the made-up queries of which a held-out one shares most words (Dice's coefficient of 0.8 and more)."""
    known = [frozenset(normalise(query.text).lower().split()) for query in held if len(query.text) < 200]

    def said(words: frozenset[str]) -> bool:
        return any(2 * len(words & other) >= 0.8 * (len(words) + len(other)) for other in known)

    return [query for query in made if not said(frozenset(normalise(query.text).lower().split()))]


def rows_of(taught: Sequence[Lesson], parts: Mapping[str, Tensor]) -> Rows:
    """`parts` [M, *] begins with the features of the lessons."""
    return Rows(
        {name: part[: len(taught)] for name, part in parts.items()},
        torch.tensor([lesson.label for lesson in taught]),
        torch.tensor([lesson.weight for lesson in taught]),
        torch.tensor([lesson.fold for lesson in taught]),
        torch.tensor([lesson.clean for lesson in taught]),
    )


def read_parts(
    fast: Transformer, tokenizer: Tokenizer, embedder: Embeds, texts: Sequence[str], piece: int = 100
) -> Iterator[tuple[int, Parts]]:
    """The features of the texts so far, after every `piece` of them: (how many, features)."""
    pieces: list[Parts] = []
    for start in range(0, len(texts), piece):
        some = list(texts[start : start + piece])
        with torch.inference_mode():
            states = [read_state(fast, query_ids(tokenizer, text, fast.config.context)) for text in some]
        new = {name: torch.cat([state[name] for state in states]).clone() for name in ("last", "mean")}
        new["embedding"] = torch.from_numpy(embedder.embed(some)).clone()
        new["words"] = torch.tensor([lexical(text) for text in some])
        pieces.append(new)
        done = start + len(some)
        last = done == len(texts)
        yield done, {name: torch.cat([each[name] for each in pieces]) for name in new} if last else new
