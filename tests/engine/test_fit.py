"""The digit before a memory: names beat likeness, likeness is a tenth of the cosine."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.events import Memory, ScoreParts
from engine.fit import fit, is_heading, marked, marked_by_score

JOIN = "os.path.join(a, *p): Join two or more pathname components."


@pytest.mark.parametrize(
    ("question", "memory", "semantic", "digit"),
    [
        ("what does os.path.join do?", JOIN, 0.2, 9),
        ("what does `OS.path.join()` do", JOIN, 0.2, 9),
        ("how do I call path.join", JOIN, 0.2, 9),
        ("what does join do", JOIN, 0.2, 8),
        ("what does ntpath.join do", JOIN, 0.58, 5),
        ("what does shoes.path.join do", JOIN, 0.58, 5),
        ("how do I put paths together?", JOIN, 0.58, 5),
        ("paths together, the same words", JOIN, 1.0, 7),
        ("nothing alike", JOIN, -0.3, 0),
        ("what is my dog called?", "You: my dog is called Rex\nSpark: Got it: your dog is called Rex.", 0.71, 7),
        ("Thanks!", "Thanks\nYou are welcome!", 0.2, 9),
        ("hi, who are you?", "Who are you\nI am Spark.", 0.2, 9),
        ("hi there", "Hi there\nHello!", 0.2, 9),
        ("thanks a lot", "Thanks\nYou are welcome!", 0.2, 2),
        ("???", "???\nNothing to ask.", 0.2, 2),
        ("how do I sort?", "Sort a list\nCall `sorted`.", 0.4, 4),
    ],
)
def test_names_first_then_tenths_of_the_cosine(question: str, memory: str, semantic: float, digit: int) -> None:
    assert fit(question, memory, semantic) == digit


@given(st.text(max_size=200), st.text(max_size=200), st.floats(-1, 1))
def test_always_one_digit_before_the_untouched_text(question: str, memory: str, semantic: float) -> None:
    (read,) = marked(question, [(memory, semantic)])
    assert read[0].isdigit() and read[1:] == f" {memory}"


@given(st.floats(-1, 1), st.floats(-1, 1))
def test_more_alike_is_never_a_smaller_digit(one: float, other: float) -> None:
    less, more = sorted((one, other))
    assert fit("a question", "a memory", less) <= fit("a question", "a memory", more)


def test_a_megabyte_of_letters_is_looked_at_quickly() -> None:
    assert fit("a" * 1_000_000, "b" * 1_000_000, 0.33) == 3


def digits(question: str, *memories: tuple[float, float]) -> list[int]:
    """Of memories with these cosines and scores."""
    some = [
        Memory(str(place), f"memory {place}", "document", score, ScoreParts(cosine, 0.0, 0.0, 0.0), 0.0)
        for place, (cosine, score) in enumerate(memories)
    ]
    read = marked_by_score(question, some)
    assert [text[1:] for text in read] == [f" {memory.text}" for memory in some]
    return [int(text[0]) for text in read]


def test_of_several_the_score_decides() -> None:
    assert digits("a question", (0.45, 0.95), (0.62, 0.9)) == [7, 4]
    assert digits("a question", (0.45, 0.95), (0.22, 0.9)) == [7, 2]
    assert digits("a question", (0.45, 0.5), (0.62, 0.4)) == [4, 1]  # not sure of the first: nothing is made of it
    assert digits("a question", (0.2, 0.4), (0.62, 0.4)) == [2, 0]
    assert digits("a question") == []


@pytest.mark.parametrize(
    ("question", "same"),
    [
        ("how do i convert a string to int", True),
        ("How can I convert the string to int in Python?", True),
        ("hey spark, convert string to int!", True),
        ("convert an int to string", False),
        ("string to int", False),
        ("", False),
    ],
)
def test_a_question_is_a_heading_however_it_is_asked(question: str, same: bool) -> None:
    assert is_heading("Convert string to int", question) is same


def test_who_is_named_keeps_its_nine() -> None:
    named = Memory("a", JOIN, "document", 1.0, ScoreParts(0.3, 0.0, 0.0, 0.0), 0.0)
    other = Memory("b", "other", "document", 0.9, ScoreParts(0.7, 0.0, 0.0, 0.0), 0.0)
    assert [text[0] for text in marked_by_score("what does os.path.join do?", [named, other])] == ["9", "4"]


def test_a_note_that_people_ask_for_in_such_words_is_read_like_one_whose_heading_was_named() -> None:
    def note(score: float, asked: float | None) -> Memory:
        return Memory("n", "A note", "document", score, ScoreParts(0.4, 0.0, 0.0, 0.0, asked=asked), 0.0)

    marks = [marked_by_score("some question", [note(*one)])[0][0] for one in ((0.9, 0.8), (0.9, None), (0.6, 0.8))]
    assert marks == ["9", "7", "4"]
