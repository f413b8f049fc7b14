"""The words of a query as numbers: the same everywhere, of one length, blind to nothing that matters."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from engine.routing.lexical import WIDTH, lexical, marks


@given(st.text(max_size=300))
def test_any_text_becomes_a_vector_of_about_unit_length(text: str) -> None:
    vector = lexical(text)
    assert len(vector) == WIDTH and all(map(math.isfinite, vector))
    assert math.sqrt(sum(v * v for v in vector)) <= 2.0
    assert vector == lexical(text)


def test_ends_pairs_lines_and_trouble_are_seen() -> None:
    found = marks("x =\n    KeyError")
    assert {"^ x", "x =", "#indented", "#lines", "#trouble", "keyerror $"} <= found
    assert "#trouble" not in marks("what is an error")
    assert marks("a 12") & marks("a 99") == marks("a 12")  # which number does not matter


def test_it_is_the_same_on_every_machine() -> None:
    vector = lexical("how do i sort a list")
    assert [place for place, value in enumerate(vector) if value] == KNOWN


def test_a_megabyte_takes_a_moment_and_keeps_its_ends() -> None:
    found = marks("first " + "word " * 200_000 + "last")
    assert {"^ first", "last $"} <= found


KNOWN = [24, 51, 125, 149, 167, 230, 267, 348, 494, 523, 546, 579, 625, 860, 894, 935]
