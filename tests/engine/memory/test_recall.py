"""The ranking itself, on items and matches made by hand: each test is a mistake that memories have made."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.events import Flag
from engine.memory.offering import offered
from engine.memory.recall import WEIGHTS, Match, Ranked, Ranking, rank, readable
from engine.record import Item

DAY = 86_400.0
NOW = 1_000 * DAY
GOOD, POOR = Match(0.7, 0.8, None, 0.6, 0.6, 0.7), Match(0.2, 0.1, None, 0.25, 0.25, 0.2)


def item(number: int, **changes: object) -> Item:
    base = Item(number, f"i{number}", "turn", "s", NOW, f"text {number}", "answer", None, "", "", None, 0, None)
    return replace(base, **changes)  # type: ignore[arg-type]


def order(
    items: list[Item], matches: dict[int, Match], ranking: Ranking = Ranking.HYBRID, query: str = ""
) -> list[Ranked]:
    found = {one.number: one for one in items}
    return rank(matches, found, ranking, NOW, 30.0, query)


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
    assert numbers(order([best_case, worst_case], {1: Match(0.6, 0.6, None, 0.5, 0.5, 0.6), 2: GOOD})) == [2, 1]
    (high, low) = order([best_case, worst_case], {1: GOOD, 2: GOOD})
    assert 1 < high.score / low.score < 1.11


def test_a_line_of_a_conversation_may_lean_on_the_lines_beside_it() -> None:
    """A turn of one's own holds question and answer both: there a stranger beside a good match stays a stranger."""
    beside = Match(0.2, 0.0, None, late=0.25, window=0.6, around=0.4)
    line, turn = item(1, kind="import", answer="", speaker="Ann"), item(2)
    (first, second) = order([line, turn], {1: beside, 2: beside})
    assert first.item.number == 1
    assert first.score > 0.6
    assert second.score < 0.3


def test_a_line_that_only_asks_comes_after_one_that_tells_and_a_caption_hides_no_question() -> None:
    asks = item(2, kind="import", text="Ann: Did you like it? [shared a photo]", answer="")
    tells = item(1, kind="import", text="Bob: I liked it!", answer="")
    assert numbers(order([asks, tells], dict.fromkeys((1, 2), GOOD))) == [1, 2]
    answered = item(3, text="Did you like it?", answer="Yes.")
    assert numbers(order([answered, tells], dict.fromkeys((1, 3), GOOD))) == [3, 1]


def test_a_line_of_the_one_who_is_named_is_a_little_better() -> None:
    ann, bob = item(1, kind="import", speaker="Ann"), item(2, kind="import", speaker="Bob")
    both = dict.fromkeys((1, 2), GOOD)
    assert numbers(order([ann, bob], both)) == [2, 1]
    assert numbers(order([ann, bob], both, query="what does ann play")) == [1, 2]
    assert numbers(order([ann, bob], {1: POOR, 2: GOOD}, query="what does ann play")) == [2, 1]


def test_words_alone_do_not_count_in_a_document_where_the_meaning_is_another() -> None:
    assert order([item(1, kind="document")], {1: Match(0.0, 1.0)})[0].score < 0.05


def test_each_part_can_be_switched_off() -> None:
    found = {1: item(1, kind="import", text="is it?", answer="", speaker="Ann", when=NOW - 30 * DAY)}
    match = {1: Match(0.5, 0.5, None, 0.4, 0.5, 0.6)}

    def score(**weights: float) -> float:
        return rank(match, found, Ranking.HYBRID, NOW, 30.0, "ann", replace(WEIGHTS, **weights))[0].score

    whole = score()
    assert score(around=0.0) < whole
    assert score(keyword=0.0) < whole
    assert score(asks=0.0) > whole
    assert score(named=0.0) < whole
    assert score(prior=0.0) != whole
    assert score(late=0.0) != whole


def test_one_kind_of_ranking_uses_one_kind_of_evidence() -> None:
    items = [item(1), item(2)]
    matches = {1: Match(0.9, 0.1, None, 0.1), 2: Match(0.1, 0.9, None, 0.1)}
    by_meaning = order(items, matches, ranking=Ranking.SEMANTIC)
    by_words = order(items, matches, ranking=Ranking.KEYWORD)
    assert numbers(by_meaning) == [1, 2]
    assert numbers(by_words) == [2, 1]
    assert by_meaning[0].score == pytest.approx(0.9)
    assert by_words[0].score == pytest.approx(0.9)


parts = st.floats(0, 1)


@given(parts, parts, parts, parts, st.booleans(), st.sampled_from(["turn", "import", "document"]))
def test_more_evidence_never_ranks_lower(
    semantic: float, keyword: float, late: float, more: float, apart: bool, kind: str
) -> None:
    def score(semantic: float, keyword: float, late: float) -> float:
        match = Match(semantic, keyword, None, *((late, late) if apart else (None, None)), semantic)
        return next((one.score for one in order([item(1, kind=kind)], {1: match})), 0.0)

    base = score(semantic, keyword, late)
    assert 0 <= base <= 1
    assert score(max(semantic, more), max(keyword, more), max(late, more)) >= base


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


@pytest.mark.parametrize(
    ("text", "answer", "stays"),
    [
        ("what does foo.bar do", "I do not have `foo.bar` in my memory, so I cannot say what it does.", False),
        ("my port?", "You have not told me the port. Tell me and I will remember it.", False),
        ("foo.bar", "I do not have `foo.bar` in my memory, so I cannot say what it does.", False),
        ("i use vim", "I only know Python and what you have told me, so I cannot help with that.", True),
        ("what does len do", "`len(obj)` returns the number of items.", True),
    ],
)
def test_a_question_that_found_no_answer_is_not_offered(text: str, answer: str, stays: bool) -> None:
    ranked = order([item(1, text=text, answer=answer)], {1: GOOD})
    assert bool(offered(ranked, 2, 0.0, asked="something else")) == stays


def test_the_same_question_in_nearly_the_same_words_is_offered_once() -> None:
    vector = np.array([1, 0], dtype=np.float32)
    alike = np.array([0.99, 0.14], dtype=np.float32)
    other = np.array([0.8, 0.6], dtype=np.float32)
    matches = {n: Match(0.8, 0.8, v, 0.7, 0.7) for n, v in ((1, alike), (2, vector), (3, other))}
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
    items, matches = {1: method, 2: asked}, {1: Match(0.7, 0.8), 2: Match(0.2, 0.1)}
    assert numbers(rank(matches, items, Ranking.HYBRID, NOW, 30.0, "collections.Counter")) == [2, 1]
    assert numbers(rank(matches, items, Ranking.HYBRID, NOW, 30.0)) == [1, 2]


def test_a_document_whose_heading_is_asked_comes_first() -> None:
    documents = [
        item(1, kind="document", title="Thanks", text="Thanks\nYou are welcome!"),
        item(2, kind="document", title="Good job", text="Good job\nThank you!"),
    ]
    matches = {1: Match(0.2, 0.0), 2: Match(0.4, 0.0)}
    assert numbers(order(documents, matches, query="thanks!")) == [1, 2]
    assert numbers(order(documents, matches, query="many thanks")) == [2, 1]


def test_what_stands_alone_is_found_by_what_it_says_as_a_whole() -> None:
    """No word of it is in the question; a dialogue's line of the same likeness would be noise."""
    in_other_words = Match(0.6, 0.0, None, late=0.2, window=0.9, around=0.6)
    same_words = Match(0.3, 0.3, None, late=0.5, window=0.5, around=0.3)
    for changes in ({}, {"kind": "import", "answer": ""}):
        found = [item(1, **changes), item(2, **changes)]
        assert numbers(order(found, {1: in_other_words, 2: same_words})) == [1, 2]
    lines = [item(1, kind="import", text="Ann Lee: a", answer=""), item(2, kind="import", text="b", speaker="Bob")]
    weak = Match(0.6, 0.0, None, late=0.2, window=0.2, around=0.6)
    assert numbers(order(lines, {1: weak, 2: same_words})) == [2, 1]


def test_of_documents_that_fit_alike_notes_come_first_and_what_is_private_last() -> None:
    titles = ("json._hidden", "json.loads", "Read JSON from a file", "json.__init__")
    ids = [f"note:{title}" if " " in title else f"doc:{title}" for title in titles]
    found = [item(n, id=ids[n], kind="document", title=title, answer="") for n, title in enumerate(titles)]
    ranked = order(found, dict.fromkeys(range(4), Match(0.5, 0.3)))
    assert [one.item.title for one in ranked] == [titles[2], titles[3], titles[1], titles[0]]
    named = order(found, dict.fromkeys(range(4), Match(0.5, 0.3)), query="json._hidden()")
    assert named[0].item.title == "json._hidden"


@pytest.mark.parametrize(
    ("asked", "stays"), [("Where is  the key?", False), ("where is the key", False), ("where is the key_?", True)]
)
def test_a_question_asked_again_is_no_evidence_for_itself(asked: str, stays: bool) -> None:
    ranked = order([item(1, text="where is the key?", answer="In the drawer.")], {1: GOOD})
    assert bool(offered(ranked, 2, 0.0, asked=asked)) == stays


def test_who_asks_when_is_answered_by_a_line_that_says_a_time() -> None:
    lines = [
        item(1, kind="import", answer="", speaker="Ann", text="I finished the pottery class last Friday"),
        item(2, kind="import", answer="", speaker="Ann", text="I may finish the pottery class, it is fun"),
    ]
    alike = Match(0.5, 0.5, None, 0.5, 0.5, 0.5)
    found = {1: alike, 2: alike}
    assert numbers(order(lines, found, query="When did Ann finish her class?")) == [1, 2]
    assert numbers(order(lines, found, query="Which class did Ann finish?")) == [2, 1]


@pytest.mark.parametrize(
    ("query", "first"),
    [("how do i catch an exception", 2), ("what is an exception to catch", 1), ("catch, exception", 1)],
)
def test_who_asks_how_is_told_how_and_who_asks_what_is_told_what(query: str, first: int) -> None:
    """Of two notes on one matter: the first is a little more like the query, as a definition is like everything."""
    kind = {"kind": "document", "source": "handbook", "answer": ""}
    what, how = item(1, id="a", title="What is an exception", **kind), item(2, id="b", title="Catch exceptions", **kind)
    matches = {1: replace(GOOD, semantic=GOOD.semantic + 0.02), 2: GOOD}
    assert numbers(order([what, how], matches, query=query))[0] == first
