"""Any order of uses, hits, flags, clearings and restarts, beside a model to which nothing was ever flagged."""

from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from engine.events import Flag
from engine.procedures import Found, Procedures
from engine.procedures.pattern import normalise
from engine.procedures.trust import answer_key
from engine.record import Turn
from engine.routing.categories import Category, Route
from engine.settings import CacheSettings
from tests.engine.procedures.shelf import Shelf, turn

ASKED = {
    "how do i exit vim": (":q", ":wq"),
    "How to exit vim?": (":q", ":wq"),
    **{f"how do i round x to {n} digits": (f"round(x, {n})", "no idea") for n in range(2, 7)},
}
SETTINGS = CacheSettings(agreements=2, penalty=1)


class Flags(RuleBasedStateMachine):
    """`model` sees every use and hit, and no flag: when all flags are cleared, both must answer alike."""

    def __init__(self) -> None:
        super().__init__()
        self.shelf, self.model_shelf = Shelf(), Shelf()
        self.procedures = Procedures(self.shelf, SETTINGS)
        self.model = Procedures(self.model_shelf, SETTINGS)
        self.turns: list[tuple[Turn, str | None]] = []
        self.flagged: dict[str, tuple[Turn, str | None]] = {}

    @initialize(pairs=st.integers(0, 3), times=st.integers(2, 3))
    def teach(self, pairs: int, times: int) -> None:
        for n in range(2, 2 + pairs):
            for _ in range(times):
                self.use(f"how do i round x to {n} digits", 0)

    @rule(text=st.sampled_from(list(ASKED)), which=st.sampled_from((0, 0, 0, 1)))
    def use(self, text: str, which: int) -> None:
        one = turn(text, ASKED[text][which])
        for procedures in (self.procedures, self.model):
            procedures.observe(one, cacheable=True)
        self.turns.append((one, None))

    @rule(text=st.sampled_from(list(ASKED)))
    def ask(self, text: str) -> None:
        found = self.procedures.lookup(text, Category.ROUTINE)
        if isinstance(found, Found):
            one = turn(text, found.answer, Route.PROCEDURE)
            for procedures in (self.procedures, self.model):
                procedures.observe(one, cacheable=True, source=found.pattern)
            self.turns.append((one, found.pattern))

    @precondition(lambda self: self.turns)
    @rule(place=st.integers(0, 99))
    def flag(self, place: int) -> None:
        one, source = self.turns[-1 - place % len(self.turns)]
        self.procedures.on_flag(one, Flag.WRONG, source)
        self.flagged[one.id] = (one, source)

    @precondition(lambda self: self.flagged)
    @rule(place=st.integers(0, 99))
    def clear(self, place: int) -> None:
        one, source = list(self.flagged.values())[place % len(self.flagged)]
        self.procedures.on_flag(one, None, source)
        del self.flagged[one.id]

    @precondition(lambda self: self.turns)
    @rule(places=st.lists(st.integers(0, 99), min_size=1, max_size=4), order=st.randoms(use_true_random=False))
    def flag_and_take_back(self, places: list[int], order: st.DataObject) -> None:
        """With nothing in between, in whatever order, it leaves not a byte."""
        before = dict(self.shelf.rows)
        chosen = [self.turns[place % len(self.turns)] for place in places]
        fresh = [(one, source) for one, source in dict(chosen).items() if one.id not in self.flagged]
        for one, source in fresh:
            self.procedures.on_flag(one, Flag.WRONG, source)
        order.shuffle(fresh)  # type: ignore[attr-defined]
        for one, source in fresh:
            self.procedures.on_flag(one, None, source)
        assert self.shelf.rows == before

    @rule()
    def reopen(self) -> None:
        self.procedures = Procedures(self.shelf, SETTINGS)

    @invariant()
    def what_is_flagged_is_never_served(self) -> None:
        for text in ASKED:
            found = self.procedures.lookup(text, Category.ROUTINE)
            same = [one for one, _ in self.flagged.values() if normalise(one.text) == normalise(text)]
            if isinstance(found, Found):
                assert len(same) < 2
                assert answer_key(found.answer) not in {answer_key(one.answer) for one in same}

    @invariant()
    def without_flags_it_is_as_if_there_had_never_been_any(self) -> None:
        if not self.flagged:
            for text in ASKED:
                ours, theirs = (each.lookup(text, Category.ROUTINE) for each in (self.procedures, self.model))
                assert isinstance(ours, Found) == isinstance(theirs, Found)
                if isinstance(ours, Found) and isinstance(theirs, Found):
                    assert (ours.answer, ours.family, ours.pattern) == (theirs.answer, theirs.family, theirs.pattern)


TestFlags = Flags.TestCase
TestFlags.settings = settings(max_examples=40, stateful_step_count=30, deadline=None)
