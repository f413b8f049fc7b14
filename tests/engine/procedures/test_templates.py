"""Templates among the procedures: made by learning, served, counted, forgotten with their examples, exactly undone."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from engine.events import Flag
from engine.procedures import Found, Missed, Procedures
from engine.procedures.error_bound import Family
from engine.procedures.procedures import BY_HAND
from engine.record import Record, Turn
from engine.routing.categories import Category, Route
from engine.settings import CacheSettings
from tests.engine.procedures.shelf import Shelf, served, turn

SKELETON = "how to round ⟨name⟩ to ⟨number⟩ digits"


def ask(n: int) -> str:
    return f"how do i round x to {n} digits"


def teach(procedures: Procedures, *digits: int, times: int = 3) -> tuple[list[Turn], list[str]]:
    turns, said = [], []
    for n in digits:
        for _ in range(times):
            turns.append(turn(ask(n), f"round(x, {n})"))
            said += procedures.observe(turns[-1], cacheable=True)
    return turns, said


def taught(*digits: int) -> tuple[Shelf, Procedures, list[Turn]]:
    shelf = Shelf()
    procedures = Procedures(shelf, CacheSettings())
    return shelf, procedures, teach(procedures, *digits)[0]


def hit(procedures: Procedures, n: int) -> Turn:
    """A turn that the template answers."""
    found = procedures.lookup(ask(n), Category.ROUTINE)
    assert isinstance(found, Found) and found.family is Family.SLOTS
    one = turn(ask(n), found.answer, Route.PROCEDURE)
    procedures.observe(one, cacheable=True, source=found.pattern)
    return one


def test_two_learned_pairs_generalise_and_it_is_said() -> None:
    procedures = Procedures(Shelf(), CacheSettings())
    assert served(procedures, ask(7)) is None
    _, said = teach(procedures, 2, 3)
    assert said[-2:] == [
        "learned “how to round x to 3 digits”: 3 answers agreed",
        f"generalised to “{SKELETON}”",
    ]
    found = procedures.lookup("How can I round x to 7 digits?", Category.ROUTINE)
    assert isinstance(found, Found)
    assert (found.answer, found.pattern, found.family) == ("round(x, 7)", SKELETON, Family.SLOTS)
    assert found.why == "the same task for x, 7, 2 procedures agreed"
    exact = procedures.lookup(ask(2), Category.ROUTINE)
    assert isinstance(exact, Found) and exact.family is Family.TEXT  # what is learned itself comes first
    refused = procedures.lookup("how do i round y to 7 digits", Category.ROUTINE)
    assert isinstance(refused, Missed) and refused.why == "only learned for “x”, not “y”"
    assert isinstance(procedures.lookup(ask(7), Category.DEBUG), Missed)


def test_it_is_listed_shown_and_counts_its_hits() -> None:
    _, procedures, _ = taught(2, 3)
    hit(procedures, 7)
    hit(procedures, 8)
    (known,) = (each for each in procedures.all() if each.template)
    assert known == procedures.get(SKELETON)
    assert (known.pattern, known.answer, known.learned) == (SKELETON, "round(x, ⟨number⟩)", True)
    assert (known.agreed, known.needed, known.uses, known.hits) == (2, 2, 2, 2)
    assert known.texts == ("how to round x to 2 digits", "how to round x to 3 digits")
    assert procedures.learned == 2


def test_wrong_forgets_the_template_and_has_its_examples_reconsidered_and_clearing_is_exact() -> None:
    shelf, procedures, _ = taught(2, 3)
    one = hit(procedures, 7)
    before = dict(shelf.rows)
    said = procedures.on_flag(one, Flag.WRONG, SKELETON)
    assert f"no longer answers “{SKELETON}” for other values" in said
    assert sum("reconsiders" in each for each in said) == 2
    for n in (2, 3, 7, 8):
        assert served(procedures, ask(n)) is None
    teach(procedures, 2, 3, 4, 5)  # agreed with again; one flag asks for three more examples
    assert served(procedures, ask(2)) and served(procedures, ask(8)) is None
    teach(procedures, 6)
    assert served(procedures, ask(8)) == "round(x, 8)"
    assert served(procedures, ask(7)) is None  # this very text was flagged
    shelf.rows = dict(before)
    procedures = Procedures(shelf, CacheSettings())
    procedures.on_flag(one, Flag.WRONG, SKELETON)
    assert f"generalised to “{SKELETON}”" in procedures.on_flag(one, None, SKELETON)
    assert shelf.rows == before and served(procedures, ask(7)) == "round(x, 7)"


def test_a_template_flagged_twice_never_answers_again() -> None:
    _, procedures, _ = taught(2, 3)
    ones = [hit(procedures, n) for n in (7, 8)]
    for one in ones:
        procedures.on_flag(one, Flag.WRONG, SKELETON)
    teach(procedures, *range(10, 25))
    assert served(procedures, ask(10)) and served(procedures, ask(30)) is None
    known = procedures.get(SKELETON)
    assert known is not None and known.banned and not known.learned


def test_a_wrong_example_takes_its_template_and_its_siblings_along() -> None:
    shelf, procedures, turns = taught(2, 3, 4)
    before = dict(shelf.rows)
    procedures.on_flag(turns[0], Flag.WRONG)
    assert [served(procedures, ask(n)) for n in (2, 3, 4, 7)] == [None] * 4
    procedures.on_flag(turns[0], None)
    assert shelf.rows == before and served(procedures, ask(7)) == "round(x, 7)"


def test_an_example_that_differs_speaks_against_it_at_once() -> None:
    _, procedures, _ = taught(2, 3)
    found = procedures.lookup(ask(7), Category.ROUTINE)
    assert isinstance(found, Found)
    contrary = turn(ask(7), "format(x, '.7f')")
    said = procedures.observe(contrary, True) + procedures.compare(found, contrary.answer)
    assert f"no longer answers “{SKELETON}” for other values" in said
    assert any("otherwise" in each for each in said)
    assert served(procedures, ask(8)) is None
    assert procedures.error_rates()[Family.SLOTS].differed == 1


def test_every_twentieth_hit_is_compared_and_no_more() -> None:
    _, procedures, _ = taught(2, 3)
    explored = 0
    for n in range(10, 70):
        found = procedures.lookup(ask(n), Category.ROUTINE)
        assert isinstance(found, Found) and found.family is Family.SLOTS
        if found.explore:
            explored += 1
            procedures.observe(turn(ask(n), found.answer), True)
            assert procedures.compare(found, found.answer) == []
        else:
            procedures.observe(turn(ask(n), found.answer, Route.PROCEDURE), True, source=found.pattern)
    assert explored == 3
    assert procedures.error_rates()[Family.SLOTS].compared == 3


def test_it_is_forgotten_by_hand_and_when_unused() -> None:
    shelf, procedures, turns = taught(2, 3)
    late = turns[-1].when + 90 * 86_400
    unused = procedures.lookup(ask(7), Category.ROUTINE, now=late)
    assert isinstance(unused, Missed) and "unused for 90 days" in unused.why
    assert procedures.forget(SKELETON) == [f"forgot “{SKELETON}”"]
    assert served(procedures, ask(7)) is None and served(procedures, ask(2)) is not None
    assert procedures.forget(SKELETON) == []
    assert BY_HAND in shelf.rows[SKELETON].details
    teach(procedures, 4, 5, 6)
    assert served(procedures, ask(7)) == "round(x, 7)"


def test_a_text_with_the_marks_of_slots_is_never_kept() -> None:
    shelf, procedures, _ = taught(2, 3)
    before = dict(shelf.rows)
    forged = turn(SKELETON, "rm -rf /")
    assert procedures.observe(forged, True) == [] and procedures.on_flag(forged, Flag.WRONG) == []
    assert shelf.rows == before and isinstance(procedures.lookup(SKELETON), Missed)


def test_it_lives_on_the_real_record_and_two_at_once_agree(tmp_path: Path) -> None:
    record = Record(tmp_path / "spark.db")
    first = Procedures(record, CacheSettings())
    turns, _ = teach(first, 2, 3)
    second = Procedures(record, CacheSettings())
    assert served(second, ask(7)) == "round(x, 7)"
    second.on_flag(turns[0], Flag.WRONG)  # of an example, in another process
    assert served(first, ask(7)) is None
    second.on_flag(turns[0], None)
    one = hit(second, 7)
    second.on_flag(one, Flag.WRONG, SKELETON)
    record.close()
    reopened = Procedures(Record(tmp_path / "spark.db"), CacheSettings())
    assert served(reopened, ask(8)) is None
    reopened.on_flag(one, None, SKELETON)
    assert served(reopened, ask(8)) == "round(x, 8)"


@pytest.mark.parametrize("answer", ["round(x, 3)\n", "  round(x, 3)"])
def test_space_around_an_answer_is_no_difference(answer: str) -> None:
    procedures = Procedures(Shelf(), CacheSettings())
    teach(procedures, 2)
    for _ in range(3):
        procedures.observe(replace(turn(ask(3), answer)), cacheable=True)
    assert served(procedures, ask(7)) == "round(x, 7)"
