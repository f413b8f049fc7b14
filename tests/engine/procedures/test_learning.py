"""Learning by agreement: what is learned, what is not, and what is said about it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.events import Flag
from engine.procedures import Found, Missed, Procedures
from engine.record import Turn
from engine.routing.categories import Category, Route
from engine.settings import CacheSettings
from tests.engine.procedures.shelf import Shelf, served, taught, turn


def test_never_learned_after_one_or_two_but_after_three() -> None:
    procedures = Procedures(Shelf(), CacheSettings())
    said = []
    for _ in range(3):
        assert served(procedures, "how do i reverse a list") is None
        said += procedures.observe(turn("how do i reverse a list", "list[::-1]"), cacheable=True)
    assert said == [
        "“how to reverse a list”: 1 of 3 agreeing answers",
        "“how to reverse a list”: 2 of 3 agreeing answers",
        "learned “how to reverse a list”: 3 answers agreed",
    ]
    found = procedures.lookup("How can I reverse a list?", Category.ROUTINE)
    assert isinstance(found, Found)
    assert (found.answer, found.pattern, found.uses, found.learned) == ("list[::-1]", "how to reverse a list", 3, 1)
    assert "same question" in found.why and 0 < found.similarity < 1
    exact = procedures.lookup("how do i reverse a list", Category.ROUTINE)
    assert isinstance(exact, Found) and exact.similarity == 1.0 and "same text" in exact.why


@pytest.mark.parametrize(("sure", "uses"), [(0.99, 3), (0.9, 3), (0.8, 6), (0.7, 8), (0.5, 11)])
def test_the_less_sure_the_reading_was_the_more_answers_must_pass(sure: float, uses: int) -> None:
    _, procedures, turns = taught(uses - 1, sure=sure)
    assert served(procedures, turns[0].text) is None
    said = procedures.observe(turn(turns[0].text, turns[0].answer), cacheable=True, sure=sure)
    assert said == [f"learned “how to reverse a list”: {uses} answers agreed"]
    assert served(procedures, turns[0].text) == turns[0].answer


def test_why_it_takes_longer_is_said_and_what_is_sure_now_counts() -> None:
    _, procedures, turns = taught(2, sure=0.5)
    again = [turn(turns[0].text, turns[0].answer) for _ in range(2)]
    assert procedures.observe(again[0], cacheable=True, sure=0.5) == [
        "“how to reverse a list”: 3 of 11 agreeing answers, since it may not have read the right thing"
    ]
    assert procedures.observe(again[1], cacheable=True, sure=0.99) == [
        "learned “how to reverse a list”: 4 answers agreed"
    ]


def test_a_turn_told_twice_counts_once() -> None:
    procedures = Procedures(Shelf(), CacheSettings())
    one = turn("how do i exit vim", ":q")
    for _ in range(5):
        procedures.observe(one, cacheable=True)
    assert served(procedures, "how do i exit vim") is None


def test_another_answer_starts_the_count_again_and_forgets_what_was_learned() -> None:
    _, procedures, _ = taught()
    assert procedures.observe(turn("how to reverse a list", "reversed(x)"), cacheable=True) == [
        "forgot “how to reverse a list”: another answer came"
    ]
    assert served(procedures, "how to reverse a list") is None
    assert procedures.learned == 0


def test_trailing_space_is_no_disagreement() -> None:
    procedures = Procedures(Shelf(), CacheSettings())
    for answer in ("a  \nb", "a\nb\n", " a\nb "):
        procedures.observe(turn("how to exit vim", answer), cacheable=True)
    assert served(procedures, "how to exit vim") is not None


@pytest.mark.parametrize(
    ("one", "cacheable"),
    [
        (turn("how to exit vim", ":q"), False),
        (turn("how to exit vim", "   "), True),
        (turn("how to exit vim", ":q", category=Category.EXPLAIN), True),
        (turn("what time is it", "late"), True),
        (turn("and then?", "nothing"), True),
        (replace(turn("how to exit vim", ":q"), flag=Flag.WRONG), True),
    ],
)
def test_what_is_not_learned(one: Turn, cacheable: bool) -> None:
    shelf = Shelf()
    procedures = Procedures(shelf, CacheSettings())
    for number in range(5):
        assert procedures.observe(replace(one, id=f"x{number}"), cacheable) == []
    assert shelf.rows == {}


def test_only_routine_questions_are_answered_from_habit() -> None:
    _, procedures, _ = taught()
    assert isinstance(procedures.lookup("how do i reverse a list", Category.DEBUG), Missed)
    assert isinstance(procedures.lookup("how do i reverse a list"), Found)


def test_hits_and_uses_are_counted() -> None:
    _, procedures, _ = taught()
    for _ in range(4):
        assert procedures.observe(turn("how to reverse a list", "list[::-1]", Route.PROCEDURE), True) == []
    (known,) = procedures.all()
    assert (known.uses, known.hits, known.wrong, known.agreed, known.needed, known.learned) == (7, 4, 0, 3, 3, True)
    assert known.texts == ("how do i reverse a list", "how to reverse a list")[: len(known.texts)]


def test_a_miss_names_its_nearest_neighbour_and_the_difference() -> None:
    _, procedures, _ = taught()
    missed = procedures.lookup("how do i reverse a string", Category.ROUTINE)
    assert isinstance(missed, Missed)
    assert missed.nearest == "how to reverse a list"
    assert missed.similarity == pytest.approx(0.8)
    assert missed.why == "other words (“string”, not “list”)"
    nothing = procedures.lookup("zebra", Category.ROUTINE)
    assert isinstance(nothing, Missed) and nothing.nearest is None and nothing.similarity is None
