"""The learned shortcuts, as the rest of Spark sees them: looked up, learned by agreement, forgotten on "wrong"."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from engine.events import Flag
from engine.procedures.account import of_pattern, of_template
from engine.procedures.dependence import why_not_cacheable
from engine.procedures.error_bound import ErrorRate, Family, compared_key, error_rates, served_key
from engine.procedures.history import History
from engine.procedures.index import Index
from engine.procedures.lookup import Lookup
from engine.procedures.neighbours import pack
from engine.procedures.outcome import Found, Missed, Procedure
from engine.procedures.pattern import normalise
from engine.procedures.sentences import (
    quoted,
    what_a_doubt_changed,
    what_a_flag_changed,
    what_a_use_changed,
    what_was_generalised,
)
from engine.procedures.slots import is_skeleton
from engine.procedures.store import ProcedureStore
from engine.procedures.trust import Event, Trust, answer_key, fold
from engine.record.rows import ProcedureRow, Turn
from engine.routing.categories import Category, Route
from engine.settings import CacheSettings

if TYPE_CHECKING:
    from engine.procedures.neighbours import Meaning

RELATED = 0.7
"""Cosine from which a learned pattern with the same answer is a relative."""
BY_HAND = "by hand"
"""In place of a turn's id, where a person forgot a template."""


class Procedures:
    """Raises SparkError from any method when the record cannot be read or written."""

    def __init__(self, record: ProcedureStore, settings: CacheSettings) -> None:
        self._record = record
        self._settings = settings
        self._index = Index(record, settings)
        self._lookup = Lookup(record, self._index, settings)

    @property
    def learned(self) -> int:
        """How many procedures may answer, templates aside."""
        return self._index.learned

    def lookup(
        self, text: str, category: Category | None = None, meaning: Meaning | None = None, now: float | None = None
    ) -> Found | Missed:
        """The shortcut for this text, or why there is none.

        `category`: anything but routine is never a shortcut. `meaning`: the text's sentence embedding; without it
        near neighbours are not looked for. `now`: seconds since the epoch.
        """
        return self._lookup.find(text, category, meaning, now)

    def served(self, found: Found) -> None:
        """A hit answered a turn: unless it is flagged, it speaks a little for its kind."""
        self._record.tally(served_key(found.family))

    def compare(self, found: Found, answer: str) -> list[str]:
        """A hit was put to the core as well, and this is the core's answer: count whether they agree."""
        agreed = answer_key(found.answer) == answer_key(answer)
        self._record.tally(compared_key(found.family, agreed))
        if found.family in (Family.NEIGHBOUR, Family.SLOTS):  # otherwise the turn itself was a use of it
            self._edit(found.pattern, None, lambda history: replace(history, uses=history.uses + 1))
        return [] if agreed else [f"the core answers {quoted(found.pattern)} otherwise: counted against such hits"]

    def error_rates(self) -> dict[Family, ErrorRate]:
        """What is known of how often each kind of hit is wrong."""
        return error_rates(self._record)

    def observe(
        self,
        turn: Turn,
        cacheable: bool,
        meaning: Meaning | None = None,
        source: str | None = None,
        sure: float = 1.0,
    ) -> list[str]:
        """Learn from a finished turn; returns what changed, each as one sentence.

        An answer of a procedure is counted for it (`source`: the pattern that answered, where it is not the text's
        own); any other counts as agreement or disagreement if `cacheable`: it needed nothing but the text itself.
        `sure`: how likely it is that what was read for it is what was asked for.
        """
        key = normalise(turn.text)
        if turn.path is Route.PROCEDURE:
            self._edit(source or key, turn, lambda history: history.hit(turn.when))
            return []
        routine = turn.category is Category.ROUTINE and turn.flag is not Flag.WRONG
        if not cacheable or not routine or not turn.answer.strip() or why_not_cacheable(turn.text):
            return []

        def use(history: History) -> History:
            used = history.use(turn, self._settings, sure)
            return replace(used, vector=pack(meaning)) if meaning is not None and not used.vector else used

        general = self._generalised(key)
        before, after = self._edit(key, turn, use)
        return what_a_use_changed(key, before, after) + what_was_generalised(general, self._generalised(key))

    def on_flag(
        self,
        turn: Turn,
        flag: Flag | None,
        source: str | None = None,
        meaning: Callable[[], Meaning] | None = None,
    ) -> list[str]:
        """Take in a flag (None: cleared). "Wrong" forgets, "important" vouches for the answer; clearing either puts
        back exactly what was there before.

        `meaning`: how to get the text's sentence embedding, called only where something learned is to be compared with.
        `source`: the pattern or template that answered the turn, where it is not the text's own: both are forgotten,
        and learned relatives are reconsidered: near ones with the same answer, and examples of the same template.
        Call it before a "wrong" is saved with the turn, and after a "wrong" is cleared there: a crash in between then
        errs towards having forgotten.
        """
        if why_not_cacheable(turn.text):
            return []  # no procedure can come of it
        key, wrong = normalise(turn.text), flag is Flag.WRONG
        answer = answer_key(turn.answer)
        general = self._generalised(key)
        relatives = self._relatives(key, source, answer, meaning) if wrong else self._doubted(turn.id)
        changes: list[str] = []

        def flagged(history: History) -> History:
            vouched = flag is Flag.IMPORTANT and history.has_given(answer)
            return history.flag(Event("wrong", turn.id, answer), wrong).flag(
                Event("important", turn.id, answer), vouched
            )

        for each in dict.fromkeys((source or key, key)):
            before, after = self._edit(each, turn, flagged)
            changes += what_a_flag_changed(each, before, after)
        for each in relatives:
            before, after = self._edit(each, turn, lambda h: h.flag(Event("doubt", turn.id, answer), wrong))
            changes += what_a_doubt_changed(each, before, after)
        return changes + what_was_generalised(general, self._generalised(key))

    def forget(self, text: str) -> list[str]:
        """Unlearn a pattern or a template because a person asked; what was flagged wrong stays barred.

        A template needs more examples from then on than made it.
        """
        key = normalise(text)
        if is_skeleton(key):
            if not self._index.templates.get(key).learned:
                return []
            self._edit(key, None, lambda history: history.flag(Event("doubt", BY_HAND, ""), there=True))
            return [f"forgot {quoted(key)}"]
        before, _ = self._edit(key, None, History.without_uses)
        return [f"forgot {quoted(key)}"] if before.agreed else []

    def all(self) -> list[Procedure]:
        """Every pattern that was ever used or flagged and every template, learned ones first, then by use."""
        rows = self._record.procedures()
        known = [of_pattern(row, self._settings) for row in rows if not is_skeleton(row.key)]
        skeletons = dict.fromkeys(row.key for row in rows if is_skeleton(row.key))
        for skeleton in dict.fromkeys((*self._index.templates.skeletons(), *skeletons)):
            general = self._index.templates.get(skeleton)
            if general.learned or skeleton in skeletons:
                known.append(of_template(general))
        return sorted(known, key=lambda p: (not p.learned, -p.uses, p.pattern))

    def get(self, text: str) -> Procedure | None:
        """What is known of the pattern of a text, or of a template."""
        key = normalise(text)
        row = self._record.procedure(key)
        if is_skeleton(key):
            general = self._index.templates.get(key)
            return of_template(general) if general.learned or row is not None else None
        return None if row is None else of_pattern(row, self._settings)

    def _generalised(self, key: str) -> tuple[str, bool]:
        """The frame of a pattern, and whether there is a template for it."""
        known = self._index.templates.of(key)
        return ("", False) if known is None else (known[0].skeleton, known[1].learned)

    def _relatives(self, key: str, source: str | None, answer: str, meaning: Callable[[], Meaning] | None) -> list[str]:
        found: dict[str, None] = {}
        known = self._index.templates.of(key)
        if known is not None and known[1].learned:
            found |= dict.fromkeys(known[1].examples)
        if meaning is not None and len(self._index.neighbours):
            near = (each for each, _ in self._index.neighbours.find(meaning(), RELATED, 64))
            found |= dict.fromkeys(each for each in near if self._answer_of(each) == answer)
        return [each for each in found if each not in (key, source)]

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
            return row if new == old else new.as_row(key, row, after, turn.when if turn is not None else None)

        self._record.edit_procedure(key, edit)
        before, after = seen
        self._index.put(key, kept[0], after.learned)
        return before, after
