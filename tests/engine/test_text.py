"""Nothing dangerous comes out, nothing honest is lost, and chunks do not matter."""

from __future__ import annotations

import itertools
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.text import FORBIDDEN, Sanitizer, sanitize

# Pieces that make and break sequences, so that hypothesis meets the interesting states often.
_PIECES = st.one_of(
    st.sampled_from(["\x1b", "[", "]", "P", "\\", "\x07", "\x9b", "\x9d", "\x9c", "\x90", "31m", "0;t", "\x18", "B"]),
    st.sampled_from(["\r", "\n", "\t", " ", "\x00", "\x7f", "\x85", "\u202e", "\ud800", "é", "word", "(", "52;c;QQ=="]),
)
_HOSTILE = st.lists(st.one_of(_PIECES, st.text(max_size=3)), max_size=25).map("".join)
_PLAIN = st.text(st.characters(exclude_categories=["Cc", "Cs"])).map(lambda s: FORBIDDEN.sub("", s))


def _in_chunks(text: str, cuts: list[int]) -> str:
    sanitizer = Sanitizer()
    edges = sorted({0, len(text), *(cut % (len(text) + 1) for cut in cuts)})
    pieces = [text[a:b] for a, b in itertools.pairwise(edges)]
    return "".join(map(sanitizer.push, pieces)) + sanitizer.flush()


@given(_HOSTILE, st.lists(st.integers(0, 200), max_size=8))
def test_how_text_is_cut_never_changes_what_comes_out(text: str, cuts: list[int]) -> None:
    assert _in_chunks(text, cuts) == sanitize(text)
    assert _in_chunks(text, list(range(len(text)))) == sanitize(text)


@given(_HOSTILE)
def test_nothing_forbidden_comes_out_and_twice_is_once(text: str) -> None:
    clean = sanitize(text)
    assert FORBIDDEN.search(clean) is None
    assert sanitize(clean) == clean
    clean.encode("utf-8")


@given(_PLAIN, st.lists(st.integers(0, 200), max_size=4))
def test_plain_text_is_unchanged(text: str, cuts: list[int]) -> None:
    text = text + "\n\tend"
    assert sanitize(text) == text
    assert _in_chunks(text, cuts) == text


@given(_PLAIN, _PLAIN)
def test_what_surrounds_a_sequence_survives_whole(before: str, after: str) -> None:
    for sequence in (
        "\x1b[38;5;1m",
        "\x1b]52;c;aGk=\x07",
        "\x1b]8;;http://x\x1b\\",
        "\x1bP1$r\x1b\\",
        "\x1b(B",
        "\x9d0;t\x07",
    ):
        assert sanitize(before + sequence + after) == before + after


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("a\r\nb\rc\n", "a\nb\nc\n"),
        ("a\r\r\nb", "a\n\nb"),
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x9b31mred", "red"),
        ("x\x1b[200~y", "xy"),
        ("a\x1b]0;never closed\nb", "a\nb"),
        ("a\x1b]0;one\x1b[31mb", "ab"),
        ("a\x1b_apc\x1b\\b\x1b^pm\x1b\\c\x1bXsos\x1b\\d", "abcd"),
        ("a\x1b7b\x1bcd\x1b#8e", "abde"),
        ("a\x1b[12\x18b", "ab"),
        ("a\x1b[12éb", "aéb"),
        ("a\x1b[12", "a"),
        ("a\x1b", "a"),
        ("a\x1b\x1b[1mb", "ab"),
        ("name\u202egnp.exe", "namegnp.exe"),
        ("\ud83d alone", "\ufffd alone"),
        ("bell\x07 null\x00 del\x7f nel\x85", "bell null del nel"),
        # curly quotes read with the wrong encoding are text, not commands
        ("â\x80\x9cone\u00e2\x80\x9d and â\x80\x9ctwoâ\x80\x9d", "âoneâ and âtwoâ"),
        ("unclosed\x9d kept", "unclosed kept"),
        ("[/markup] <end> \\x1b[31m", "[/markup] <end> \\x1b[31m"),
    ],
)
def test_examples(raw: str, clean: str) -> None:
    assert sanitize(raw) == clean


def test_a_chunk_shows_at_once_what_is_certain() -> None:
    sanitizer = Sanitizer()
    assert sanitizer.push("abc\x1b[3") == "abc"
    assert sanitizer.push("1mdef\r") == "def\n"
    assert sanitizer.push("\nghi") == "ghi"
    assert sanitizer.flush() == ""


def test_a_megabyte_of_anything_is_quick() -> None:
    started = time.process_time()  # what else runs here does not count
    sanitize("word " * 200_000 + "\x1b")
    sanitize("\x1b[31mx\x1b[0m" * 50_000)
    sanitize("\x9d" + "x" * 500_000)
    assert time.process_time() - started < 5  # linear work: about half a second here
