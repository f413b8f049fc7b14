"""Near neighbours: found by meaning, served only with a verdict, doubted with their relatives, exact to undo."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from engine.events import Flag
from engine.procedures import Found, Missed, Procedures
from engine.procedures.error_bound import ErrorRate, Family
from engine.procedures.neighbours import Neighbours, pack, unpack
from engine.record import Turn
from engine.routing.categories import Category, Route
from engine.settings import CacheSettings
from tests.engine.procedures.shelf import Shelf, turn


def toward(*shares: float) -> NDArray[np.float32]:
    vector = np.array([*shares, 0.1], dtype=np.float32)
    return vector / np.float32(np.linalg.norm(vector))


REMOVE = ("how do i remove a key from a dict", "delete a key from a dictionary")
MEANING = {REMOVE[0]: toward(1.0, 0.0), REMOVE[1]: toward(0.9, 0.2), "add a key to a dict": toward(0.95, 0.1)}


def learned(procedures: Procedures, text: str, answer: str = "del d[k]", times: int = 3) -> list[Turn]:
    turns = [turn(text, answer) for _ in range(times)]
    for each in turns:
        procedures.observe(each, True, MEANING[text])
    return turns


def look(procedures: Procedures, text: str) -> Found | Missed:
    return procedures.lookup(text, Category.ROUTINE, MEANING[text])


def test_a_near_neighbour_answers_and_its_opposite_does_not() -> None:
    shelf = Shelf()
    procedures = Procedures(shelf, CacheSettings())
    learned(procedures, REMOVE[0])
    for each in (procedures, Procedures(shelf, CacheSettings())):  # and after a restart
        found = look(each, REMOVE[1])
        assert isinstance(found, Found) and found.family is Family.NEIGHBOUR and found.answer == "del d[k]"
        assert 0.9 < found.similarity < 1 and "same task" in found.why
        missed = look(each, "add a key to a dict")
        assert isinstance(missed, Missed) and "is not" in missed.why and missed.nearest is not None


def test_a_wrong_neighbour_is_forgotten_with_what_answered_it_and_clearing_is_exact() -> None:
    shelf = Shelf()
    procedures = Procedures(shelf, CacheSettings())
    learned(procedures, REMOVE[0])
    found = look(procedures, REMOVE[1])
    assert isinstance(found, Found)
    served = turn(REMOVE[1], found.answer, Route.PROCEDURE)
    procedures.observe(served, False, MEANING[REMOVE[1]], found.pattern)
    before = dict(shelf.rows)
    procedures.on_flag(served, Flag.WRONG, found.pattern, lambda: MEANING[REMOVE[1]])
    for text in REMOVE:
        assert isinstance(look(procedures, text), Missed)
    learned(procedures, REMOVE[0], "d.pop(k)", 6)
    assert isinstance(look(procedures, REMOVE[0]), Found)
    assert isinstance(look(procedures, REMOVE[1]), Missed)  # it was wrong here, so it is thought through
    shelf.rows = dict(before) | {}
    procedures = Procedures(shelf, CacheSettings())
    procedures.on_flag(served, Flag.WRONG, found.pattern, lambda: MEANING[REMOVE[1]])
    procedures.on_flag(served, None, found.pattern, lambda: MEANING[REMOVE[1]])
    assert shelf.rows == before
    assert isinstance(look(procedures, REMOVE[1]), Found)


def test_relatives_with_the_same_answer_are_reconsidered_and_come_back() -> None:
    shelf = Shelf()
    procedures = Procedures(shelf, CacheSettings())
    turns = learned(procedures, REMOVE[0])
    learned(procedures, REMOVE[1])
    before = dict(shelf.rows)
    said = procedures.on_flag(turns[-1], Flag.WRONG, None, lambda: MEANING[REMOVE[0]])
    assert any("reconsiders" in each for each in said)
    assert isinstance(look(procedures, REMOVE[1]), Missed)
    said = procedures.on_flag(turns[-1], None, None, lambda: MEANING[REMOVE[0]])
    assert shelf.rows == before and sum("again" in each for each in said) == 2


def test_what_is_long_unused_is_thought_through_once_more() -> None:
    procedures = Procedures(Shelf(), CacheSettings(half_life_days=10.0))
    last = learned(procedures, REMOVE[0])[-1]
    assert isinstance(procedures.lookup(REMOVE[0], now=last.when + 10 * 86_400), Found)
    missed = procedures.lookup(REMOVE[0], now=last.when + 20 * 86_400)
    assert isinstance(missed, Missed) and "unused for 20 days" in missed.why
    procedures.observe(replace(turn(REMOVE[0], "del d[k]"), when=last.when + 20 * 86_400), True)
    assert isinstance(procedures.lookup(REMOVE[0], now=last.when + 21 * 86_400), Found)


def test_a_family_over_the_bound_is_compared_until_it_is_right_again() -> None:
    shelf = Shelf()
    procedures = Procedures(shelf, CacheSettings(explore=0.0))
    learned(procedures, REMOVE[0])
    found = look(procedures, REMOVE[1])
    assert isinstance(found, Found) and not found.explore
    assert procedures.compare(found, "something else")  # 1 of 1 wrong
    over = look(procedures, REMOVE[1])
    assert isinstance(over, Found) and "wrong in an estimated" in over.explore
    exact = look(procedures, REMOVE[0])
    assert isinstance(exact, Found) and not exact.explore  # the bound is kept family by family
    for _ in range(90):
        assert procedures.compare(found, "del d[k]\n") == []
    back = look(procedures, REMOVE[1])
    assert isinstance(back, Found) and not back.explore
    shelf.wrong = {"neighbour": 2}
    assert isinstance(again := look(procedures, REMOVE[1]), Found) and again.explore


def test_every_twentieth_use_is_compared() -> None:
    procedures = Procedures(Shelf(), CacheSettings())
    learned(procedures, REMOVE[0])
    explored = 0
    for _ in range(40):
        found = look(procedures, REMOVE[0])
        assert isinstance(found, Found)
        explored += bool(found.explore)
        route = Route.CORE if found.explore else Route.PROCEDURE
        procedures.observe(turn(REMOVE[0], found.answer, route), True, MEANING[REMOVE[0]])
    assert explored == 2


def test_the_estimate_is_the_mean_of_a_beta_posterior() -> None:
    assert ErrorRate().estimate(Family.NEIGHBOUR) == pytest.approx(0.008)
    assert ErrorRate(100, 1, 1).estimate(Family.NEIGHBOUR) == pytest.approx(2.8 / 201)
    assert ErrorRate(100, 1, 1, served=41).estimate(Family.NEIGHBOUR) == pytest.approx(2.8 / 211)


@given(st.sampled_from(Family), st.integers(0, 500), st.integers(0, 500), st.integers(0, 20))
def test_a_flag_always_counts_and_silence_never_outweighs_it(
    family: Family, compared: int, served: int, flagged: int
) -> None:
    before = ErrorRate(compared, 0, flagged, served + flagged).estimate(family)
    after = ErrorRate(compared, 0, flagged + 1, served + flagged).estimate(family)
    more = ErrorRate(compared, 0, flagged + 1, served + flagged + 1).estimate(family)
    assert before < after and more <= after


def test_one_flag_shuts_the_ways_that_guess_and_no_way_with_a_long_good_record() -> None:
    bound = CacheSettings().max_error
    shut = {family for family in Family if ErrorRate(flagged=1, served=1).estimate(family) >= bound}
    assert shut == {Family.NEIGHBOUR, Family.SLOTS}
    for family in Family:
        assert ErrorRate(flagged=1, served=1000, compared=50).estimate(family) < bound
        assert ErrorRate(flagged=3, served=3).estimate(family) >= bound
        assert ErrorRate(flagged=20, served=1000).estimate(family) >= bound


@given(st.lists(st.tuples(st.sampled_from("abcdefgh"), st.booleans(), st.integers(0, 99)), max_size=40))
@settings(max_examples=100, deadline=None)
def test_the_matrix_finds_what_a_dictionary_would(steps: list[tuple[str, bool, int]]) -> None:
    near, known = Neighbours(), {}
    for key, add, seed in steps:
        if add:
            vector = np.random.default_rng(seed).normal(size=4).astype(np.float32)
            known[key] = vector / np.linalg.norm(vector)
            near.add(key, known[key])
        else:
            known.pop(key, None)
            near.discard(key)
        asked = toward(1.0, 0.3, -0.2)
        expected = {k for k, v in known.items() if float(v @ asked) >= 0.2}
        assert {k for k, _ in near.find(asked, 0.2, 100)} == expected
    assert len(near) == len(known)


def test_packed_vectors_come_back_and_damage_is_no_neighbour() -> None:
    vector = toward(0.3, -0.4)
    assert unpack(pack(vector)) == pytest.approx(vector, abs=1e-3)
    assert unpack("") is None and unpack("no base64!") is None and unpack(pack(np.zeros(4, dtype=np.float32))) is None
