"""python -m engine.observation.recall_study FILE.json

How well recall finds the turns that answer a question, on labelled conversations: a JSON list of
`{"turns": [{"id", "text", "speaker"?, "session"?, "caption"?}], "questions": [{"question", "evidence": [turn id],
"category"?}]}` (the shape of LoCoMo, Maharana et al. 2024, whose category 5 is adversarial and counted apart).

Recall@k is the share of a question's evidence turns among the first k found, averaged over the questions; MRR is one
over the rank of the first of them within ten, averaged.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from engine.errors import SparkError
from engine.memory import Memories, Ranking
from engine.record import ImportRow, Record
from engine.settings import MemorySettings

if TYPE_CHECKING:
    from engine.memory.embedder import Embeds

ADVERSARIAL = 5
_DEPTH = 10


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
class RecallFigures:
    """Of one ranking: recall and MRR over ordinary questions, recall@10 over adversarial ones, ms of a search."""

    ranking: Ranking
    questions: int
    recall: dict[int, float]
    mrr: float
    adversarial: float
    ms: float


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
    found: dict[Ranking, list[tuple[Question, list[str], float]]] = {ranking: [] for ranking in Ranking}
    for number, conversation in enumerate(conversations, start=1):
        progress(f"conversation {number} of {len(conversations)}: {len(conversation.rows)} turns")
        with tempfile.TemporaryDirectory() as folder:
            record = Record(Path(folder) / "spark.db")
            memories = Memories.open(record, Path(folder) / "memory.lance", embedder, MemorySettings())
            memories.import_rows(conversation.rows)
            for ranking in Ranking:
                for question in conversation.questions:
                    began = time.perf_counter()
                    ids = [memory.id for memory in memories.search(question.text, _DEPTH, ranking)]
                    found[ranking].append((question, ids, (time.perf_counter() - began) * 1000))
            memories.close()
            record.close()
    return [_figures(ranking, answers) for ranking, answers in found.items()]


def _figures(ranking: Ranking, answers: Sequence[tuple[Question, list[str], float]]) -> RecallFigures:
    ordinary = [(question, ids) for question, ids, _ in answers if not question.adversarial]
    adversarial = [(question, ids) for question, ids, _ in answers if question.adversarial]
    return RecallFigures(
        ranking=ranking,
        questions=len(answers),
        recall={k: _mean([_recall(question, ids[:k]) for question, ids in ordinary]) for k in (1, 5, 10)},
        mrr=_mean([_reciprocal_rank(question, ids) for question, ids in ordinary]),
        adversarial=_mean([_recall(question, ids) for question, ids in adversarial]),
        ms=_mean([ms for _, _, ms in answers]),
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


def _report(arguments: Sequence[str], write: Callable[[str], object]) -> int:
    from engine.memory.embedder import Embedder

    if len(arguments) != 1:
        write("usage: python -m engine.observation.recall_study FILE.json\n")
        return 2
    try:
        figures = study_recall(read_conversations(Path(arguments[0])), Embedder.load())
    except SparkError as error:
        write(f"{error}\n")
        return 1
    write("ranking    recall@1  recall@5  recall@10   MRR   adversarial@10   ms\n")
    for one in figures:
        recall = "  ".join(f"{one.recall[k]:8.3f}" for k in (1, 5, 10))
        write(f"{one.ranking:<9}{recall}  {one.mrr:7.3f}  {one.adversarial:11.3f}  {one.ms:8.1f}\n")
    return 0


if __name__ == "__main__":
    sys.exit(_report(sys.argv[1:], sys.stdout.write))
