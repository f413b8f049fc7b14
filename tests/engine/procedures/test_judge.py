"""Judging pairs: what may be answered by what, and what may never be kept."""

from __future__ import annotations

import pytest

from engine.procedures import is_about_what_was_said, is_small_talk, judge, leans_on_conversation, why_not_cacheable

OPPOSITES = [
    ("how do i start the server", "how do i stop the server", "other words"),
    ("how do i round to 2 digits", "how do i round to 3 digits", "another number"),
    ("how do i know if x is empty", "how do i know if x is not empty", "says no"),
    ("how to use os.remove", "how to use os.rename", "other code"),
    ("how to convert celsius to fahrenheit", "how to convert fahrenheit to celsius", "another order"),
]


@pytest.mark.parametrize(("a", "b", "why"), OPPOSITES)
def test_look_alikes_are_refused_and_the_reason_named(a: str, b: str, why: str) -> None:
    hit, similarity, reason = judge(a, b)
    assert not hit
    assert why in reason
    assert 0.5 < similarity <= 1.0


def test_the_same_is_a_hit() -> None:
    assert judge("how do i exit vim", "how do i exit vim") == (True, 1.0, "the same text")
    hit, similarity, reason = judge("how do i exit vim", "How to exit vim?")
    assert hit and 0 < similarity < 1 and "same question" in reason


def test_a_given_similarity_informs_but_never_decides() -> None:
    assert judge("sort ascending", "sort descending", lambda a, b: 0.99)[:2] == (False, 0.99)
    assert judge("how do i exit vim", "how to exit vim", lambda a, b: 0.01)[:2] == (True, 0.01)


@pytest.mark.parametrize(
    "text",
    [
        "what time is it", "What's the date today?", "how late is it now", "what is the latest python", "weather?",
        "what's my name", "who am I?", "do you remember what i told you", "i like tabs",
        "and if it is empty?", "why?", "what about dicts?", "explain that again", "what does it do", "???", "", "this",
        "the second one", "how do i delete it", "which one is faster?", "go on", "x = 1\n" * 400,
        "what is the best editor for me",
    ],
)  # fmt: skip
def test_what_hangs_on_something_else_is_never_kept(text: str) -> None:
    assert why_not_cacheable(text)
    assert not judge(text, text)[0]


@pytest.mark.parametrize(
    "text",
    [
        "how do i reverse a list", "hello", "thanks!", "pip install?", "how do i get the current time in python",
        "how to parse a date", "is it possible to overload functions", "how to open a file and read it",
        "how to use datetime.now()", "how do i write a function that sorts a list", "who are you",
        "what is the best editor for python",
    ],
)  # fmt: skip
def test_what_stands_alone_may_be_kept(text: str) -> None:
    assert why_not_cacheable(text) is None
    assert judge(text, text)[0]


@pytest.mark.parametrize(
    "text",
    [
        "why do cats lick their paws when they are wet", "does a list know its length", "are tuples and lists the same",
        "is python slow because it is interpreted", "is a tuple the same as a list",
        "can two threads run at the same time", "why is it so hard to exit vim", "do those who use tabs earn less",
        "is vim good and why do people love it",
    ],
)  # fmt: skip
def test_a_pronoun_may_stand_for_the_subject_of_its_own_sentence(text: str) -> None:
    assert not leans_on_conversation(text)


@pytest.mark.parametrize(
    "text",
    [
        "why do lists have them", "what does python do with it", "how do i change its color", "does it know its name",
        "do they copy their keys", "why is it so slow", "do the same in java", "are they the same",
        "which ones are faster", "why does he say that it works", "do i need to close it when lists end",
        "fix the error and run it",
    ],
)  # fmt: skip
def test_a_pronoun_with_no_such_subject_points_to_what_was_said_before(text: str) -> None:
    assert leans_on_conversation(text)


def test_leaning_on_the_conversation() -> None:
    assert leans_on_conversation("and if it is empty?")
    assert not leans_on_conversation("what is my name")  # about the person, yet whole


@pytest.mark.parametrize(
    "text",
    [
        "what is my dog called?",
        "where do my settings live?",
        "which editor do i use?",
        "my dog is called Rex",
        "our server is in Lima",
        "I use vim",
        "i'm Ada",
        "we moved to Quito",
    ],
)
def test_what_only_the_person_can_have_said_is_asked_of_what_was_said(text: str) -> None:
    assert is_about_what_was_said(text)


@pytest.mark.parametrize(
    "text", ["why does my function return None", "how do i sort my list", "what is a list", "sort my list"]
)
def test_why_and_how_something_of_theirs_is_done_is_not(text: str) -> None:
    assert not is_about_what_was_said(text)


def test_a_greeting_has_no_word_to_look_up_and_a_lone_word_has() -> None:
    assert is_small_talk("hello") and is_small_talk("Hi there!") and is_small_talk("who are you?")
    assert not is_small_talk("decorators") and not is_small_talk("hello world in python")
    assert not is_small_talk("what does os.path.join do?") and not is_small_talk("???")
