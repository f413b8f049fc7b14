"""What may be read for whom: code for writing code, talk for what was told, and what surely fits for the rest."""

from __future__ import annotations

import numpy as np
import pytest

from engine.events import Assessed
from engine.memory import CODE, DOCUMENTS, EVERYTHING, SAID
from engine.reading_list import ReadingList, reading_list
from engine.reflex import Assessment
from engine.routing.categories import Category
from engine.routing.policy import choose

COMPLETION, ROUTINE, EXPLAIN, DEBUG = Category.COMPLETION, Category.ROUTINE, Category.EXPLAIN, Category.DEBUG


def judged(text: str, category: Category, outside: float = 0.0) -> Assessment:
    choice = choose(category, 0.95, 0.8)
    shares = dict.fromkeys(Category, (1 - outside) / 4)
    event = Assessed("t", text, category, 0.95, shares, outside, 0.8, choice.route, choice.reason, 1.0)
    return Assessment(event, choice, np.zeros(4, np.float32), 0.0, 0.0)


@pytest.mark.parametrize(
    ("text", "category", "outside", "kinds", "surely"),
    [
        ("def is_even(n):", COMPLETION, 0.0, CODE, False),
        ("write a function that doubles a number", COMPLETION, 0.0, CODE, False),
        ("a class for a stack", COMPLETION, 0.0, CODE, False),
        ("write a hangman game", COMPLETION, 0.0, CODE | DOCUMENTS, True),
        ("finish the list\nx = [", COMPLETION, 0.0, CODE, False),
        ("tail -n 20 equivalent", COMPLETION, 0.0, EVERYTHING, False),  # taken for a completion, and none
        ("scrape titles out of a page's markup", COMPLETION, 0.0, EVERYTHING, False),
        ("how do i reverse a list", ROUTINE, 0.0, DOCUMENTS, False),
        ("what is a decorator", EXPLAIN, 0.0, EVERYTHING, False),
        ("what is my dog called?", EXPLAIN, 0.0, SAID, False),
        ("what is my dog called?", EXPLAIN, 0.9, SAID, False),
        ("my code fails\nKeyError: 'a'", DEBUG, 0.0, EVERYTHING, False),
        ("letters like e need to become plain", EXPLAIN, 0.9, EVERYTHING, True),
        ("hi there", EXPLAIN, 0.9, EVERYTHING, False),
    ],
)
def test_kinds(text: str, category: Category, outside: float, kinds: frozenset[str], surely: bool) -> None:
    assert reading_list(text, judged(text, category, outside)) == ReadingList(kinds, surely)


@pytest.mark.parametrize(("text", "category"), [("password hint?", ROUTINE), ("code word?", COMPLETION)])
def test_what_was_told_is_read_whatever_the_question_is_taken_for(text: str, category: Category) -> None:
    taken = judged(text, category)
    assert SAID.isdisjoint(reading_list(text, taken).kinds)
    assert reading_list(text, taken, told=True) == ReadingList(EVERYTHING)
