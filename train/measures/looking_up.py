"""Grounded answers through our own recall: the right document is one of thousands, and nobody says which.

Asked are functions of the standard library (by name, how they are called) and the notes of the handbook in the words of
people; the same questions are asked of the same core with no memory at all.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from engine.nervous_system import Spark
from train.corpus.handbook import unseen_notes
from train.curriculum.document_questions import Asked, library_questions
from train.curriculum.evaluate import contains
from train.measures.asking import answer_of


@dataclass(frozen=True)
class LookedUp:
    """Shares of `count` questions. `found`: what was needed is among the recalled memories; `right`: the answer
    says it; `without`: the answer says it although memory was off; `honest`: of those where nothing fitting was
    recalled, the answer owns up."""

    what: str
    count: int
    found: float
    right: float
    without: float
    honest: float
    failures: tuple[tuple[str, str, str], ...]
    """(question, answer, what was wanted)"""


def look_up(
    spark: Spark, count: int, seed: int = 0, progress: Callable[[str], None] = lambda _: None
) -> list[LookedUp]:
    """Ask `count` questions of each kind of a mind that has learned the standard library and the handbook."""
    rng = random.Random(seed)
    notes = unseen_notes()
    chosen = rng.sample(notes, min(count, len(notes)))
    asked = [Asked(note.held, (note.answer,), note.document.id) for note in chosen]
    return [
        _looked_up(spark, "the standard library", library_questions(rng, count), progress),
        _looked_up(spark, "notes never trained on", asked, progress),
    ]


def _looked_up(spark: Spark, what: str, questions: Sequence[Asked], progress: Callable[[str], None]) -> LookedUp:
    found = right = without = honest = missed = 0
    failures: list[tuple[str, str, str]] = []
    for number, question in enumerate(questions, start=1):
        progress(f"{what}: {number} of {len(questions)} questions")
        said, blind = answer_of(spark, question.text), answer_of(spark, question.text, use_memory=False)
        has = question.document in said.memories
        says = contains(said.answer, question.expected)
        found, right, without = found + has, right + says, without + contains(blind.answer, question.expected)
        if not has:
            missed += 1
            honest += bool(re.search(r"I do not have|I only know", said.answer))
        if not says and len(failures) < 12:
            failures.append((question.text, said.answer, question.expected[0]))
    n = len(questions)
    return LookedUp(
        what, n, found / n, right / n, without / n, honest / missed if missed else float("nan"), tuple(failures)
    )
