r"""The parser between the terminal and the app: a paste is a paste, whatever is in it and however it is cut."""

from __future__ import annotations

import weakref

from hypothesis import given
from hypothesis import strategies as st
from textual._styles_cache import StylesCache
from textual.color import Color
from textual.events import Key, Paste

from spark_tui.terminal import PasteSafeParser

START, END = "\x1b[200~", "\x1b[201~"


def parsed(*chunks: str) -> list[tuple[str, str]]:
    parser = PasteSafeParser()
    heard: list[tuple[str, str]] = []
    for chunk in chunks:
        for message in parser.feed(chunk):
            if isinstance(message, Paste):
                heard.append(("paste", message.text))
            elif isinstance(message, Key):
                heard.append(("key", message.key))
    return heard


def test_an_escape_inside_a_paste_is_no_key():
    text = "hello \x1bX\x11 \x1b[31m \x1b"
    assert parsed(f"{START}{text}{END}a") == [("paste", text), ("key", "a")]


def test_alt_enter_is_one_key_however_a_terminal_sends_it():
    assert parsed("a\x1b\rb") == [("key", "a"), ("key", "alt+enter"), ("key", "b")]
    assert parsed("\x1b[13;3u") == [("key", "alt+enter")]


@given(st.text(st.characters(exclude_categories=["Cs"])), st.lists(st.integers(0, 200), max_size=6))
def test_however_it_is_cut_it_is_one_paste(text, cuts):
    text = text.replace(END, "")
    stream = f"a{START}{text}{END}b"
    if END in text + END[:-1]:
        return
    places = sorted({min(cut, len(stream)) for cut in cuts})
    chunks = [stream[i:j] for i, j in zip([0, *places], [*places, len(stream)], strict=True) if stream[i:j]]
    assert parsed(*chunks) == [("key", "a"), ("paste", text), ("key", "b")]


def test_keys_are_keys():
    assert parsed("\x1b[19~", "\x1b[1;3A", "\n", "\r", "\x13") == [
        ("key", "f8"), ("key", "alt+up"), ("key", "ctrl+j"), ("key", "enter"), ("key", "ctrl+s"),
    ]  # fmt: skip


def test_two_pastes_in_one_read():
    assert parsed(f"{START}a{END}{START}b{END}") == [("paste", "a"), ("paste", "b")]


def test_what_was_drawn_of_a_widget_that_is_gone_is_let_go() -> None:
    cache = StylesCache()
    cache.get_inner_outer(Color(0, 0, 0), Color(1, 2, 3))
    kept = weakref.ref(cache)
    del cache
    assert kept() is None
