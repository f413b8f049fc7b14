"""Whether a question wants to know how one does something, or what something is."""

from __future__ import annotations

import pytest

from engine.manner import says_how, wants_a_way


@pytest.mark.parametrize(
    ("text", "way", "title"),
    [
        ("How do I catch an exception?", True, True),
        ("how to write unit tests", True, True),
        ("what is the best way to sort a list", True, True),
        ("What is an exception", False, False),
        ("explain generators", False, False),
        ("how does a generator work", False, False),
        ("why is my list empty", False, False),
        ("difference between a list and a tuple", False, False),
        ("Convert string to int", None, True),
        ("is a tuple faster", None, None),
        ("what is this: " + "x = 1\n" * 100, None, None),
    ],
)
def test_how_and_what(text: str, way: bool | None, title: bool | None) -> None:
    assert (wants_a_way(text), says_how(text)) == (way, title)
