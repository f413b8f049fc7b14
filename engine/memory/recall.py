"""From candidates to a ranking: how likely each memory fits what is asked.

A line of a conversation between people:

    fit       = late + 0.1 · around + 0.05 · keyword − 0.06 · asks + 0.05 · named + 0.08 · dated
    late      = Σ rarity^½ · found / Σ rarity^½, over the words of the query
    found     = how alike the best word is (engine/memory/late.py): here; × 0.85 in the line before; × 0.7 in the line
                after; × 0.6 in the lines beside those
    around    = semantic + 0.4 · semantic of the line before + 0.2 · of the line after
    asks      = 1 if the line ends with a question and no answer: it wants to know, too
    named     = 1 if the query names the one who said it
    dated     = 1 if the query asks when, and the line says a day, a date or how long ago
    evidence  = √prior · (fit − 0.12) / 0.7

A turn of Spark's own holds question and answer both, and a line that no one in particular says stands for itself as
well. Their neighbours add a tenth to `late` at the most, a stranger beside a good match stays a stranger, and what is
said as a whole tells more than its words:

    fit       = (late + 2 · semantic) / 3 + 0.05 · keyword
    evidence  = √prior · (fit − 0.05) / 0.7

A document has no neighbours, and only a note, whose title is words and no name, its words apart:

    fit       = semantic + 0.1 · keyword − 0.3 if its author calls it private
    of a note   (2 · late + 3 · semantic) / 5 + 0.1 · keyword; where it is known what people ask for it, half that and
                half asked
                − 0.05 if the query wants a way and the note says what something is or why, or the other way round
    evidence  = prior · fit

    semantic  = cosine of the two sentence embeddings, at least 0
    asked     = the same of the query and the question for it that is most alike (engine/memory/asks.py)
    keyword   = share of the query's rare words that the item says (BM25 over its value for each said once)
    prior     = 0.9 + 0.1 · recency + 0.1 · importance

    score     = 1 / (1 + e^(−slope · (evidence − even)))

The score is a probability: that this is what is asked for, rather than the best of a memory that has nothing to say, if
both are equally likely beforehand. `slope` and `even` were fitted (Platt 1999) on questions with and without an answer
in memory; on others more than nine in ten of those above 0.8 are right (`python -m train.relevance`). So one threshold
says for every query that nothing fits. What it does not tell is a near miss: of a fact that was told of something else
the score is too high. How a score stands out from the query's other scores was tried, and tells less.

Of two statements of one fact by one person the newest comes first (engine/memory/facts.py); and where a person asks for
a fact of theirs, its newest statement fits wholly, in whatever words it was said (engine/memory/topics.py). Nothing
here depends on the other candidates otherwise. The weights were set by hand, in steps, where the figures of `spark
study memory` are flat on both sides, and so that each of five conversations would have chosen them for the others.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from engine.context import turn_as_memory
from engine.events import Memory, ScoreParts
from engine.fit import is_heading
from engine.manner import says_how, wants_a_way
from engine.memory.importance import importance, recency
from engine.memory.rows import is_note
from engine.memory.words import code_names
from engine.record import Item

if TYPE_CHECKING:
    from engine.memory.rows import Vector

CANDIDATES = 50
"""Rows looked at by meaning, and as many by words; the neighbours of each come on top."""
_OWN_TURN = 1.1
_NOISE, _NOISE_ALONE, _SPAN = 0.12, 0.05, 0.7
_KEYWORD, _PRIVATE, _OTHER_MANNER = 0.1, -0.3, -0.05
OF_A_DOCUMENT, OF_A_NOTE, OF_TALK = (19.0, 0.58), (17.0, 0.455), (9.6, 0.48)
"""Slope and even odds of the score."""
_SAYS = re.compile(r"\s*\w[\w .'’-]{0,40}:\s")
"""Who says a line, at its beginning."""
_QUESTION = re.compile(r"\?\s*(?:\[[^\]]*\]\s*)?$")
"""A question at the end of a line; a note in brackets after it, such as a picture's caption, is not said."""
_WHEN = re.compile(r"\s*(?:since )?(?:when|how long|(?:what|which) (?:year|month|week|day|date|time))\b", re.IGNORECASE)
_DAY = r"(?:mon|tues|wednes|thurs|fri|satur|sun)day"
_SPAN_OF_TIME = r"(?:day|week|weekend|month|year|morning|evening|night|spring|summer|fall|autumn|winter)s?"
_MONTH = "january|february|march|april|june|july|august|september|october|november|december"
_TIME = re.compile(
    rf"\b(?:yesterday|today|tonight|tomorrow|ago|{_DAY}|{_MONTH}|(?:19|20)\d\d|"
    rf"(?:last|next|this|past|few|couple of|\d+|two|three|four|five|six|ten) (?:\w+ )?(?:{_SPAN_OF_TIME}|{_DAY}))\b",
    re.IGNORECASE,
)
"""What answers a "when". May is left out: it is more often the verb."""


class Ranking(StrEnum):
    """What decides the order: meaning alone, words alone, or everything."""

    SEMANTIC = "semantic"
    KEYWORD = "keyword"
    HYBRID = "hybrid"


@dataclass(frozen=True, slots=True)
class Weights:
    """The weights of the formula; zero switches a part off, which is how what it is worth is measured."""

    late: float = 1.0
    before: float = 0.85
    after: float = 0.7
    farther: float = 0.6
    around: float = 0.1
    whole: float = 2.0
    keyword: float = 0.05
    asks: float = 0.06
    named: float = 0.05
    dated: float = 0.08
    prior: float = 0.1


WEIGHTS = Weights()


@dataclass(frozen=True, slots=True)
class Match:
    """How one row answers the query.

    `late` is what it says itself, `window` what it and the lines beside it say; None where the words were not kept
    apart. `vector` is None where it is not known, `asked` where nobody's questions for it are.
    """

    semantic: float
    keyword: float
    vector: Vector | None = None
    late: float | None = None
    window: float | None = None
    around: float = 0.0
    asked: float | None = None


@dataclass(frozen=True, slots=True)
class Ranked:
    """An item in its place. `outdated`: what is asked for was stated again later (engine/memory/facts.py)."""

    item: Item
    score: float
    match: Match
    recency: float
    importance: float
    outdated: bool = False

    def memory(self) -> Memory:
        match = self.match
        parts = ScoreParts(match.semantic, match.keyword, self.recency, self.importance, match.late, match.asked)
        kind = "turn" if self.item.kind in ("turn", "import") else "document"
        return Memory(self.item.id, readable(self.item), kind, self.score, parts, self.item.when, self.item.flag)


def readable(item: Item) -> str:
    """An item as the core reads it and a person sees it."""
    if item.kind == "turn":
        return turn_as_memory(item.text, item.answer)
    return f"{item.speaker}: {item.text}" if item.speaker else item.text


def rank(
    matches: Mapping[int, Match],
    items: Mapping[int, Item],
    ranking: Ranking,
    now: float,
    half_life_days: float,
    query: str = "",
    weights: Weights = WEIGHTS,
    told: Collection[int] = (),
) -> list[Ranked]:
    """All items, best first; of equals the newest first. A row without an item (deleted since) is passed over.

    A document whose title is among the names that the query mentions as code fits wholly, and so do those `told`: the
    newest statements of the facts that are asked for.
    """
    ranked: list[tuple[float, Ranked]] = []
    named, asked = code_names(query), Asked.by(query)
    for number, item in items.items():
        match = matches[number]
        recent, matters = recency(item, now, half_life_days), importance(item, now, half_life_days)
        prior = 1.0 + weights.prior * (recent + matters - 1.0)
        if ranking is Ranking.SEMANTIC:
            score = evidence = match.semantic
        elif ranking is Ranking.KEYWORD:
            score = evidence = match.keyword
        elif match.late is None or item.kind == "document":
            meant = bool(item.title) and (item.title in named or is_heading(item.title, query))
            evidence = prior * (1.0 if meant else _fit_of_a_document(item, match, asked.way))
            score = _probability(evidence, *(OF_A_NOTE if is_note(item) else OF_A_DOCUMENT))
        else:
            wholly = (1.0 - _NOISE_ALONE) / _SPAN
            evidence = prior**0.5 * (wholly if number in told else _evidence_of_talk(item, match, asked, weights))
            score = _probability(evidence, *OF_TALK)
        if evidence > 0:
            ranked.append((score, Ranked(item, score, match, recent, matters)))
    ranked.sort(key=lambda one: (-one[0], -one[1].item.number))
    return [one for _, one in ranked]


@dataclass(frozen=True, slots=True)
class Asked:
    """What a query tells of the line it looks for: its `words` in lower case, among which may be the name of the one
    who said it; whether it asks `when`; and whether it wants a `way` to do something (engine/manner.py)."""

    words: frozenset[str]
    when: bool
    way: bool | None = None

    @classmethod
    def by(cls, query: str) -> Asked:
        words = (word.strip(".,;:!?").removesuffix("'s").removesuffix("’s") for word in query.lower().split())
        return cls(frozenset(words), _WHEN.match(query) is not None, wants_a_way(query))


def _probability(evidence: float, slope: float, even: float) -> float:
    return 1.0 / (1.0 + math.exp(-slope * (evidence - even)))


def _evidence_of_talk(item: Item, match: Match, asked: Asked, weights: Weights) -> float:
    if stands_alone(item):
        fit, noise = _fit_alone(match, weights), _NOISE_ALONE
    else:
        fit, noise = fit_of_a_line(line_features(item, match, asked), weights), _NOISE
    # A thousandth of the fit keeps the order among those that are no better than noise.
    return max(fit / 1000, (fit - noise) / _SPAN)


def _fit_of_a_document(item: Item, match: Match, way: bool | None) -> float:
    if is_note(item):
        apart = match.semantic if match.late is None else match.late
        own = (2 * apart + 3 * match.semantic) / 5 + _KEYWORD * match.keyword
        other = way is not None and says_how(item.title) is (not way)
        return (own if match.asked is None else (own + match.asked) / 2) + _OTHER_MANNER * other
    private = any(name.startswith("_") and not name.startswith("__") for name in item.title.split("."))
    return match.semantic + _KEYWORD * match.keyword + _PRIVATE * private


def stands_alone(item: Item) -> bool:
    """Whether it can be understood without its neighbours: a turn of Spark's own, a line that no one says."""
    return item.kind == "turn" or (not item.speaker and _SAYS.match(item.text) is None)


def _fit_alone(match: Match, weights: Weights) -> float:
    late = match.late or 0.0
    if match.window is not None:
        late = min(match.window, _OWN_TURN * late)
    return (weights.late * late + weights.whole * match.semantic) / (
        1.0 + weights.whole
    ) + weights.keyword * match.keyword


Features = tuple[float, float, float, float, float, float]


def line_features(item: Item, match: Match, asked: Asked) -> Features:
    """late, around, keyword, asks, named and dated, as the formula above has them."""
    assert match.window is not None
    return (
        match.window,
        match.around,
        match.keyword,
        -float(not item.answer and _QUESTION.search(item.text) is not None),
        float(bool(item.speaker) and asked.words.issuperset((item.speaker or "").lower().split())),
        float(asked.when and _TIME.search(item.text) is not None),
    )


def fit_of_a_line(features: Features, weights: Weights) -> float:
    late, around, keyword, asks, named, dated = features
    return (
        weights.late * late
        + weights.around * around
        + weights.keyword * keyword
        + weights.asks * asks
        + weights.named * named
        + weights.dated * dated
    )
