"""Forgetting at once, exactly undone, and never serving a flagged answer again."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.events import Flag
from engine.procedures import Found, Missed, Procedures
from engine.procedures.trust import answer_key
from engine.record import Turn
from engine.routing.categories import Category, Route
from engine.settings import CacheSettings
from tests.engine.procedures.shelf import Shelf, served, taught, turn


def test_wrong_forgets_at_once_and_makes_learning_harder() -> None:
    _, procedures, turns = taught()
    assert procedures.on_flag(turns[-1], Flag.WRONG) == [
        "forgot “how to reverse a list”",
        "“how to reverse a list” now needs 6 agreeing answers",
    ]
    for number in range(1, 7):
        assert served(procedures, "how to reverse a list") is None
        procedures.observe(turn("how to reverse a list", "x.reverse()"), cacheable=True)
        assert (served(procedures, "how to reverse a list") == "x.reverse()") == (number == 6)


def test_the_flagged_answer_itself_is_never_learned_again() -> None:
    _, procedures, turns = taught()
    procedures.on_flag(turns[0], Flag.WRONG)
    for _ in range(50):
        assert procedures.observe(turn("how to reverse a list", "list[::-1]"), cacheable=True) == []
    assert served(procedures, "how to reverse a list") is None


def test_flagged_twice_is_never_answered_from_the_cache_again() -> None:
    _, procedures, turns = taught()
    procedures.on_flag(turns[0], Flag.WRONG)
    other = [turn("how to reverse a list", "x.reverse()") for _ in range(6)]
    for each in other:
        procedures.observe(each, cacheable=True)
    hit = turn("how to reverse a list", "x.reverse()", Route.PROCEDURE)
    procedures.observe(hit, cacheable=True)
    assert "“how to reverse a list” is never again answered from habit" in procedures.on_flag(hit, Flag.WRONG)
    for _ in range(100):
        procedures.observe(turn("how to reverse a list", "sorted(x)"), cacheable=True)
    missed = procedures.lookup("how to reverse a list", Category.ROUTINE)
    assert isinstance(missed, Missed) and "flagged wrong 2 times" in missed.why


def test_clearing_a_flag_puts_everything_back() -> None:
    shelf, procedures, turns = taught()
    before = dict(shelf.rows)
    procedures.on_flag(turns[1], Flag.WRONG)
    procedures.on_flag(turns[1], Flag.WRONG)  # the same flag again is one flag
    assert procedures.on_flag(turns[1], None) == [
        "“how to reverse a list” is answered from habit again",
        "“how to reverse a list” now needs 3 agreeing answers",
    ]
    assert shelf.rows == before
    assert served(procedures, "how to reverse a list") == "list[::-1]"
    procedures.on_flag(turns[1], Flag.WRONG)
    procedures.on_flag(turns[1], Flag.IMPORTANT)  # changing one's mind clears it too
    assert served(procedures, "how to reverse a list") == "list[::-1]"
    procedures.on_flag(turns[1], None)
    assert shelf.rows == before


def test_important_vouches_for_an_answer_whose_reading_was_unsure() -> None:
    shelf, procedures, turns = taught(3, sure=0.5)
    assert served(procedures, "how to reverse a list") is None
    before = dict(shelf.rows)
    assert procedures.on_flag(turns[0], Flag.IMPORTANT) == [
        "“how to reverse a list” is answered from habit again",
        "“how to reverse a list” now needs 3 agreeing answers",
    ]
    assert served(procedures, "how to reverse a list") == "list[::-1]"
    procedures.on_flag(turns[0], None)
    assert shelf.rows == before and served(procedures, "how to reverse a list") is None
    procedures.on_flag(turns[0], Flag.IMPORTANT)
    procedures.on_flag(turns[1], Flag.WRONG)  # the same answer: wrong is the stronger word
    assert served(procedures, "how to reverse a list") is None


def test_important_says_nothing_of_an_answer_that_was_never_counted() -> None:
    shelf, procedures, turns = taught()
    before = dict(shelf.rows)
    procedures.on_flag(turn("how do i reverse a list", "something else"), Flag.IMPORTANT)
    assert shelf.rows == before
    said = procedures.on_flag(turns[0], Flag.IMPORTANT)
    assert said == ["trusts “how to reverse a list” more"]


def test_a_flag_on_what_was_never_used_leaves_no_trace_when_cleared() -> None:
    shelf = Shelf()
    procedures = Procedures(shelf, CacheSettings())
    one = turn("what is a list", "a tuple", category=Category.EXPLAIN)
    procedures.on_flag(one, Flag.WRONG)
    assert len(shelf.rows) == 1
    procedures.on_flag(one, None)
    assert shelf.rows == {}


def test_forgetting_by_hand_keeps_what_was_flagged() -> None:
    shelf, procedures, turns = taught()
    assert procedures.forget("How can I reverse a list") == ["forgot “how to reverse a list”"]
    assert served(procedures, "how to reverse a list") is None and shelf.rows == {}
    procedures.on_flag(turns[0], Flag.WRONG)
    procedures.forget("how to reverse a list")
    assert [p.wrong for p in procedures.all()] == [1]


TEXTS = ("how do i exit vim", "How to exit vim?", "hello", "how to exit vim not", "what time is it")
ANSWERS = ("a", "b", "c ")
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("use"), st.sampled_from(TEXTS), st.sampled_from(ANSWERS), st.booleans()),
        st.tuples(st.just("ask"), st.sampled_from(TEXTS)),
        st.tuples(st.just("wrong"), st.integers(0, 40)),
        st.tuples(st.just("clear"), st.integers(0, 40)),
        st.tuples(st.just("reopen")),
    ),
    max_size=60,
)


@given(STEPS, st.integers(2, 4), st.integers(1, 3))
@settings(max_examples=300, deadline=None)
def test_a_flagged_answer_is_never_served(steps: list[tuple[object, ...]], agreements: int, penalty: int) -> None:
    """Any order of uses, questions, flags, clearings and restarts: the rules hold after every step."""
    shelf = Shelf()
    knobs = CacheSettings(agreements, penalty)
    procedures = Procedures(shelf, knobs)
    done: list[Turn] = []
    flagged: dict[str, Turn] = {}
    for step in steps:
        match step:
            case ("use", str(text), str(answer), bool(cacheable)):
                done.append(turn(text, answer))
                procedures.observe(done[-1], cacheable)
            case ("ask", str(text)):
                found = procedures.lookup(text, Category.ROUTINE)
                if isinstance(found, Found):
                    done.append(turn(text, found.answer, Route.PROCEDURE))
                    procedures.observe(done[-1], True)
            case ("wrong", int(place)) if done:
                victim = done[place % len(done)]
                procedures.on_flag(victim, Flag.WRONG)
                flagged[victim.id] = victim
            case ("clear", int(place)) if done:
                victim = done[place % len(done)]
                procedures.on_flag(victim, None)
                flagged.pop(victim.id, None)
            case ("reopen",):
                procedures = Procedures(shelf, knobs)
            case _:
                pass
        vim = {"how do i exit vim", "How to exit vim?"}
        for text in TEXTS:
            answer = served(procedures, text)
            same = [t for t in flagged.values() if t.text == text or {t.text, text} <= vim]
            assert answer is None or answer_key(answer) not in {answer_key(t.answer) for t in same}
            assert answer is None or len(same) < 2
            assert answer is None or text != "what time is it"
        assert procedures.learned == sum(row.learned for row in shelf.rows.values())
    # Flagging and clearing at the end changes nothing at all.
    for victim in done:
        if victim.id not in flagged:
            before = dict(shelf.rows)
            procedures.on_flag(victim, Flag.WRONG)
            procedures.on_flag(victim, None)
            assert shelf.rows == before
