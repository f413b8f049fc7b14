"""The learned shortcuts: found by exact text or pattern, learned by agreement, forgotten on "wrong".

The record holds them; every lookup reads its row there, so that a second Spark on the same home, or a crash, never
leaves a forgotten answer alive in memory.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from engine.events import Flag
from engine.procedures.dependence import why_not_cacheable
from engine.procedures.difference import difference, word_overlap
from engine.procedures.history import History
from engine.procedures.nearest import Nearest
from engine.procedures.pattern import normalise
from engine.procedures.trust import Event, Trust, answer_key, fold
from engine.record.rows import ProcedureRow, Turn
from engine.routing.categories import Category, Route
from engine.settings import CacheSettings


class ProcedureStore(Protocol):
    """The part of the record that procedures need."""

    def procedures(self) -> list[ProcedureRow]: ...

    def procedure(self, key: str) -> ProcedureRow | None: ...

    def edit_procedure(
        self, key: str, change: Callable[[ProcedureRow | None], ProcedureRow | None]
    ) -> ProcedureRow | None: ...


@dataclass(frozen=True, slots=True)
class Found:
    """A procedure answers the text. `similarity` is 1.0 for a text met before, else the overlap of words."""

    pattern: str
    answer: str
    similarity: float
    why: str
    uses: int
    learned: int


@dataclass(frozen=True, slots=True)
class Missed:
    """None does; `nearest` is the learned pattern that shares most words, if any."""

    why: str
    nearest: str | None
    similarity: float | None
    learned: int


@dataclass(frozen=True, slots=True)
class Procedure:
    """What is known of one pattern, for lists and panes. `uses` counts all turns, `hits` those it answered."""

    pattern: str
    answer: str
    learned: bool
    agreed: int
    needed: int
    uses: int
    hits: int
    wrong: int
    texts: tuple[str, ...]
    created: float
    used: float | None


class Procedures:
    """Raises SparkError from any method when the record cannot be read or written."""

    def __init__(self, record: ProcedureStore, settings: CacheSettings) -> None:
        self._record = record
        self._settings = settings
        self._nearest = Nearest()
        for row in record.procedures():
            if row.learned:
                self._nearest.add(row.key)

    @property
    def learned(self) -> int:
        """How many procedures may answer."""
        return len(self._nearest)

    def lookup(self, text: str, category: Category | None = None) -> Found | Missed:
        """The shortcut for this text, or why there is none. `category`: anything but routine is never a shortcut."""
        if reason := why_not_cacheable(text):
            return Missed(reason, None, None, self.learned)
        key = normalise(text)
        row = self._record.procedure(key)
        history = History.of(row)
        trust = fold(history.events, self._settings)
        if row is None or not trust.learned or trust.answer is None:
            return self._missed(key, trust, history)
        if category not in (None, Category.ROUTINE):
            return Missed(f"only routine questions are answered from habit, not {category}", key, 1.0, self.learned)
        if text.strip() in history.texts:
            similarity, why = 1.0, "the same text"
        else:
            similarity, why = max(word_overlap(text, known) for known in history.texts), "the same question"
        why = f"{why}, {trust.agreed} answers agreed"
        return Found(key, history.answers[trust.answer], similarity, why, row.uses, self.learned)

    def observe(self, turn: Turn, cacheable: bool) -> list[str]:
        """Learn from a finished turn; returns what changed, each as one sentence. An answer of a procedure is
        counted; any other counts as agreement or disagreement if `cacheable`: it needed nothing but the text."""
        key = normalise(turn.text)
        if turn.path is Route.PROCEDURE:
            self._edit(key, turn, lambda history: history.hit(turn.when))
            return []
        routine = turn.category is Category.ROUTINE and turn.flag is not Flag.WRONG
        if not cacheable or not routine or not turn.answer.strip() or why_not_cacheable(turn.text):
            return []
        before, after = self._edit(key, turn, lambda history: history.use(turn, self._settings))
        return _what_a_use_changed(key, before, after)

    def on_flag(self, turn: Turn, flag: Flag | None) -> list[str]:
        """Take in a flag (None: cleared). "Wrong" forgets; clearing it puts back exactly what was there before.

        Call it before a "wrong" is saved with the turn, and after a "wrong" is cleared there: a crash in between
        then errs towards having forgotten.
        """
        if why_not_cacheable(turn.text):
            return []  # no procedure can come of it
        key = normalise(turn.text)
        event = Event("wrong", turn.id, answer_key(turn.answer))
        before, after = self._edit(key, turn, lambda history: history.flag(event, flag is Flag.WRONG))
        return _what_a_flag_changed(key, before, after)

    def forget(self, text: str) -> list[str]:
        """Unlearn the pattern of a text because a person asked; what was flagged wrong stays barred."""
        key = normalise(text)
        before, _ = self._edit(key, None, History.without_uses)
        return [f"forgot {_quoted(key)}"] if before.agreed else []

    def all(self) -> list[Procedure]:
        """Every pattern that was ever used or flagged, learned ones first, then by use."""
        known = []
        for row in self._record.procedures():
            history = History.of(row)
            trust = fold(history.events, self._settings)
            answer = history.answers.get(trust.answer or "", "")
            known.append(
                Procedure(
                    row.key, answer, trust.learned, trust.agreed, trust.needed, row.uses, history.hits, trust.wrong,
                    tuple(history.texts), row.created, row.used,
                )
            )  # fmt: skip
        return sorted(known, key=lambda p: (not p.learned, -p.uses, p.pattern))

    def _missed(self, key: str, trust: Trust, history: History) -> Missed:
        found = self._nearest.find(key)
        nearest, similarity = found if found else (None, None)
        if trust.banned:
            why = f"flagged wrong {trust.wrong} times, so it is thought through each time"
        elif trust.wrong or trust.agreed:
            why = f"being learned: {trust.agreed} of {trust.needed} agreeing answers"
        elif nearest is not None:
            why = difference(key, nearest)
        else:
            why = "nothing like it is learned yet"
        return Missed(why, nearest, similarity, self.learned)

    def _edit(self, key: str, turn: Turn | None, change: Callable[[History], History]) -> tuple[Trust, Trust]:
        """Change one pattern's history in one commit; returns its trust before and after."""
        seen: list[Trust] = []

        def edit(row: ProcedureRow | None) -> ProcedureRow | None:
            old = History.of(row)
            new = change(old)
            before, after = fold(old.events, self._settings), fold(new.events, self._settings)
            seen[:] = [before, after]
            return row if new == old else _row(key, row, new, after, turn)

        self._record.edit_procedure(key, edit)
        before, after = seen
        if after.learned:
            self._nearest.add(key)
        else:
            self._nearest.discard(key)
        return before, after


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


def _what_a_use_changed(key: str, before: Trust, after: Trust) -> list[str]:
    name = _quoted(key)
    if before.learned and not after.learned:
        return [f"forgot {name}: another answer came"]
    if after.learned:
        return [] if before.learned else [f"learned {name}: {after.agreed} answers agreed"]
    if after.banned or after.answer is None:
        return []  # the flagged answer came again: it stays barred
    if before.answer is not None and before.answer != after.answer:
        return [f"another answer to {name}, so counting begins again: {after.agreed} of {after.needed}"]
    return [f"{name}: {after.agreed} of {after.needed} agreeing answers"]


def _what_a_flag_changed(key: str, before: Trust, after: Trust) -> list[str]:
    name, changes = _quoted(key), []
    if before.learned and not after.learned:
        changes.append(f"forgot {name}")
    if after.learned and not before.learned:
        changes.append(f"{name} is answered from habit again")
    if after.banned and not before.banned:
        changes.append(f"{name} is never again answered from habit")
    elif after.needed != before.needed and not after.banned:
        changes.append(f"{name} now needs {after.needed} agreeing answers")
    return changes


def _quoted(pattern: str, most: int = 60) -> str:
    line = " ".join(pattern.split())
    return f"“{line if len(line) <= most else line[: most - 1].rstrip() + '…'}”"
