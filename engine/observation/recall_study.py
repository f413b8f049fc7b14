"""spark study memory FILE.json

How well recall finds the turns that answer a question, on labelled conversations: a JSON list of
`{"turns": [{"id", "text", "speaker"?, "session"?, "caption"?}], "questions": [{"question", "evidence": [turn id],
"category"?}]}` (the shape of LoCoMo, Maharana et al. 2024, whose category 5 is adversarial and counted apart).

Recall@k is the share of a question's evidence turns among the first k found, averaged over the questions; MRR is one
over the rank of the first of them within ten, averaged.
"""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from engine.errors import SparkError
from engine.memory import Memories, Ranking
from engine.memory.recall import ALL, Parts
from engine.observation.report import Plot, Prose, Report, Series, Table, quoted
from engine.record import ImportRow, Record
from engine.settings import MemorySettings

if TYPE_CHECKING:
    from engine.memory.embedder import Embeds

ADVERSARIAL = 5
_DEPTH = 10
_EXAMPLES = 25


@dataclass(frozen=True, slots=True)
class Question:
    text: str
    evidence: frozenset[str]
    adversarial: bool


@dataclass(frozen=True, slots=True)
class Conversation:
    rows: tuple[ImportRow, ...]
    questions: tuple[Question, ...]


@dataclass(frozen=True, slots=True)
class Miss:
    """A question whose evidence is not among the first ten: what was found first instead, and what was wanted."""

    question: str
    wanted: str
    found: str


@dataclass(frozen=True, slots=True)
class RecallFigures:
    """Of one way to rank: recall and MRR over ordinary questions, recall@10 over adversarial ones, ms of a search."""

    name: str
    questions: int
    recall: dict[int, float]
    mrr: float
    adversarial: float
    ms: float
    misses: tuple[Miss, ...]


WAYS: dict[str, tuple[Ranking, Parts]] = {
    "everything": (Ranking.HYBRID, ALL),
    "meaning alone": (Ranking.SEMANTIC, ALL),
    "words alone": (Ranking.KEYWORD, ALL),
    **{
        f"without {name}": (Ranking.HYBRID, replace(ALL, **{field: False}))
        for field, name in {
            "late": "word by word",
            "beside": "the lines beside",
            "around": "sentence meaning",
            "keyword": "exact words",
            "asks": "the question mark",
            "named": "the speaker's name",
            "prior": "recency and importance",
        }.items()
    },
}
"""Ways to rank, by what the report calls them."""


def read_conversations(path: Path) -> list[Conversation]:
    """Questions without evidence are left out.

    Raises:
        SparkError: the file cannot be read or has another shape.
    """
    try:
        return [_conversation(one) for one in json.loads(path.read_text(encoding="utf-8"))]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise SparkError(f"{path} does not hold labelled conversations ({error!r}).") from error


def study_recall(
    conversations: Sequence[Conversation], embedder: Embeds, progress: Callable[[str], None] = lambda _: None
) -> list[RecallFigures]:
    """Measure every ranking; each conversation is a home of its own, in a temporary folder."""
    found: dict[str, list[_Answer]] = {name: [] for name in WAYS}
    for number, conversation in enumerate(conversations, start=1):
        progress(f"conversation {number} of {len(conversations)}: {len(conversation.rows)} turns")
        texts = {row.id: row.text for row in conversation.rows if row.id}
        with tempfile.TemporaryDirectory() as folder:
            record = Record(Path(folder) / "spark.db")
            memories = Memories.open(record, Path(folder) / "memory.lance", embedder, MemorySettings())
            memories.import_rows(conversation.rows)
            for question in conversation.questions:  # each way after the other: the question is embedded once
                embedder.embed([question.text])
                for name, (ranking, parts) in WAYS.items():
                    began = time.perf_counter()
                    ids = [memory.id for memory in memories.search(question.text, _DEPTH, ranking, parts=parts)]
                    found[name].append(_Answer(question, ids, (time.perf_counter() - began) * 1000, texts))
            memories.close()
            record.close()
    return [_figures(name, answers) for name, answers in found.items()]


@dataclass(frozen=True, slots=True)
class _Answer:
    question: Question
    ids: list[str]
    ms: float
    texts: dict[str, str]


def memory_report(figures: Sequence[RecallFigures]) -> Report:
    """What `spark study memory` says."""
    whole = figures[0]
    rows = tuple(
        (one.name, one.recall[1], one.recall[5], one.recall[10], one.mrr, one.adversarial, one.ms) for one in figures
    )
    worth = sorted(figures[3:], key=lambda one: one.recall[10])
    return Report(
        name="memory",
        question="Does recall find the right turns, and what is each part of the ranking worth?",
        summary=(
            f"The turn with the answer is among the first ten for {whole.recall[10]:.1%} of the evidence, "
            f"the first one is right for {whole.recall[1]:.1%}; the mean reciprocal rank is {whole.mrr:.3f}.",
            f"Asked about the wrong person, the turn meant is still found for {whole.adversarial:.1%}.",
            f"The part that is worth most: {worth[0].name} recall@10 falls to {worth[0].recall[10]:.1%}.",
            f"{len(whole.misses)} of {whole.questions} questions found none of their evidence among ten.",
        ),
        parts=(
            Table(
                "Each ranking, and each part switched off",
                ("ranking", "recall@1", "recall@5", "recall@10", "MRR", "adversarial@10", "ms"),
                rows,
            ),
            Plot(
                "Recall@10",
                "",
                "share",
                (Series("recall@10", tuple(map(float, range(len(figures)))), tuple(f.recall[10] for f in figures)),),
                "bars",
                labels=tuple(one.name for one in figures),
            ),
            Prose(
                "Where it fails",
                "\n\n".join(
                    f"Asked:\n\n{quoted(miss.question)}\n\nwanted:\n\n{quoted(miss.wanted)}\n\nfound first:\n\n"
                    f"{quoted(miss.found)}"
                    for miss in whole.misses[:_EXAMPLES]
                )
                or "Nowhere.",
            ),
        ),
        figures={
            one.name: {
                "recall@1": one.recall[1],
                "recall@5": one.recall[5],
                "recall@10": one.recall[10],
                "mrr": one.mrr,
                "adversarial@10": one.adversarial,
                "ms": one.ms,
            }
            for one in figures
        },
    )


def _figures(name: str, answers: Sequence[_Answer]) -> RecallFigures:
    ordinary = [answer for answer in answers if not answer.question.adversarial]
    adversarial = [answer for answer in answers if answer.question.adversarial]
    missed = [answer for answer in ordinary if not answer.question.evidence & set(answer.ids)]
    return RecallFigures(
        name=name,
        questions=len(answers),
        recall={k: _mean([_recall(one.question, one.ids[:k]) for one in ordinary]) for k in (1, 5, 10)},
        mrr=_mean([_reciprocal_rank(one.question, one.ids) for one in ordinary]),
        adversarial=_mean([_recall(one.question, one.ids) for one in adversarial]),
        ms=_mean([one.ms for one in answers]),
        misses=tuple(
            Miss(
                one.question.text,
                one.texts[sorted(one.question.evidence)[0]],
                one.texts[one.ids[0]] if one.ids else "nothing",
            )
            for one in missed
        ),
    )


def _recall(question: Question, ids: Sequence[str]) -> float:
    return len(question.evidence & set(ids)) / len(question.evidence)


def _reciprocal_rank(question: Question, ids: Sequence[str]) -> float:
    return next((1 / rank for rank, one in enumerate(ids, start=1) if one in question.evidence), 0.0)


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0


def _conversation(one: dict[str, list[dict[str, str | int | list[str] | None]]]) -> Conversation:
    rows = []
    for turn in one["turns"]:
        shared = f" [shared {turn['caption']}]" if turn.get("caption") else ""
        speaker = turn.get("speaker")
        rows.append(
            ImportRow(
                text=f"{turn['text']}{shared}",
                id=str(turn["id"]),
                speaker=str(speaker) if speaker else None,
                session=str(turn.get("session") or "default"),
            )
        )
    known = {str(turn["id"]) for turn in one["turns"]}
    questions = []
    for question in one["questions"]:
        listed = question["evidence"]
        evidence = frozenset(known & set(listed)) if isinstance(listed, list) else frozenset()
        if evidence:
            category = question.get("category")
            questions.append(Question(str(question["question"]), evidence, category == ADVERSARIAL))
    return Conversation(tuple(rows), tuple(questions))
