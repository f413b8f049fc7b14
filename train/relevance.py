"""python -m train.relevance

What a score of memory means: fits and checks the probability in engine/memory/recall.py (Platt 1999).

A home that has read the handbook and the standard library, and been told facts among other talk, is asked questions
that something in it answers and questions that nothing in it answers. Half of them teach `slope` and `even`; on the
others is counted what the gate lets through, and how often a stated probability is right. Documents of the library are
asked for by their names here, which is no question of likeness: theirs were set so that the best of them for a question
of another subject is let through as rarely as the best note.

assets/queries/asked.jsonl has questions by somebody who saw the titles of the notes alone, with those that answer each:
nothing was taught by them, but the weight of people's questions and two limits (engine/memory/offering.py) were chosen
with them in sight, so others will find the right note a little less often.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import tempfile
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from engine.assets import asset
from engine.memory import Memories
from engine.memory.embedder import Embedder
from engine.memory.recall import OF_A_NOTE, OF_TALK, Ranked
from engine.memory.rows import Group, is_note
from engine.memory.search import Question
from engine.record import Record, Turn, new_id
from engine.settings import MemorySettings
from train.corpus.documents import documents_of
from train.corpus.handbook import fresh_questions, practised_notes, unseen_notes
from train.corpus.seeds import load_seeds
from train.curriculum.document_questions import library_questions
from train.curriculum.fact_kinds import FactKind, kind
from train.curriculum.phrasing import ask

_BETWEEN = 4
"""Other turns after each fact."""


@dataclass(frozen=True)
class Scored:
    """`wanted`: the score of what answers the question, if anything does and it was found; `best`: the highest.
    `read`: among the two best. `best_note`: the highest of a note, or of a turn."""

    asked_for: bool
    wanted: float | None
    best: float
    read: bool
    best_note: float


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m train.relevance", description=__doc__, add_help=True)
    parser.add_argument("--count", type=int, default=200, help="questions of each kind (default: 200)")
    count = parser.parse_args(arguments).count
    gate = MemorySettings().minimum_score
    with tempfile.TemporaryDirectory() as folder:
        record = Record(Path(folder) / "spark.db")
        memories = Memories.open(record, Path(folder) / "memory.lance", Embedder.load(), MemorySettings())
        rng = random.Random(0)
        told, untold = _tell(record, rng, min(count, 60))
        for target in ("handbook", "stdlib"):
            print(f"reading the {target} …", flush=True)
            memories.add_documents(documents_of(target))
        outside = [json.loads(line)["text"] for line in asset("queries", "outside.jsonl").read_text().splitlines()]
        no_answer: str | None = None
        notes: list[list[tuple[str, str | None]]] = [
            rng.sample([(note.held, note.document.id) for note in some if note.asks], count)
            for some in (practised_notes(), unseen_notes())
        ]
        library: list[tuple[str, str | None]] = [(one.text, one.document) for one in library_questions(rng, count)]
        nothing: list[list[tuple[str, str | None]]] = [
            [(text, no_answer) for text in outside[start::2]][:count] for start in (0, 1)
        ]

        first, among_two = _found(memories)

        def ask_all(asked: Sequence[tuple[str, str | None]], group: Group) -> list[Scored]:
            return [_score(memories, text, wanted, group) for text, wanted in asked]

        document, talk = Group.DOCUMENT, Group.SAID
        groups = {
            "notes": (
                [*ask_all(notes[0], document), *ask_all(nothing[0], document)],
                {
                    "notes": ask_all(notes[1], document),
                    "library": ask_all(library, document),
                    "other subjects": ask_all(nothing[1], document),
                },
            ),
            "talk": (
                ask_all(told[::2] + untold[::2], talk),
                {"facts told": ask_all(told[1::2], talk), "facts not told": ask_all(untold[1::2], talk)},
            ),
        }
        memories.close()
        record.close()
    print(f"\nfresh questions: the right note is first for {first:.1%}, among the best two for {among_two:.1%}")
    for (name, (teaching, judging)), now in zip(groups.items(), (OF_A_NOTE, OF_TALK), strict=True):
        slope, even = _fit(teaching, *now)
        print(f"\n{name}: slope {slope:.1f} and even {even:.2f} would fit; recall.py has {now[0]} and {now[1]}")
        for what, scored in judging.items():
            passing = sum(one.best >= gate for one in scored) / len(scored)
            read = sum(one.read and (one.wanted or 0.0) >= gate for one in scored) / len(scored)
            told_of = f", what answers is read for {read:.1%}" if scored[0].asked_for else ""
            print(f"  {what}: {len(scored)} questions; something passes the gate for {passing:.1%}{told_of}")
        for low, high, right in _reliability([one for scored in judging.values() for one in scored]):
            print(f"  of scores from {low:.1f} to {high:.1f}, {right:.0%} are right")


def _tell(
    record: Record, rng: random.Random, count: int
) -> tuple[list[tuple[str, str | None]], list[tuple[str, str | None]]]:
    """Tell `count` facts among other talk; returns questions for them, and for as many that were not told."""
    kinds: dict[str, FactKind] = {}
    while len(kinds) < 2 * count:
        one = kind(rng)
        kinds.setdefault(one.thing, one)
    seeds, told, untold = load_seeds(), list[tuple[str, str | None]](), list[tuple[str, str | None]]()
    for number, fact in enumerate(kinds.values()):
        question = ask(fact.asked, rng, noise=0.3, n=fact.subject)
        if number % 2:
            untold.append((question, None))
            continue
        value = fact.value(rng)
        told.append((question, _keep(record, ask(fact.said, rng, 0.3, v=value, n=fact.subject), fact.noted(value))))
        for _ in range(_BETWEEN):
            other = rng.choice(seeds)
            _keep(record, rng.choice(other.prompts), other.answer)
    return told, untold


def _keep(record: Record, text: str, answer: str) -> str:
    turn = Turn(new_id(), "talk", time.time(), text, answer)
    record.add_turn(turn)
    return turn.id


def _found(memories: Memories) -> tuple[float, float]:
    """Shares of the fresh questions whose note is the best of all documents, and is among the best two."""
    places = []
    for text, notes in fresh_questions():
        wanted = {note.document.id for note in notes}
        found = [one.item.id for one in _ranked(memories, text, Group.DOCUMENT)[:2]]
        places.append(next((place for place, one in enumerate(found) if one in wanted), len(found)))
    return sum(place == 0 for place in places) / len(places), sum(place < 2 for place in places) / len(places)


def _score(memories: Memories, text: str, wanted: str | None, group: Group) -> Scored:
    ranked = _ranked(memories, text, group)
    scores = {one.item.id: one.score for one in ranked}
    read = wanted in [one.item.id for one in ranked[:2]]
    best_note = next((one.score for one in ranked if _is_worded(one)), 0.0)
    return Scored(wanted is not None, scores.get(wanted or ""), ranked[0].score if ranked else 0.0, read, best_note)


def _ranked(memories: Memories, text: str, group: Group) -> list[Ranked]:
    found = memories.look(Question(text, groups=[group]))
    return found.ranked(found.question.weights, time.time(), MemorySettings().half_life_days)


def _is_worded(one: Ranked) -> bool:
    return one.item.kind == "turn" or is_note(one.item)


def _fit(scored: Iterable[Scored], slope: float, even: float) -> tuple[float, float]:
    """Logistic regression of right against wrong on the evidence behind the scores, both weighing the same."""
    some = list(scored)
    right = [one.wanted for one in some if one.wanted is not None]
    wrong = [one.best_note for one in some if not one.asked_for]
    evidence = np.array([even + math.log(s / (1 - s)) / slope for s in np.clip([*right, *wrong], 1e-9, 1 - 1e-9)])
    design = np.stack([np.ones_like(evidence), evidence], axis=1)
    truth = np.array([1.0] * len(right) + [0.0] * len(wrong))
    weight = np.where(truth > 0, 1 / len(right), 1 / len(wrong))
    parameters = np.zeros(2)
    for _ in range(50):  # Newton's method
        said = 1 / (1 + np.exp(-design @ parameters))
        curvature = (design * (weight * said * (1 - said))[:, None]).T @ design + 1e-6 * np.eye(2)
        parameters -= np.linalg.solve(curvature, design.T @ (weight * (said - truth)))
    return float(parameters[1]), float(-parameters[0] / parameters[1])


def _reliability(scored: Sequence[Scored]) -> Iterable[tuple[float, float, float]]:
    right, wrong = map(np.array, _sides(scored))
    for low in np.arange(0.0, 1.0, 0.2):
        some = [np.mean((side >= low) & (side < low + 0.2 + 1e-9)) for side in (right, wrong)]
        if sum(some):
            yield float(low), float(low + 0.2), float(some[0] / sum(some))


def _sides(scored: Iterable[Scored]) -> tuple[list[float], list[float]]:
    """Scores of what answers a question, and the best scores where nothing does."""
    all_of_them = list(scored)
    right = [one.wanted for one in all_of_them if one.wanted is not None]
    return right, [one.best for one in all_of_them if not one.asked_for]


if __name__ == "__main__":
    main()
