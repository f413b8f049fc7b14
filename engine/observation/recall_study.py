"""spark study memory FILE.json

How well recall finds the turns that answer a question, on labelled conversations (conversations.py). All
questions are asked when the last line was said. Whether the weights were fitted to these is asked by held_out.py.

Recall@k is the share of a question's evidence turns among the first k found, averaged over the questions; MRR is one
over the rank of the first of them within ten, averaged.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from engine.memory import Ranking
from engine.memory.recall import WEIGHTS, Weights
from engine.memory.search import Evidence, Question
from engine.observation.ahead_study import Predicted
from engine.observation.conversations import Asked, Conversation, remembered
from engine.observation.held_out import chosen_without
from engine.observation.report import Plot, Prose, Report, Series, Table, quoted
from engine.settings import MemorySettings

if TYPE_CHECKING:
    from engine.memory.reading import Embeds

_DEPTHS = (1, 3, 5, 10)
_DEPTH = max(_DEPTHS)
_EXAMPLES = 25


@dataclass(frozen=True, slots=True)
class Miss:
    """A question whose evidence is not among the first ten: what was found first instead, and what was wanted."""

    question: str
    wanted: str
    found: str


@dataclass(frozen=True, slots=True)
class RecallFigures:
    """Of one way to rank: recall and MRR over its `questions` ordinary ones, recall@10 over the adversarial ones, ms of
    a search (None: it shares its search with another)."""

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
    "a time for a when": {"dated": 0.0},
    "recency and importance": {"prior": 0.0},
}
_WHOLE = "everything"
HELD_OUT = "weights from the other conversations"
WAYS: dict[str, tuple[Ranking, Weights]] = {
    _WHOLE: (Ranking.HYBRID, WEIGHTS),
    "meaning alone": (Ranking.SEMANTIC, WEIGHTS),
    "words alone": (Ranking.KEYWORD, WEIGHTS),
    **{f"without {name}": (Ranking.HYBRID, replace(WEIGHTS, **off)) for name, off in _OFF.items()},
}
"""Ways to rank, by what the report calls them."""


def study_recall(
    conversations: Sequence[Conversation],
    embedder: Embeds,
    homes: Path,
    progress: Callable[[str], None] = lambda _: None,
) -> list[RecallFigures]:
    """Measure every ranking. Each conversation is a home of its own in `homes`, and stays for the next time."""
    found: dict[str, list[_Answer]] = {name: [] for name in WAYS}
    seen: list[list[tuple[_Answer, Evidence]]] = []
    for number, conversation in enumerate(conversations, start=1):
        progress(f"conversation {number} of {len(conversations)}: {len(conversation.lines)} turns")
        texts = {line.id: line.text for line in conversation.lines if line.id}
        seen.append([])
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
                    ids = _ids(looks[key], weights, conversation.end)
                    spent = None if shared else (time.perf_counter() - began) * 1000
                    found[name].append(_Answer(question, ids, spent, texts))
                seen[-1].append((found[_WHOLE][-1], _light(next(iter(looks.values())))))
    progress("weights from the other conversations")
    found |= _with_weights_of_the_others(seen, [one.end for one in conversations])
    return [_figures(name, answers) for name, answers in found.items()]


def _ids(evidence: Evidence, weights: Weights, now: float) -> list[str]:
    ranked = evidence.ranked(weights, now, MemorySettings().half_life_days)
    return [one.item.id for one in ranked[:_DEPTH]]


def _light(evidence: Evidence) -> Evidence:
    """Without the vectors, which weigh a megabyte a question and are not ranked by."""
    return replace(evidence, matches={n: replace(match, vector=None) for n, match in evidence.matches.items()})


def _with_weights_of_the_others(
    seen: Sequence[Sequence[tuple[_Answer, Evidence]]], ends: Sequence[float]
) -> dict[str, list[_Answer]]:
    """Each conversation ranked by weights that it had no part in; nothing where that cannot be done."""
    asked = [
        [(evidence, one.question.evidence) for one, evidence in some if not one.question.adversarial] for some in seen
    ]
    answers: list[_Answer] = []
    for number, (some, end) in enumerate(zip(seen, ends, strict=True)):
        weights = chosen_without(asked, number)
        if weights is None:
            return {}
        answers += [replace(one, ids=_ids(evidence, weights, end), ms=None) for one, evidence in some]
    return {HELD_OUT: answers}


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
    worth = sorted((one for one in figures[3:] if one.name != HELD_OUT), key=lambda one: one.recall[10])
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
            *(
                f"Weights chosen without the conversation they rank find {one.recall[10]:.1%} among ten, and "
                f"{one.recall[1]:.1%} first."
                for one in figures
                if one.name == HELD_OUT
            ),
            f"{len(whole.misses)} of {whole.questions} questions found none of their evidence among ten.",
            f"Of what was recalled while the talk was talked again, {ahead.rate:.0%} had been fetched ahead; "
            f"each time that saves {ahead.read_ms:.2f} ms and takes {ahead.fetch_ms:.0f} ms in the background.",
        ),
        parts=(
            Table(
                "Each ranking, and each part switched off: recall (R) at each depth",
                ("ranking", *(f"R@{k}" for k in _DEPTHS), "MRR", "adv. R@10", "ms"),
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
                    for miss in _spread(whole.misses, _EXAMPLES)
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


def _spread(misses: Sequence[Miss], n: int) -> list[Miss]:
    """So many of them, from the first conversation to the last."""
    return [misses[i * len(misses) // n] for i in range(n)] if len(misses) > n else list(misses)


def _figures(name: str, answers: Sequence[_Answer]) -> RecallFigures:
    ordinary = [answer for answer in answers if not answer.question.adversarial]
    adversarial = [answer for answer in answers if answer.question.adversarial]
    missed = [answer for answer in ordinary if not answer.question.evidence & set(answer.ids)]
    return RecallFigures(
        name=name,
        questions=len(ordinary),
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


def _recall(question: Asked, ids: Sequence[str]) -> float:
    return len(question.evidence & set(ids)) / len(question.evidence)


def _reciprocal_rank(question: Asked, ids: Sequence[str]) -> float:
    return next((1 / rank for rank, one in enumerate(ids, start=1) if one in question.evidence), 0.0)


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0
