"""The ranking itself, on items and matches made by hand: each test is a mistake that memories have made."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.events import Flag
from engine.memory.recall import Match, Ranked, Ranking, offered, rank, readable
from engine.record import Item

DAY = 86_400.0
NOW = 1_000 * DAY
GOOD, POOR = Match(0.7, 0.8), Match(0.2, 0.1)


def item(number: int, **changes: object) -> Item:
    base = Item(number, f"i{number}", "turn", "s", NOW, f"text {number}", "answer", None, "", "", None, 0, None)
    return replace(base, **changes)  # type: ignore[arg-type]


def order(
    items: list[Item],
    matches: dict[int, Match],
    neighbours: dict[int, tuple[int | None, int | None]] | None = None,
    ranking: Ranking = Ranking.HYBRID,
) -> list[Ranked]:
    return rank(matches, neighbours or {}, {one.number: one for one in items}, ranking, NOW, 30.0)


def numbers(ranked: list[Ranked]) -> list[int]:
    return [one.item.number for one in ranked]


def test_the_better_match_comes_first_however_old() -> None:
    items = [item(1, when=0.0), item(2)]
    assert numbers(order(items, {1: GOOD, 2: POOR})) == [1, 2]


def test_of_two_equal_matches_the_newer_comes_first() -> None:
    items = [item(1, when=NOW - 90 * DAY), item(2, when=NOW - DAY)]
    assert numbers(order(items, {1: GOOD, 2: GOOD})) == [2, 1]
    same_moment = [item(1), item(2), item(3)]
    assert numbers(order(same_moment, dict.fromkeys((1, 2, 3), GOOD))) == [3, 2, 1]


def test_a_few_letters_more_do_not_make_an_old_fact_win() -> None:
    items = [item(1, text="my editor is neovim, really", when=NOW - 60), item(2, text="my editor is vi")]
    assert numbers(order(items, {1: GOOD, 2: GOOD})) == [2, 1]


def test_of_two_equal_matches_the_flagged_and_the_used_come_first() -> None:
    assert numbers(order([item(1, flag=Flag.IMPORTANT), item(2)], {1: GOOD, 2: GOOD})) == [1, 2]
    assert numbers(order([item(1, uses=9, used=NOW), item(2)], {1: GOOD, 2: GOOD})) == [1, 2]
    old_and_important = item(1, flag=Flag.IMPORTANT, when=NOW - 3_000 * DAY)
    old_and_long = item(2, when=NOW - 3_000 * DAY, answer="x" * 9_000)
    assert numbers(order([old_and_important, old_and_long], {1: GOOD, 2: GOOD})) == [1, 2]


def test_the_priors_are_gentle() -> None:
    """Age and importance never turn a clear difference around: the whole range is a tenth of the score."""
    best_case = item(1, flag=Flag.IMPORTANT)
    worst_case = item(2, when=0.0)
    assert numbers(order([best_case, worst_case], {1: Match(0.6, 0.6), 2: GOOD})) == [2, 1]
    (high, low) = order([best_case, worst_case], {1: GOOD, 2: GOOD})
    assert 1 < high.score / low.score < 1.11


def test_neighbours_speak_for_a_line_of_a_conversation_the_one_before_more_than_the_one_after() -> None:
    items = [item(n, kind="import") for n in (1, 2, 3, 9)]
    beside: dict[int, tuple[int | None, int | None]] = {1: (None, 2), 2: (1, 3), 3: (2, None), 9: (None, None)}
    ranked = order(items, {2: GOOD, 9: POOR}, beside)
    assert numbers(ranked) == [2, 3, 1, 9]


def test_a_turn_of_ones_own_needs_something_to_say_for_itself() -> None:
    items = [item(n) for n in (1, 2, 3)]
    beside: dict[int, tuple[int | None, int | None]] = {1: (None, 2), 2: (1, 3), 3: (2, None)}
    ranked = order(items, {2: GOOD, 3: POOR}, beside)
    assert numbers(ranked) == [2, 3]
    (alone,) = order([item(3)], {3: POOR})
    assert ranked[1].score == pytest.approx(alone.score * 2**0.5)


def test_words_alone_do_not_count_where_the_meaning_is_another() -> None:
    assert order([item(1)], {1: Match(0.0, 1.0)}) == []


def test_one_kind_of_ranking_uses_one_kind_of_evidence() -> None:
    items = [item(1), item(2)]
    matches = {1: Match(0.9, 0.1), 2: Match(0.1, 0.9)}
    by_meaning = order(items, matches, ranking=Ranking.SEMANTIC)
    by_words = order(items, matches, ranking=Ranking.KEYWORD)
    assert numbers(by_meaning) == [1, 2]
    assert numbers(by_words) == [2, 1]
    assert by_meaning[0].score == pytest.approx(0.9)
    assert by_words[0].score == pytest.approx(0.9)


parts = st.floats(0, 1)


@given(parts, parts, parts, parts)
def test_more_evidence_never_ranks_lower(semantic: float, keyword: float, more: float, words: float) -> None:
    def score(match: Match) -> float:
        return next((one.score for one in order([item(1)], {1: match})), 0.0)

    base = score(Match(semantic, keyword))
    assert 0 <= base <= 1
    assert score(Match(max(semantic, more), max(keyword, words))) >= base


def test_what_is_offered_is_relevant_not_wrong_not_before_the_eyes_and_not_twice_the_same() -> None:
    items = [
        item(1, flag=Flag.WRONG),
        item(2),
        item(3, text="What is MY  name?"),
        item(4, text="what is my name?"),
        item(5),
        item(6),
    ]
    ranked = order(items, {**dict.fromkeys(range(1, 6), GOOD), 6: POOR})
    assert [one.item.number for one in offered(ranked, 9, 0.4, exclude=["i2"])] == [5, 4]
    assert [one.item.number for one in offered(ranked, 1, 0.4)] == [5]
    assert offered(ranked, 0, 0.4) == []
    assert offered(ranked, 9, 0.99) == []


def test_the_same_question_in_nearly_the_same_words_is_offered_once() -> None:
    vector = np.array([1, 0], dtype=np.float32)
    alike = np.array([0.99, 0.14], dtype=np.float32)
    other = np.array([0.8, 0.6], dtype=np.float32)
    matches = {n: Match(0.8, 0.8, v) for n, v in ((1, alike), (2, vector), (3, other))}
    ranked = order([item(1), item(2), item(3, when=0.0)], matches)
    assert [one.item.number for one in offered(ranked, 9, 0.4)] == [2, 3]


def test_how_each_kind_reads() -> None:
    assert readable(item(1, text="hi ", answer=" ho")) == "You: hi\nSpark: ho"
    assert readable(item(1, kind="import", speaker="Ann", text="hi", answer="")) == "Ann: hi"
    assert readable(item(1, kind="import", speaker=None, text="hi", answer="")) == "hi"
    assert readable(item(1, kind="document", text="f(x): does it", title="f", answer="")) == "f(x): does it"


def test_a_document_that_is_asked_for_by_name_comes_before_its_namesakes() -> None:
    method = item(1, kind="document", title="collections.Counter.elements")
    asked = item(2, kind="document", title="collections.Counter")
    items, matches = {1: method, 2: asked}, {1: GOOD, 2: POOR}
    named = frozenset({"collections.Counter"})
    assert numbers(rank(matches, {}, items, Ranking.HYBRID, NOW, 30.0, named)) == [2, 1]
    assert numbers(rank(matches, {}, items, Ranking.HYBRID, NOW, 30.0)) == [1, 2]
