"""Grounded answers through our own recall: the right document is one of thousands, and nobody says which.

Asked are functions of the standard library (by name, how they are called), the notes of the handbook in the words of
people, and fresh questions by somebody who saw the titles of the notes alone (assets/queries/asked.jsonl), where any of
several notes may answer; the same questions are asked of the same core with no memory at all.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from engine.checking import blocks
from engine.nervous_system import Spark
from train.corpus.handbook import Note, fresh_questions, unseen_notes
from train.curriculum.document_questions import library_questions
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
    library = [Question(one.text, {one.document: one.expected}) for one in library_questions(rng, count)]
    held = [Question(note.held, {note.document.id: (note.answer,)}) for note in chosen]
    fresh = in_peoples_words()
    return [
        _looked_up(spark, "the standard library", library, progress),
        _looked_up(spark, "notes never trained on", held, progress),
        _looked_up(spark, "fresh questions", rng.sample(fresh, min(count, len(fresh))), progress),
    ]


@dataclass(frozen=True)
class Question:
    """`answers`: what must be said, by the document that says it; one of them is enough."""

    text: str
    answers: Mapping[str, tuple[str, ...]]

    def is_right(self, answer: str) -> bool:
        return any(contains(answer, expected) for expected in self.answers.values())


def in_peoples_words() -> list[Question]:
    """All fresh questions; what is right is a note's code to the letter, or where it has none its first sentence."""
    return [Question(text, {note.document.id: _essence(note) for note in notes}) for text, notes in fresh_questions()]


def _essence(note: Note) -> tuple[str, ...]:
    code = tuple(block for _, block in blocks(note.answer))
    return code or (note.answer.split(". ")[0].rstrip("."),)


def _looked_up(spark: Spark, what: str, questions: Sequence[Question], progress: Callable[[str], None]) -> LookedUp:
    found = right = without = honest = missed = 0
    failures: list[tuple[str, str, str]] = []
    for number, question in enumerate(questions, start=1):
        progress(f"{what}: {number} of {len(questions)} questions")
        said, blind = answer_of(spark, question.text), answer_of(spark, question.text, use_memory=False)
        has = not question.answers.keys().isdisjoint(said.memories)
        says = question.is_right(said.answer)
        found, right, without = found + has, right + says, without + question.is_right(blind.answer)
        if not has:
            missed += 1
            honest += bool(re.search(r"I do not have|I only know", said.answer))
        if not says and len(failures) < 12:
            failures.append((question.text, said.answer, next(iter(question.answers.values()))[0]))
    n = len(questions)
    return LookedUp(
        what, n, found / n, right / n, without / n, honest / missed if missed else float("nan"), tuple(failures)
    )
