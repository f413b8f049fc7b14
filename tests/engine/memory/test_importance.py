"""The formula of importance, and the bugs that such formulas are known for."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.events import Flag
from engine.memory.importance import importance, recency
from engine.record import Item

DAY = 86_400.0
NOW = 1_000 * DAY
HALF = 30.0
ITEM = Item(1, "a", "turn", "s", NOW, "what?", "this", None, "", "", None, 0, None)


def test_the_newest_is_the_most_recent_and_a_half_life_halves() -> None:
    ages = [recency(replace(ITEM, when=NOW - days * DAY), NOW, HALF) for days in (0, 1, 30, 60, 900)]
    assert ages == sorted(ages, reverse=True)
    assert ages[0] == 1
    assert ages[2] == pytest.approx(0.5)
    assert ages[3] == pytest.approx(0.25)
    assert recency(replace(ITEM, when=NOW + DAY), NOW, HALF) == 1
    assert recency(replace(ITEM, kind="document", when=0.0), NOW, HALF) == 0.5


def test_more_use_never_means_less() -> None:
    by_use = [importance(replace(ITEM, uses=uses, used=NOW), NOW, HALF) for uses in (0, 1, 2, 4, 50)]
    assert by_use == sorted(by_use)
    assert len(set(by_use)) == 5
    assert by_use[1] == pytest.approx(1 / 3, abs=0.01)


def test_a_stronger_memory_does_not_fade_faster() -> None:
    def left(uses: int) -> float:
        item = replace(ITEM, uses=uses, used=NOW)
        return importance(item, NOW + 30 * DAY, HALF) / importance(item, NOW, HALF)

    assert left(1) == pytest.approx(0.5)
    assert left(50) == pytest.approx(left(1))


def test_use_starts_the_clock_anew() -> None:
    old = replace(ITEM, when=NOW - 300 * DAY, uses=3, used=NOW - 300 * DAY)
    assert importance(replace(old, used=NOW), NOW, HALF) > 100 * importance(old, NOW, HALF)


def test_a_long_discussion_matters_more_than_a_word() -> None:
    by_length = [importance(replace(ITEM, answer="x" * n), NOW, HALF) for n in (300, 1000, 4000, 9000)]
    assert by_length == [0.0, pytest.approx(0.5 * 610 / 3600, abs=0.01), 0.5, 0.5]


def test_flags_rule() -> None:
    ancient = replace(ITEM, when=0.0)
    assert importance(replace(ancient, flag=Flag.IMPORTANT), NOW, HALF) == 1
    assert importance(replace(ITEM, uses=100, used=NOW, flag=Flag.WRONG), NOW, HALF) == 0


def test_a_document_does_not_fade() -> None:
    document = replace(ITEM, kind="document", uses=2, used=0.0, when=0.0)
    assert importance(document, NOW, HALF) == 0.5


@given(
    st.floats(0, 2 * NOW), st.integers(0, 10**6), st.one_of(st.none(), st.floats(0, 2 * NOW)), st.floats(0.01, 36_500)
)
def test_always_between_nothing_and_all(when: float, uses: int, used: float | None, half_life: float) -> None:
    item = replace(ITEM, when=when, uses=uses, used=used)
    assert 0 <= importance(item, NOW, half_life) <= 1
    assert 0 <= recency(item, NOW, half_life) <= 1
