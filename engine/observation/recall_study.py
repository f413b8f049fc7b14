"""spark study memory FILE.json

How well recall finds the turns that answer a question, on labelled conversations: a JSON list of
`{"turns": [{"id", "text", "answer"?, "speaker"?, "session"?, "caption"?}], "questions": [{"question", "evidence": [turn
id], "category"?}]}` (the shape of LoCoMo, Maharana et al. 2024, whose category 5 is adversarial and counted apart).

A turn with an answer is one of Spark's own, others are lines of somebody's conversation. The file that ships is a
made-up talk, and questions about it that share no content word with what they ask for.

Recall@k is the share of a question's evidence turns among the first k found, averaged over the questions; MRR is one
over the rank of the first of them within ten, averaged.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from engine.errors import SparkError
from engine.memory import Memories, Ranking
from engine.memory.recall import WEIGHTS, Weights
from engine.memory.search import Evidence, Question
from engine.observation.ahead_study import Predicted
from engine.observation.report import Plot, Prose, Report, Series, Table, quoted
from engine.record import ImportRow, Record, Turn
from engine.settings import MemorySettings

if TYPE_CHECKING:
    from engine.memory.embedder import Embeds

ADVERSARIAL = 5
_DEPTHS = (1, 3, 5, 10)
_DEPTH = max(_DEPTHS)
_EXAMPLES = 25


@dataclass(frozen=True, slots=True)
class Asked:
    text: str
    evidence: frozenset[str]
    adversarial: bool


@dataclass(frozen=True, slots=True)
class Conversation:
    lines: tuple[ImportRow | Turn, ...]
    questions: tuple[Asked, ...]


@dataclass(frozen=True, slots=True)
class Miss:
    """A question whose evidence is not among the first ten: what was found first instead, and what was wanted."""

    question: str
    wanted: str
    found: str


@dataclass(frozen=True, slots=True)
class RecallFigures:
    """Of one way to rank: recall and MRR over ordinary questions, recall@10 over adversarial ones, ms of a search
    (None: it shares its search with another)."""

    name: str
    questions: int
    recall: dict[int, float]
    mrr: float
    adversarial: float | None
    ms: float | None
    misses: tuple[Miss, ...]


_BESIDE = {"before": 0.0, "after": 0.0, "farther": 0.0}
_OFF: dict[str, dict[str, float]] = {
    "word by word": {"late": 0.0},
    "the lines beside": _BESIDE,
    "sentence meaning": {"around": 0.0, "whole": 0.0},
    "exact words": {"keyword": 0.0},
    "the question mark": {"asks": 0.0},
    "the speaker's name": {"named": 0.0},
    "recency and importance": {"prior": 0.0},
}
WAYS: dict[str, tuple[Ranking, Weights]] = {
    "everything": (Ranking.HYBRID, WEIGHTS),
    "meaning alone": (Ranking.SEMANTIC, WEIGHTS),
    "words alone": (Ranking.KEYWORD, WEIGHTS),
    **{f"without {name}": (Ranking.HYBRID, replace(WEIGHTS, **off)) for name, off in _OFF.items()},
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
    conversations: Sequence[Conversation],
    embedder: Embeds,
    homes: Path,
    progress: Callable[[str], None] = lambda _: None,
) -> list[RecallFigures]:
    """Measure every ranking. Each conversation is a home of its own in `homes`, and stays for the next time."""
    found: dict[str, list[_Answer]] = {name: [] for name in WAYS}
    for number, conversation in enumerate(conversations, start=1):
        progress(f"conversation {number} of {len(conversations)}: {len(conversation.lines)} turns")
        texts = {line.id: line.text for line in conversation.lines if line.id}
        with remembered(conversation, embedder, homes) as memories:
            for question in conversation.questions:
                embedder.embed([question.text])  # once, and in no one's time
                looks: dict[tuple[object, ...], Evidence] = {}
                for name, (ranking, weights) in WAYS.items():
                    began = time.perf_counter()
                    key = (ranking, weights.before, weights.after, weights.farther)
                    shared = key in looks  # the ways differ in what they make of the evidence only
                    if not shared:
                        looks[key] = memories.look(Question(question.text, ranking, weights=weights))
                    ranked = looks[key].ranked(weights, began, MemorySettings().half_life_days)[:_DEPTH]
                    spent = None if shared else (time.perf_counter() - began) * 1000
                    found[name].append(_Answer(question, [one.item.id for one in ranked], spent, texts))
    return [_figures(name, answers) for name, answers in found.items()]


@contextmanager
def remembered(conversation: Conversation, embedder: Embeds, homes: Path) -> Iterator[Memories]:
    """The memory of a conversation, made the first time and opened the next."""
    said = repr([(line.id, line.speaker, line.session, line.text, _answer(line)) for line in conversation.lines])
    home = homes / hashlib.sha256(said.encode()).hexdigest()[:16]
    home.mkdir(parents=True, exist_ok=True)
    record = Record(home / "spark.db")
    try:
        memories = Memories.open(record, home / "memory.lance", embedder, MemorySettings())
        try:
            memories.import_rows(line for line in conversation.lines if isinstance(line, ImportRow))
            for line in conversation.lines:
                if isinstance(line, Turn) and record.turn(line.id) is None:
                    record.add_turn(line)
            memories.wait()
            yield memories
        finally:
            memories.close()
    finally:
        record.close()


@dataclass(frozen=True, slots=True)
class _Answer:
    question: Asked
    ids: list[str]
    ms: float | None
    texts: dict[str, str]


def memory_report(figures: Sequence[RecallFigures], ahead: Predicted) -> Report:
    """What `spark study memory` says."""
    whole = figures[0]
    rows = tuple((one.name, *(one.recall[k] for k in _DEPTHS), one.mrr, one.adversarial, one.ms) for one in figures)
    worth = sorted(figures[3:], key=lambda one: one.recall[10])
    return Report(
        name="memory",
        question="Does recall find the right turns, and what is each part of the ranking worth?",
        summary=(
            f"The turn with the answer is among the first ten for {whole.recall[10]:.1%} of the evidence, "
            f"the first one is right for {whole.recall[1]:.1%}; the mean reciprocal rank is {whole.mrr:.3f}.",
            f"Among the first three are {whole.recall[3]:.1%}.",
            *(
                f"Asked about the wrong person, the turn meant is still found for {share:.1%}."
                for share in (whole.adversarial,)
                if share is not None
            ),
            f"The part that is worth most: {worth[0].name} recall@10 falls to {worth[0].recall[10]:.1%}.",
            f"{len(whole.misses)} of {whole.questions} questions found none of their evidence among ten.",
            f"Of what was recalled while the talk was talked again, {ahead.rate:.0%} had been fetched ahead; "
            f"each time that saves {ahead.read_ms:.2f} ms and takes {ahead.fetch_ms:.0f} ms in the background.",
        ),
        parts=(
            Table(
                "Each ranking, and each part switched off",
                ("ranking", *(f"recall@{k}" for k in _DEPTHS), "MRR", "adversarial@10", "ms"),
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
            "fetched ahead": {
                "turns": ahead.turns,
                "recalled": ahead.recalled,
                "hits": ahead.hits,
                "read_ms": ahead.read_ms,
                "fetch_ms": ahead.fetch_ms,
            },
        }
        | {
            one.name: {
                **{f"recall@{k}": one.recall[k] for k in _DEPTHS},
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
        recall={k: _mean([_recall(one.question, one.ids[:k]) for one in ordinary]) for k in _DEPTHS},
        mrr=_mean([_reciprocal_rank(one.question, one.ids) for one in ordinary]),
        adversarial=_mean([_recall(one.question, one.ids) for one in adversarial]) if adversarial else None,
        ms=_mean(taken) if (taken := [one.ms for one in answers if one.ms is not None]) else None,
        misses=tuple(
            Miss(
                one.question.text,
                one.texts[sorted(one.question.evidence)[0]],
                one.texts[one.ids[0]] if one.ids else "nothing",
            )
            for one in missed
        ),
    )


def _answer(line: ImportRow | Turn) -> str:
    return line.answer if isinstance(line, Turn) else ""


def _recall(question: Asked, ids: Sequence[str]) -> float:
    return len(question.evidence & set(ids)) / len(question.evidence)


def _reciprocal_rank(question: Asked, ids: Sequence[str]) -> float:
    return next((1 / rank for rank, one in enumerate(ids, start=1) if one in question.evidence), 0.0)


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0


def _conversation(one: dict[str, list[dict[str, str | int | list[str] | None]]]) -> Conversation:
    lines: list[ImportRow | Turn] = []
    for turn in one["turns"]:
        shared = f" [shared {turn['caption']}]" if turn.get("caption") else ""
        name, session, speaker = str(turn["id"]), str(turn.get("session") or "default"), turn.get("speaker")
        if turn.get("answer"):
            lines.append(Turn(name, session, time.time(), str(turn["text"]), str(turn["answer"])))
        else:
            lines.append(ImportRow(f"{turn['text']}{shared}", name, str(speaker) if speaker else None, session))
    known = {str(turn["id"]) for turn in one["turns"]}
    questions = []
    for question in one["questions"]:
        listed = question["evidence"]
        evidence = frozenset(known & set(listed)) if isinstance(listed, list) else frozenset()
        if evidence:
            category = question.get("category")
            questions.append(Asked(str(question["question"]), evidence, category == ADVERSARIAL))
    return Conversation(tuple(lines), tuple(questions))
