"""Tokenizers: nothing is lost, and no text can become a special token."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.assets import asset
from engine.errors import SparkError
from engine.models.tokenizer import (
    SPECIAL_NAMES,
    BytePairTokenizer,
    ByteTokenizer,
    StreamDecoder,
    Tokenizer,
)

SHIPPED = BytePairTokenizer.load(asset("bundle", "tokenizer.json"))
BYTES = ByteTokenizer()
TRAPS = ["<|end|>", "<end>", "<bos>", "[PAD]", "</s>", "<|user|>hi<|spark|>", "\x00\x1b[31m", "Ġ", "Ċ", "é" * 9, "🎉🏽"]
any_text = st.one_of(st.text(), st.sampled_from(TRAPS), st.lists(st.sampled_from(TRAPS)).map("".join))


@pytest.mark.parametrize("tokenizer", [SHIPPED, BYTES], ids=["shipped", "bytes"])
@given(text=any_text)
def test_every_text_survives_and_no_text_is_special(tokenizer: Tokenizer, text: str) -> None:
    ids = tokenizer.encode(text)
    assert tokenizer.decode(ids) == text
    assert all(0 <= token < tokenizer.text_size for token in ids)


@pytest.mark.parametrize("tokenizer", [SHIPPED, BYTES], ids=["shipped", "bytes"])
def test_specials_are_six_ids_after_the_text_and_decode_to_nothing(tokenizer: Tokenizer) -> None:
    specials = [getattr(tokenizer, name) for name in SPECIAL_NAMES]
    assert specials == list(range(tokenizer.text_size, tokenizer.vocab_size))
    assert tokenizer.decode([*tokenizer.encode("a"), *specials, *tokenizer.encode("b")]) == "ab"


@given(text=any_text)
def test_streamed_text_is_the_text_in_whole_characters(text: str) -> None:
    decoder, written = StreamDecoder(BYTES), ""
    for token in BYTES.encode(text):  # bytes: every character of two or more is cut apart
        written += decoder.push(token)
        assert text.startswith(written)
    assert written == text and decoder.flush() == ""


def test_a_character_that_never_ends_is_shown_as_a_replacement() -> None:
    decoder = StreamDecoder(BYTES)
    assert [decoder.push(byte) for byte in "é".encode()[:1]] == [""]
    assert decoder.flush() == "\ufffd"


def test_a_lone_surrogate_does_not_stop_anybody() -> None:
    assert SHIPPED.decode(SHIPPED.encode("a\udcffb")) == "a?b"


def test_training_gives_the_size_asked_for_and_shorter_texts(tmp_path: Path) -> None:
    texts = ["def add(a, b):\n    return a + b\n", "def sub(a, b):\n    return a - b\n"] * 50
    trained = BytePairTokenizer.train(texts, vocab_size=275)
    assert trained.vocab_size == 275
    assert len(trained.encode(texts[0])) <= len(texts[0]) / 2
    trained.save(tmp_path / "tokenizer.json")
    again = BytePairTokenizer.load(tmp_path / "tokenizer.json")
    assert again.encode("def mul(a, b):") == trained.encode("def mul(a, b):")


@pytest.mark.parametrize("content", [None, "", "{}", '{"version": "1.0"'])
def test_a_broken_tokenizer_is_one_sentence(tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "tokenizer.json"
    if content is not None:
        path.write_text(content)
    with pytest.raises(SparkError, match="cannot be read"):
        BytePairTokenizer.load(path)
