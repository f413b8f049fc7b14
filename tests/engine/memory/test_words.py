"""Words as memory reads them, their rarity, and Porter's own examples."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.memory.words import Vocabulary, code_names, stem, words

# From the paper's own examples, each carried through all steps.
PORTER = {
    "caresses": "caress", "ponies": "poni", "ties": "ti", "cats": "cat", "feed": "feed", "agreed": "agre",
    "plastered": "plaster", "bled": "bled", "motoring": "motor", "sing": "sing", "conflated": "conflat",
    "hopping": "hop", "falling": "fall", "hissing": "hiss", "failing": "fail", "filing": "file", "happy": "happi",
    "sky": "sky", "relational": "relat", "conditional": "condit", "vietnamization": "vietnam", "hopefulness": "hope",
    "triplicate": "triplic", "formative": "form", "electrical": "electr", "goodness": "good", "revival": "reviv",
    "adjustable": "adjust", "replacement": "replac", "adoption": "adopt", "homologous": "homolog",
    "probate": "probat", "rate": "rate", "cease": "ceas", "controlling": "control", "roll": "roll",
}  # fmt: skip


@pytest.mark.parametrize(("word", "expected"), PORTER.items())
def test_porter(word: str, expected: str) -> None:
    assert stem(word) == expected


@given(st.text(max_size=30))
def test_any_word_has_a_stem_no_longer_than_itself_and_an_e(word: str) -> None:
    assert len(stem(word)) <= len(word) + 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("getUserId", ["getuserid", "get", "user", "id"]),
        ("get_user_id", ["getuserid", "get", "user", "id"]),
        ("__init__", ["init"]),
        ("HTTPServer.shutdown()", ["httpserver", "http", "server", "shutdown"]),
        ("os.path.join", ["os", "path", "join"]),
        ("What is my name?", ["name"]),
        ("Zoe's cat, the cats’ toys", ["zoe", "cat", "cat", "toi"]),
        ("don't isn’t", []),
        ("what is it?", []),
        ("Straße 北京 naïve", ["straße", "北京", "naïve"]),
        ("utf8 x1 3.14", ["utf8", "x1", "3", "14"]),
        ("a" * 100, []),
        ("___ '' -- \x00", []),
        ("", []),
    ],
)
def test_words(text: str, expected: list[str]) -> None:
    assert words(text) == expected


@given(st.text())
def test_any_text_gives_words_without_spaces_that_lower_case_would_not_change(text: str) -> None:
    for word in words(text):
        assert word
        assert not any(letter.isspace() for letter in word)
        assert word.split() == [word]


def test_a_megabyte_is_read_by_its_beginning() -> None:
    assert len(words("value " * 200_000)) < 11_000


def test_a_rare_word_matches_more_than_a_common_one() -> None:
    vocabulary = Vocabulary()
    for text in ["list sort"] * 10 + ["list moonwake"]:
        vocabulary.add(text.split())
    assert vocabulary.rarity("moonwake") > vocabulary.rarity("list") > 0
    query = ["list", "moonwake"]
    common, rare, both = (vocabulary.match(query, said) for said in (["list", "x"], ["moonwake", "x"], query))
    assert 0 < common < rare < both == pytest.approx(1)
    assert vocabulary.match(query, ["other"]) == 0
    assert vocabulary.match([], ["list"]) == 0
    # What nobody ever said is rare too: not finding it counts.
    assert vocabulary.match(["unknown", "moonwake"], ["moonwake", "x"]) < 0.6


def test_a_longer_item_says_a_little_less_and_a_repeated_word_a_little_more() -> None:
    vocabulary = Vocabulary()
    for text in ["a b c d", "e f g h", "i j k l"]:
        vocabulary.add(text.split())
    plain = vocabulary.match(["a", "z"], ["a", "b", "c", "d"])
    assert 0.5 * plain < vocabulary.match(["a", "z"], ["a", *"bcdefghijk"]) < plain
    assert plain < vocabulary.match(["a", "z"], ["a", "a", "c", "d"]) < 1.5 * plain


def test_an_empty_vocabulary_matches_without_dividing_by_nothing() -> None:
    assert 0 < Vocabulary().match(["a"], ["a"]) <= 1
    vocabulary = Vocabulary()
    vocabulary.add([])
    assert 0 < vocabulary.match(["a"], ["a"]) <= 1


@given(st.lists(st.sampled_from("abcdef"), max_size=8), st.lists(st.sampled_from("abcdef"), max_size=20))
def test_a_match_is_between_nothing_and_all(query: list[str], item: list[str]) -> None:
    vocabulary = Vocabulary()
    for text in ["a b c", "a d", "a"]:
        vocabulary.add(text.split())
    assert 0 <= vocabulary.match(query, item) <= 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("what does os.path.join do?", {"os.path.join"}),
        ("what does len() do", {"len"}),
        ("explain `print` and json.dumps(obj)", {"print", "json.dumps"}),
        ("how do i reverse a list", set()),
        ("I use 3.11. It works, e.g. fine...", {"e.g"}),
    ],
)
def test_code_names_are_what_is_written_as_code(text: str, expected: set[str]) -> None:
    assert code_names(text) == expected


@pytest.mark.parametrize("text", ["x" * 65_536, "x." * 32_768, "`" * 65_536, "a(" * 32_768])
def test_code_names_of_a_pasted_monster_are_found_in_no_time(text: str) -> None:
    began = time.process_time()
    code_names(text)
    assert time.process_time() - began < 2.0  # milliseconds when linear, minutes when quadratic
