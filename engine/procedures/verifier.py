"""May this question be answered by what was learned for that one? Asked only of near neighbours, and hard to please.

Three steps. What makes answers differ for certain refuses: other numbers, names of things, code, quotations, a
negation, opposites and rivals, things that changed places, another kind of question. What answers to each other word
for word passes. Anything else is weighed by a logistic regression over the features of the alignment, fitted
by train/verifier.py to pairs written for it, and must be surer than a threshold.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from functools import lru_cache

from engine.assets import asset
from engine.errors import SparkError
from engine.procedures.alignment import FEATURES, align, complete, features, is_task
from engine.procedures.lexicon import lexicon
from engine.procedures.reading import LONGEST, read
from engine.procedures.refusal import refusal

FLOOR = 0.6
"""Cosine under which nothing is a near neighbour."""


@dataclass(frozen=True, slots=True)
class Verdict:
    same: bool
    why: str
    probability: float
    """That the two ask the same, as far as the pairs it was fitted to tell; 0.0 where something refuses."""


@dataclass(frozen=True, slots=True)
class Weights:
    """z = bias + Σ weight · (feature - mean) / scale; the probability is 1 / (1 + e^-z)."""

    mean: tuple[float, ...]
    scale: tuple[float, ...]
    weights: tuple[float, ...]
    bias: float
    threshold: float

    def probability(self, values: tuple[float, ...]) -> float:
        z = self.bias
        for value, mean, scale, weight in zip(values, self.mean, self.scale, self.weights, strict=True):
            z += weight * (value - mean) / scale
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, z))))


@lru_cache(maxsize=1)
def shipped_weights() -> Weights:
    """What train/verifier.py wrote.

    Raises:
        SparkError: the file is missing or of another version.
    """
    try:
        kept = json.loads(asset("lexicon", "verifier.json").read_text(encoding="utf-8"))
        if kept["features"] != list(FEATURES):
            raise ValueError("other features")
        return Weights(
            tuple(kept["mean"]), tuple(kept["scale"]), tuple(kept["weights"]), kept["bias"], kept["threshold"]
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise SparkError(f"The verifier's weights cannot be read ({error}); install Spark again.") from error


def verify(learned_from: str, asked: str, cosine: float) -> Verdict:
    """Whether the two ask the same. `cosine`: of their sentence embeddings.

    Raises:
        SparkError: a shipped table is missing.
    """
    if cosine < FLOOR:
        return Verdict(False, "not near enough in meaning", 0.0)
    if max(len(learned_from), len(asked)) > LONGEST:
        return Verdict(False, "too long to be compared word by word", 0.0)
    a, b = read(learned_from), read(asked)
    between = align(a, b)
    if (reason := refusal(a, b, between)) is not None:
        return Verdict(False, reason, 0.0)
    weights = shipped_weights()
    probability = weights.probability(features(a, b, between, cosine))
    if complete(a, b, between, cosine):
        return Verdict(True, f"the same {'task' if is_task(a, b) else 'question'} in other words", probability)
    if probability >= weights.threshold:
        return Verdict(True, "the same question in other words", probability)
    loose = [word.surface for word in (*between.left, *between.right)][:4]
    why = (
        f"not sure enough that it is the same ({', '.join(loose)})" if loose else "not sure enough that it is the same"
    )
    return Verdict(False, why, probability)


def warm() -> None:
    """Read the tables now rather than in the first lookup (some 20 ms)."""
    lexicon()
    shipped_weights()
