"""What a person told, asked for again after other turns: does recall find it, does the core read it?"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass

from engine.nervous_system import Spark
from engine.record import Turn, new_id
from engine.routing.categories import Route
from train.corpus.seeds import load_seeds
from train.curriculum.evaluate import contains
from train.curriculum.fact_kinds import FactKind, kind
from train.curriculum.phrasing import ask
from train.measures.asking import answer_of


@dataclass(frozen=True)
class Remembered:
    """Shares of `count` facts: recalled, answered rightly, and answered rightly without memory (by luck)."""

    turns_between: int
    count: int
    found: float
    right: float
    without: float


def remember(
    spark: Spark, between: int, count: int, seed: int = 0, progress: Callable[[str], None] = lambda _: None
) -> Remembered:
    """Tell `count` facts, each followed by `between` other turns in sessions of their own, then ask for them.

    The turns are written into the record as if they had been talked, so that what is measured is recall and reading.
    """
    rng = random.Random(f"{seed}/{between}")
    seeds = load_seeds()
    found = right = without = 0
    facts: dict[str, FactKind] = {}
    while len(facts) < count:
        fact = kind(rng)
        facts.setdefault(fact.thing, fact)
    for number, fact in enumerate(facts.values(), start=1):
        progress(f"after {between} turns: {number} of {len(facts)} facts")
        value = fact.value(rng)
        told = _tell(spark, fact, value, rng)
        for _ in range(between):
            other = rng.choice(seeds)
            _keep(spark, rng.choice(other.prompts), other.answer)
        spark.memory.wait()
        question = ask(fact.asked, rng, noise=0.3, n=fact.subject)
        said = answer_of(spark, question)
        found += told in said.memories
        right += contains(said.answer, [value])
        without += contains(answer_of(spark, question, use_memory=False).answer, [value])
    n = len(facts)
    return Remembered(between, n, found / n, right / n, without / n)


def _tell(spark: Spark, fact: FactKind, value: str, rng: random.Random) -> str:
    return _keep(spark, ask(fact.said, rng, noise=0.3, v=value, n=fact.subject), fact.noted(value))


def _keep(spark: Spark, text: str, answer: str) -> str:
    turn = Turn(new_id(), "talk", time.time(), text, answer, Route.CORE)
    spark.record.add_turn(turn, "{}")
    spark.memory.remember(turn)
    return turn.id
