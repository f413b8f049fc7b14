"""From candidates to a ranking: how well each memory fits what is asked, as one figure with a fixed meaning.

    score     = √(fit · prior), at most 1
    fit       = own + support
    support   = 0.4 · own of the turn before + 0.2 · own of the turn after
    own       = 0.6 · semantic³ + 0.4 · keyword · min(1, semantic / 0.3)
    semantic  = cosine of the two sentence embeddings, at least 0
    keyword   = share of the query's rare words that the item says (BM25 over its value for each said once)
    prior     = 0.9 + 0.1 · recency + 0.1 · importance

Neighbours speak for a turn, since an answer is often the next line of a conversation. A turn of Spark's own holds
question and answer both, so there support is at most `own`: a stranger beside a good match stays a stranger.

The cube keeps the embedding's low cosines, which any two texts about programming have, from counting; words count
fully only where the meaning agrees a little. Nothing here depends on the other candidates, so one threshold can say
"this is relevant" for every query. Measured against min-max fusion of the same parts with
`python -m engine.observation.recall_study`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from engine.context import turn_as_memory
from engine.events import Flag, Memory, ScoreParts
from engine.memory.importance import importance, recency
from engine.memory.words import Vocabulary
from engine.record import Item

if TYPE_CHECKING:
    from engine.memory.index import Row, Vector

CANDIDATES = 50
"""Rows looked at by meaning, and as many by words; the neighbours of each come on top."""
_SEMANTIC, _KEYWORD = 0.6, 0.4
_BEFORE, _AFTER = 0.4, 0.2
_AGREES = 0.3
_ALIKE = 0.95
"""Cosine above which two memories are the same question asked again: reading both teaches nothing."""


class Ranking(StrEnum):
    """What decides the order: meaning alone, words alone, or everything."""

    SEMANTIC = "semantic"
    KEYWORD = "keyword"
    HYBRID = "hybrid"


@dataclass(frozen=True, slots=True)
class Match:
    """How one row answers the query; `vector` is None for a neighbour that was not itself found."""

    semantic: float
    keyword: float
    vector: Vector | None = None

    def own(self, ranking: Ranking) -> float:
        if ranking is Ranking.SEMANTIC:
            return self.semantic**2  # the score is the root: the cosine itself
        if ranking is Ranking.KEYWORD:
            return self.keyword**2
        return _SEMANTIC * self.semantic**3 + _KEYWORD * self.keyword * min(1.0, self.semantic / _AGREES)


@dataclass(frozen=True, slots=True)
class Ranked:
    item: Item
    score: float
    match: Match
    recency: float
    importance: float

    def memory(self) -> Memory:
        parts = ScoreParts(self.match.semantic, self.match.keyword, self.recency, self.importance)
        kind = "document" if self.item.kind == "document" else "turn"
        return Memory(self.item.id, readable(self.item), kind, self.score, parts, self.item.when, self.item.flag)


def readable(item: Item) -> str:
    """An item as the core reads it and a person sees it."""
    if item.kind == "turn":
        return turn_as_memory(item.text, item.answer)
    return f"{item.speaker}: {item.text}" if item.speaker else item.text


def match_rows(rows: Iterable[Row], vector: Vector, query: Sequence[str], vocabulary: Vocabulary) -> dict[int, Match]:
    """Measure each row against the query's vector and words."""
    return {
        row.number: Match(
            semantic=min(1.0, max(0.0, float(row.vector @ vector))),
            keyword=vocabulary.match(query, row.words.split()),
            vector=row.vector,
        )
        for row in rows
    }


def rank(
    matches: dict[int, Match],
    neighbours: dict[int, tuple[int | None, int | None]],
    items: dict[int, Item],
    ranking: Ranking,
    now: float,
    half_life_days: float,
    named: frozenset[str] = frozenset(),
) -> list[Ranked]:
    """All items, best first; of equals the newest first. A row without an item (deleted since) is passed over.

    A document whose title is among the names that the query mentions as code (`named`) fits wholly.
    """
    nothing = Match(0.0, 0.0)
    own: dict[int | None, float] = {number: match.own(ranking) for number, match in matches.items()}
    ranked: list[tuple[float, Ranked]] = []
    for number, item in items.items():
        fit = 1.0 if item.title in named and ranking is Ranking.HYBRID else own.get(number, 0.0)
        recent, matters = recency(item, now, half_life_days), importance(item, now, half_life_days)
        if ranking is Ranking.HYBRID:
            before, after = neighbours.get(number, (None, None))
            support = _BEFORE * own.get(before, 0.0) + _AFTER * own.get(after, 0.0)
            fit += min(fit, support) if item.kind == "turn" else support
            fit *= 0.9 + 0.1 * recent + 0.1 * matters
        if fit > 0:
            ranked.append((fit, Ranked(item, min(1.0, fit**0.5), matches.get(number, nothing), recent, matters)))
    ranked.sort(key=lambda one: (-one[0], -one[1].item.number))
    return [one for _, one in ranked]


def offered(ranked: Iterable[Ranked], k: int, minimum: float, exclude: Sequence[str] = ()) -> list[Ranked]:
    """The first `k` worth reading: relevant, not flagged wrong, not excluded, and no two that say the same."""
    chosen: list[Ranked] = []
    for one in ranked:
        if len(chosen) == k or one.score < minimum:
            break
        if one.item.flag is Flag.WRONG or one.item.id in exclude:
            continue
        if not any(_same(one, other) for other in chosen):
            chosen.append(one)
    return chosen


def _same(one: Ranked, other: Ranked) -> bool:
    if " ".join(one.item.text.lower().split()) == " ".join(other.item.text.lower().split()):
        return True
    mine, others = one.match.vector, other.match.vector
    return mine is not None and others is not None and float(mine @ others) > _ALIKE
