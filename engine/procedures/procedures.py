"""The learned shortcuts: found by exact text, pattern or near neighbour; learned by agreement, forgotten on "wrong".

The record holds them; every lookup reads its row there, so that a second Spark on the same home, or a crash, never
leaves a forgotten answer alive in memory.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from engine.events import Flag
from engine.procedures.dependence import speaks_of_oneself, why_not_cacheable
from engine.procedures.difference import difference, word_overlap
from engine.procedures.error_bound import ErrorRate, Family, compared_key, error_rates
from engine.procedures.history import History
from engine.procedures.nearest import Nearest
from engine.procedures.neighbours import Neighbours, pack, unpack
from engine.procedures.outcome import Found, Missed, Procedure
from engine.procedures.pattern import normalise
from engine.procedures.sentences import quoted, what_a_doubt_changed, what_a_flag_changed, what_a_use_changed
from engine.procedures.trust import Event, Trust, answer_key, fold, strength
from engine.procedures.verifier import FLOOR, verify
from engine.record.rows import ProcedureRow, Turn
from engine.routing.categories import Category, Route
from engine.settings import CacheSettings

if TYPE_CHECKING:
    from engine.procedures.neighbours import Meaning

DAY = 86_400.0
RELATED = 0.7
"""Cosine from which a learned pattern with the same answer is a relative."""


class ProcedureStore(Protocol):
    """The part of the record that procedures need."""

    def procedures(self) -> list[ProcedureRow]: ...

    def procedure(self, key: str) -> ProcedureRow | None: ...

    def edit_procedure(
        self, key: str, change: Callable[[ProcedureRow | None], ProcedureRow | None]
    ) -> ProcedureRow | None: ...

    def tally(self, name: str) -> int: ...

    def tallies(self) -> dict[str, int]: ...

    def wrong_by_family(self) -> dict[str, int]: ...


class Procedures:
    """Raises SparkError from any method when the record cannot be read or written."""

    def __init__(self, record: ProcedureStore, settings: CacheSettings) -> None:
        self._record = record
        self._settings = settings
        self._nearest = Nearest()
        self._neighbours = Neighbours()
        for row in record.procedures():
            if row.learned:
                self._index(row.key, History.of(row))

    @property
    def learned(self) -> int:
        """How many procedures may answer."""
        return len(self._nearest)

    def lookup(
        self, text: str, category: Category | None = None, meaning: Meaning | None = None, now: float | None = None
    ) -> Found | Missed:
        """The shortcut for this text, or why there is none.

        `category`: anything but routine is never a shortcut. `meaning`: the text's sentence embedding; without it
        near neighbours are not looked for. `now`: seconds since the epoch.
        """
        if reason := why_not_cacheable(text):
            return Missed(reason, None, None, self.learned)
        now = time.time() if now is None else now
        key = normalise(text)
        row = self._record.procedure(key)
        history = History.of(row)
        trust = fold(history.events, self._settings)
        if row is not None and trust.learned:
            if category not in (None, Category.ROUTINE):
                why = f"only routine questions are answered from habit, not {category}"
                return Missed(why, key, 1.0, self.learned)
            if text.strip() in history.texts:
                return self._found(row, history, trust, text, Family.TEXT, 1.0, "the same text", now)
            overlap = max(word_overlap(text, known) for known in history.texts)
            return self._found(row, history, trust, text, Family.PATTERN, overlap, "the same question", now)
        if meaning is None or trust.wrong or category not in (None, Category.ROUTINE):
            return self._missed(key, trust, None)
        return self._by_meaning(text, key, trust, meaning, now)

    def compare(self, found: Found, answer: str) -> list[str]:
        """A hit was put to the core as well, and this is the core's answer: count whether they agree."""
        agreed = answer_key(found.answer) == answer_key(answer)
        self._record.tally(compared_key(found.family, agreed))
        return [] if agreed else [f"the core answers {quoted(found.pattern)} otherwise: counted against such hits"]

    def error_rates(self) -> dict[Family, ErrorRate]:
        """What is known of how often each kind of hit is wrong."""
        return error_rates(self._record.tallies(), self._record.wrong_by_family())

    def observe(
        self, turn: Turn, cacheable: bool, meaning: Meaning | None = None, source: str | None = None
    ) -> list[str]:
        """Learn from a finished turn; returns what changed, each as one sentence.

        An answer of a procedure is counted for it (`source`: the pattern that answered, where it is not the text's
        own); any other counts as agreement or disagreement if `cacheable`: it needed nothing but the text itself.
        """
        key = normalise(turn.text)
        if turn.path is Route.PROCEDURE:
            self._edit(source or key, turn, lambda history: history.hit(turn.when))
            return []
        routine = turn.category is Category.ROUTINE and turn.flag is not Flag.WRONG
        if not cacheable or not routine or not turn.answer.strip() or why_not_cacheable(turn.text):
            return []

        def use(history: History) -> History:
            used = history.use(turn, self._settings)
            return replace(used, vector=pack(meaning)) if meaning is not None and not used.vector else used

        before, after = self._edit(key, turn, use)
        return what_a_use_changed(key, before, after)

    def on_flag(
        self, turn: Turn, flag: Flag | None, source: str | None = None, meaning: Meaning | None = None
    ) -> list[str]:
        """Take in a flag (None: cleared). "Wrong" forgets; clearing it puts back exactly what was there before.

        `source`: the pattern that answered the turn, where it is not the text's own: both are forgotten, and learned
        relatives with the same answer are reconsidered. Call it before a "wrong" is saved with the turn, and after
        a "wrong" is cleared there: a crash in between then errs towards having forgotten.
        """
        if why_not_cacheable(turn.text):
            return []  # no procedure can come of it
        key, wrong = normalise(turn.text), flag is Flag.WRONG
        answer = answer_key(turn.answer)
        changes: list[str] = []
        for each in dict.fromkeys((source or key, key)):
            before, after = self._edit(each, turn, lambda h: h.flag(Event("wrong", turn.id, answer), wrong))
            changes += what_a_flag_changed(each, before, after)
        relatives = self._relatives(key, source, answer, meaning) if wrong else self._doubted(turn.id)
        for each in relatives:
            before, after = self._edit(each, turn, lambda h: h.flag(Event("doubt", turn.id, answer), wrong))
            changes += what_a_doubt_changed(each, before, after)
        return changes

    def forget(self, text: str) -> list[str]:
        """Unlearn the pattern of a text because a person asked; what was flagged wrong stays barred."""
        key = normalise(text)
        before, _ = self._edit(key, None, History.without_uses)
        return [f"forgot {quoted(key)}"] if before.agreed else []

    def all(self) -> list[Procedure]:
        """Every pattern that was ever used or flagged, learned ones first, then by use."""
        known = [self._known(row) for row in self._record.procedures()]
        return sorted(known, key=lambda p: (not p.learned, -p.uses, p.pattern))

    def get(self, text: str) -> Procedure | None:
        """What is known of the pattern of a text."""
        row = self._record.procedure(normalise(text))
        return None if row is None else self._known(row)

    def _known(self, row: ProcedureRow) -> Procedure:
        history = History.of(row)
        trust = fold(history.events, self._settings)
        right, wrong = trust.posterior(history.hits)
        return Procedure(
            row.key, history.answers.get(trust.answer or "", ""), trust.learned, trust.agreed, trust.needed, row.uses,
            history.hits, trust.wrong, history.texts, row.created, row.used, right / (right + wrong), trust.doubted,
            trust.banned, tuple(event.turn_id for event in history.events if event.kind == "use"),
        )  # fmt: skip

    def _found(
        self,
        row: ProcedureRow,
        history: History,
        trust: Trust,
        text: str,
        family: Family,
        similarity: float,
        why: str,
        now: float,
    ) -> Found | Missed:
        idle = (now - (history.used or row.created)) / DAY
        if strength(trust.agreed, history.hits, idle, self._settings.half_life_days) < 1.0:
            return Missed(
                f"unused for {idle:.0f} days, so it is thought through again", row.key, similarity, self.learned
            )
        rate = self.error_rates()[family].estimate(family)
        explore = ""
        if rate >= self._settings.max_error:
            explore = f"such hits are wrong in an estimated {rate:.1%}: compared with the core first"
        elif self._settings.explore and (row.uses + 1) % max(1, round(1 / self._settings.explore)) == 0:
            explore = "compared with the core this time, to know how often such hits are wrong"
        why = f"{why}, {trust.agreed} answers agreed"
        answer = history.answers[trust.answer or ""]
        personal = speaks_of_oneself(text)
        return Found(row.key, answer, similarity, why, row.uses, self.learned, family, explore, personal)

    def _by_meaning(self, text: str, key: str, trust: Trust, meaning: Meaning, now: float) -> Found | Missed:
        """The nearest learned pattern that the verifier takes for the same question."""
        first: Missed | None = None
        for near, cosine in self._neighbours.find(meaning, FLOOR):
            verdict = verify(near, text, cosine)
            first = first or Missed(verdict.why, near, cosine, self.learned)
            if not verdict.same:
                continue
            row = self._record.procedure(near)
            history = History.of(row)
            theirs = fold(history.events, self._settings)
            if row is not None and theirs.learned:
                return self._found(row, history, theirs, text, Family.NEIGHBOUR, cosine, verdict.why, now)
        return self._missed(key, trust, first)

    def _missed(self, key: str, trust: Trust, nearest: Missed | None) -> Missed:
        if trust.banned:
            why = f"flagged wrong {trust.wrong} times, so it is thought through each time"
        elif trust.wrong or trust.agreed:
            why = f"being learned: {trust.agreed} of {trust.needed} agreeing answers"
        elif nearest is not None:
            return nearest
        else:
            found = self._nearest.find(key)
            if found is None:
                return Missed("nothing like it is learned yet", None, None, self.learned)
            return Missed(difference(key, found[0]), found[0], found[1], self.learned)
        return Missed(why, None, None, self.learned)

    def _relatives(self, key: str, source: str | None, answer: str, meaning: Meaning | None) -> list[str]:
        if meaning is None:
            return []
        near = (found for found, _ in self._neighbours.find(meaning, RELATED, 64) if found not in (key, source))
        return [found for found in near if self._answer_of(found) == answer]

    def _answer_of(self, key: str) -> str | None:
        return fold(History.of(self._record.procedure(key)).events, self._settings).answer

    def _doubted(self, turn_id: str) -> Iterable[str]:
        for row in self._record.procedures():
            if turn_id not in row.details:  # cheap; what follows is certain
                continue
            if any(event.kind == "doubt" and event.turn_id == turn_id for event in History.of(row).events):
                yield row.key

    def _edit(self, key: str, turn: Turn | None, change: Callable[[History], History]) -> tuple[Trust, Trust]:
        """Change one pattern's history in one commit; returns its trust before and after."""
        seen: list[Trust] = []
        kept: list[History] = []

        def edit(row: ProcedureRow | None) -> ProcedureRow | None:
            old = History.of(row)
            new = change(old)
            before, after = fold(old.events, self._settings), fold(new.events, self._settings)
            seen[:], kept[:] = [before, after], [new]
            return row if new == old else _row(key, row, new, after, turn)

        self._record.edit_procedure(key, edit)
        before, after = seen
        if after.learned:
            self._index(key, kept[0])
        else:
            self._nearest.discard(key)
            self._neighbours.discard(key)
        return before, after

    def _index(self, key: str, history: History) -> None:
        self._nearest.add(key)
        if (meaning := unpack(history.vector)) is not None:
            self._neighbours.add(key, meaning)


def _row(key: str, old: ProcedureRow | None, new: History, trust: Trust, turn: Turn | None) -> ProcedureRow | None:
    if new == History():
        return None
    when = turn.when if turn is not None else time.time()
    return ProcedureRow(
        key=key,
        pattern=new.texts[0] if new.texts else key,
        answer=new.answers.get(trust.answer or "", "") if trust.learned else "",
        category=Category.ROUTINE,
        agreements=trust.agreed,
        uses=new.uses + new.hits,
        learned=trust.learned,
        created=old.created if old is not None else when,
        used=new.used,
        details=new.to_json(),
    )
