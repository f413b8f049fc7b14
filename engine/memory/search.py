"""A search: candidates by meaning, by words and along links, each looked at closely, in one order."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from engine.memory.asks import Asks
from engine.memory.chain import Chain
from engine.memory.evidence import measure
from engine.memory.facts import newest_first
from engine.memory.recall import CANDIDATES, WEIGHTS, Match, Ranked, Ranking, Weights, rank
from engine.memory.rows import KNOWN, Group
from engine.memory.topics import asked_topics
from engine.memory.words import words
from engine.record import Item, Record

if TYPE_CHECKING:
    from engine.memory.follower import Follower
    from engine.memory.reading import Embeds
    from engine.memory.rows import Vector

_NEAR = 0.5
"""Cosine from which two memories are near in meaning."""
_CLOSELY = 80
"""Lines that are looked at closely."""
_STEP = 10
"""Of the best found, so many take a step along their links."""
_ASKED_FOR = 10
"""Notes that are looked at since people's questions for them are alike."""
_CHARACTERS = 4_096
"""Of each candidate's text; the whole is read of what is chosen."""


@dataclass(frozen=True, slots=True)
class Question:
    """`number` candidates of each kind are looked at; `groups`: where. `vector` is the embedding if it is known."""

    text: str
    ranking: Ranking = Ranking.HYBRID
    groups: Sequence[Group] = KNOWN
    number: int = CANDIDATES
    vector: Vector | None = None
    weights: Weights = WEIGHTS


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was found for a question, and how each answers it. `newer`: as in engine/memory/facts.py; `told`: numbers of
    the newest statements of the facts that are asked for."""

    question: Question
    matches: Mapping[int, Match]
    items: Mapping[int, Item]
    newer: Sequence[tuple[int, str, int]]
    told: Sequence[int] = ()

    def ranked(self, weights: Weights, now: float, half_life_days: float) -> list[Ranked]:
        """Best first."""
        asked = self.question
        found = rank(self.matches, self.items, asked.ranking, now, half_life_days, asked.text, weights, self.told)
        return newest_first(found, self.newer, asked.text) if asked.ranking is Ranking.HYBRID else found


class Search:
    def __init__(self, record: Record, follower: Follower, embedder: Embeds, asks: Asks, half_life_days: float) -> None:
        self._record = record
        self._follower = follower
        self._embedder = embedder
        self._asks = asks
        self._half_life_days = half_life_days
        self._chain = Chain(record)

    def ranked(self, asked: Question, now: float | None = None) -> list[Ranked]:
        """Best first.

        Raises:
            SparkError: the index does not work.
        """
        return self.look(asked).ranked(asked.weights, time.time() if now is None else now, self._half_life_days)

    def look(self, asked: Question) -> Evidence:
        """Everything that the ranking needs to know about the candidates.

        Raises:
            SparkError: the index does not work.
        """
        said = sorted(set(words(asked.text)))
        reading = self._embedder.read([asked.text])[0]
        if asked.vector is not None:
            reading = replace(reading, vector=asked.vector)
        most = _CLOSELY if asked.number == CANDIDATES else 4 * asked.number

        told = self._told(asked)
        alike = self._asks.alike(reading.vector) if self._reads_notes(asked) else {}
        notes = sorted(alike, key=lambda note: -alike[note])[:_ASKED_FOR]
        asked_for = [item.number for item in self._record.items_by_id(notes).values()]
        # Of a question of filler words the form is all there is, and one mark more or less makes another direction.
        bare = [] if said else [one.vector for one in self._embedder.read([asked.text.strip(" ?!.")])]

        def measured() -> dict[int, Match]:
            lookup = self._follower.lookup
            found: list[int] = []
            for group in asked.groups:
                if asked.ranking is not Ranking.KEYWORD:
                    for vector in (reading.vector, *bare):
                        found += lookup.nearest(vector, asked.number, group)
                # A query of filler words only says nothing to a word search; its meaning is all there is.
                if said and asked.ranking is not Ranking.SEMANTIC:
                    found += lookup.saying(said, asked.number, group)
            newest = [newest for _, _, newest in self._record.newer_facts(found)]
            found += self._read_beside(found) + asked_for + newest + told
            return measure(found, lookup, reading, said, self._chain, most, asked.weights, {*newest, *told})

        self._chain.follow()
        matches = self._follower.mending(measured)
        items = self._record.items(list(matches), characters=_CHARACTERS)
        for number, item in items.items():
            if item.id in alike:
                matches[number] = replace(matches[number], asked=alike[item.id])
        return Evidence(asked, matches, items, self._record.newer_facts(list(items)), told)

    def near(self, item: Item, n: int) -> list[tuple[int, float]]:
        """(number, cosine) of the `n` memories nearest in meaning to one, if they are near."""

        def found() -> list[tuple[int, float]]:
            lookup = self._follower.lookup
            for row in lookup.rows([item.number]):
                groups = KNOWN if row.group in KNOWN else [row.group]
                alike = [number for group in groups for number in lookup.nearest(row.vector, n + 1, group)]
                others = [(other.number, float(other.vector @ row.vector)) for other in lookup.rows(alike)]
                others.sort(key=lambda pair: -pair[1])
                return [(number, cosine) for number, cosine in others if number != item.number and cosine >= _NEAR][:n]
            return []

        return self._follower.mending(found)

    def _told(self, asked: Question) -> list[int]:
        """Where the person asks for a fact of theirs: its newest statement, in whatever words it was said."""
        if asked.ranking is not Ranking.HYBRID or Group.SAID not in asked.groups:
            return []
        return self._record.newest_facts(asked_topics(asked.text, self._record.topics()))

    def _reads_notes(self, asked: Question) -> bool:
        return asked.ranking is Ranking.HYBRID and Group.DOCUMENT in asked.groups

    def _read_beside(self, found: Sequence[int]) -> list[int]:
        """One step along the links: what was read together with the best."""
        beside = self._record.read_together(found[:_STEP])
        return sorted(beside, key=lambda number: -beside[number])[:_STEP]
