"""Is there a shortcut for this text? Four ways to it, the surest first: the text itself, its pattern, a template that
its values fit, a near neighbour that the verifier takes for the same question.

Every way reads its rows in the record, so that a second Spark on the same home, or a crash, never leaves a forgotten
answer alive in memory. What is found is served only if it is not long unused and its kind of hit is seldom wrong.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.procedures.dependence import speaks_of_oneself, why_not_cacheable
from engine.procedures.difference import difference, word_overlap
from engine.procedures.error_bound import Family, error_rates, why_explored
from engine.procedures.history import History
from engine.procedures.index import Index
from engine.procedures.outcome import Found, Missed
from engine.procedures.pattern import normalise
from engine.procedures.store import ProcedureStore
from engine.procedures.template import Refused
from engine.procedures.trust import Trust, fold, strength
from engine.procedures.verifier import FLOOR, verify
from engine.record.rows import ProcedureRow
from engine.routing.categories import Category
from engine.settings import CacheSettings

if TYPE_CHECKING:
    from engine.procedures.neighbours import Meaning

DAY = 86_400.0


@dataclass(frozen=True, slots=True)
class _Candidate:
    """An answer that could be served, and what speaks for it."""

    pattern: str
    answer: str
    family: Family
    similarity: float
    why: str
    agreed: int
    hits: int
    uses: int
    used: float


class Lookup:
    def __init__(self, record: ProcedureStore, index: Index, settings: CacheSettings) -> None:
        self._record = record
        self._index = index
        self._settings = settings

    def find(self, text: str, category: Category | None, meaning: Meaning | None, now: float | None) -> Found | Missed:
        """See `Procedures.lookup`."""
        if reason := why_not_cacheable(text):
            return self._miss(reason)
        key = normalise(text)
        row = self._record.procedure(key)
        history = History.of(row)
        trust = fold(history.events, self._settings)
        routine = category in (None, Category.ROUTINE)
        missed: Missed | None = None
        if row is not None and trust.learned:
            if not routine:
                return self._miss(f"only routine questions are answered from habit, not {category}", key, 1.0)
            if text.strip() in history.texts:
                candidate = self._learned(row, history, trust, Family.TEXT, 1.0, "the same text")
            else:
                overlap = max(word_overlap(text, known) for known in history.texts)
                candidate = self._learned(row, history, trust, Family.PATTERN, overlap, "the same question")
            return self._serve(candidate, text, now)
        if routine and not trust.wrong:
            filled = self._by_slots(key)
            found = filled if isinstance(filled, _Candidate) else self._by_meaning(text, meaning)
            if isinstance(found, _Candidate):
                return self._serve(found, text, now)
            missed = filled if isinstance(filled, Missed) else found
        return self._why_missed(key, trust, missed)

    def _by_slots(self, key: str) -> _Candidate | Missed | None:
        """The template of the text's frame, filled with the text's values."""
        known = self._index.templates.of(key)
        if known is None or (template := known[1].answering) is None:
            return None
        framed, general = known
        likeness = word_overlap(key, framed.skeleton)
        try:
            answer = template.fill(framed.slots)
        except Refused as refused:
            return self._miss(str(refused), framed.skeleton, likeness)
        values = ", ".join(slot.value for slot in framed.slots)
        return _Candidate(
            framed.skeleton, answer, Family.SLOTS, likeness,
            f"the same task for {values}, {len(general.examples)} procedures agreed",
            len(general.examples), general.history.hits, general.history.hits + general.history.uses, general.used,
        )  # fmt: skip

    def _by_meaning(self, text: str, meaning: Meaning | None) -> _Candidate | Missed | None:
        """The nearest learned pattern that the verifier takes for the same question."""
        first: Missed | None = None
        for near, cosine in self._index.neighbours.find(meaning, FLOOR) if meaning is not None else ():
            verdict = verify(near, text, cosine)
            first = first or self._miss(verdict.why, near, cosine)
            if not verdict.same:
                continue
            row = self._record.procedure(near)
            history = History.of(row)
            trust = fold(history.events, self._settings)
            if row is not None and trust.learned:
                return self._learned(row, history, trust, Family.NEIGHBOUR, cosine, verdict.why)
        return first

    def _learned(
        self, row: ProcedureRow, history: History, trust: Trust, family: Family, similarity: float, why: str
    ) -> _Candidate:
        return _Candidate(
            row.key, history.answers[trust.answer or ""], family, similarity, f"{why}, {trust.agreed} answers agreed",
            trust.agreed, history.hits, row.uses, history.used or row.created,
        )  # fmt: skip

    def _serve(self, candidate: _Candidate, text: str, now: float | None) -> Found | Missed:
        idle = ((time.time() if now is None else now) - candidate.used) / DAY
        if strength(candidate.agreed, candidate.hits, idle, self._settings.half_life_days) < 1.0:
            why = f"unused for {idle:.0f} days, so it is thought through again"
            return self._miss(why, candidate.pattern, candidate.similarity)
        rate = error_rates(self._record)[candidate.family].estimate(candidate.family)
        return Found(
            candidate.pattern,
            candidate.answer,
            candidate.similarity,
            candidate.why,
            candidate.uses,
            self._index.learned,
            candidate.family,
            why_explored(rate, candidate.uses, self._settings),
            speaks_of_oneself(text),
        )

    def _why_missed(self, key: str, trust: Trust, nearest: Missed | None) -> Missed:
        if trust.banned:
            return self._miss(f"flagged wrong {trust.wrong} times, so it is thought through each time")
        if trust.wrong or trust.agreed:
            return self._miss(f"being learned: {trust.agreed} of {trust.needed} agreeing answers")
        if nearest is not None:
            return nearest
        found = self._index.nearest.find(key)
        if found is None:
            return self._miss("nothing like it is learned yet")
        return self._miss(difference(key, found[0]), *found)

    def _miss(self, why: str, nearest: str | None = None, similarity: float | None = None) -> Missed:
        return Missed(why, nearest, similarity, self._index.learned)
