"""Small functions without end: pipelines three times in five, frames otherwise."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from functools import cache

from engine.assets import asset
from train.curriculum.composing.frames import frame
from train.curriculum.composing.function import SmallFunction
from train.curriculum.composing.pipelines import pipeline

_LONGEST_SENTENCE = 150


def small_functions(rng: random.Random, held_out: bool = False) -> Iterator[SmallFunction]:
    """Endless; those whose combination is kept for measuring, or all others."""
    while True:
        made = pipeline(rng) if rng.random() < 0.6 else frame(rng)
        if made.held_out == held_out and len(made.sentence) <= _LONGEST_SENTENCE and made.name not in _measured():
            yield made


@cache
def _measured() -> frozenset[str]:
    """Names of the functions by whose doctests a mind is measured: never composed."""
    lines = asset("queries", "doctests.jsonl").read_text(encoding="utf-8").splitlines()
    return frozenset(json.loads(line)["beginning"].split("(")[0].removeprefix("def ") for line in lines)
