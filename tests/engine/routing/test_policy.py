"""The policy table, written out in full: a change of any path must be made twice, on purpose."""

from __future__ import annotations

import math

import pytest

from engine.routing.categories import Category, Route
from engine.routing.policy import (
    HANDED_OVER,
    POLICY,
    READS,
    asked_for,
    choose,
    handed_over,
    having_read,
    without_procedure,
)


@pytest.mark.parametrize(
    ("category", "route", "memory"),
    [
        (Category.COMPLETION, Route.FAST, True),
        (Category.ROUTINE, Route.PROCEDURE, True),
        (Category.EXPLAIN, Route.CORE, True),
        (Category.DEBUG, Route.CORE, True),
    ],
)
def test_confident_queries_follow_the_table(category: Category, route: Route, memory: bool) -> None:
    for confidence in (0.8, 0.93, 1.0):  # the threshold itself is enough
        choice = choose(category, confidence, 0.8)
        assert (choice.route, choice.use_memory) == (route, memory)
        assert choice.reason


@pytest.mark.parametrize("category", Category)
@pytest.mark.parametrize("confidence", [0.0, 0.5, 0.7999, math.nan])
def test_unsure_means_the_core_with_memory(category: Category, confidence: float) -> None:
    choice = choose(category, confidence, 0.8)
    assert (choice.route, choice.use_memory) == (Route.CORE, True)
    assert "0.80" in choice.reason


def test_every_category_has_a_path() -> None:
    assert set(POLICY) == set(Category)


def test_a_threshold_of_zero_always_trusts_and_of_one_almost_never() -> None:
    assert choose(Category.COMPLETION, 0.0, 0.0).route is Route.FAST
    assert choose(Category.COMPLETION, 0.999, 1.0).route is Route.CORE


def test_routine_without_a_procedure_goes_to_the_core() -> None:
    choice = without_procedure(choose(Category.ROUTINE, 0.9, 0.8))
    assert (choice.route, choice.use_memory) == (Route.CORE, True)
    fast = choose(Category.COMPLETION, 0.9, 0.8)
    assert without_procedure(fast) is fast


@pytest.mark.parametrize("route", Route)
def test_a_path_that_was_asked_for_is_taken(route: Route) -> None:
    assert asked_for(route).route is route


def test_what_stands_in_a_text_is_for_the_core_to_read() -> None:
    fast, core = choose(Category.COMPLETION, 0.9, 0.8), choose(Category.EXPLAIN, 0.9, 0.8)
    assert having_read(fast, texts=True) is READS
    assert having_read(fast, texts=False) is fast
    assert having_read(core, texts=True) is core


def test_why_the_core_wrote_instead_of_the_fast_path() -> None:
    assert handed_over(Route.FAST, Route.CORE, texts=False) is HANDED_OVER
    assert handed_over(Route.FAST, Route.CORE, texts=True) is READS
    assert handed_over(Route.FAST, Route.FAST, texts=True) is None
    assert handed_over(Route.PROCEDURE, Route.CORE, texts=False) is None
