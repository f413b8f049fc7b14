"""Late interaction on states made by hand, against the plain definition."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.memory import late as late_module
from engine.memory.late import encode, likeness


def states(seed: int, words: int, width: int = 384) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    return np.random.default_rng(seed).normal(size=(words, width)).astype(np.float32)


@settings(deadline=None)
@given(st.lists(st.integers(0, 5), min_size=1, max_size=6), st.integers(1, 4), st.sampled_from([64, 384]))
def test_equals_the_plain_definition(sizes: list[int], query_words: int, width: int) -> None:
    texts = [states(i, size, width) for i, size in enumerate(sizes)]
    query = states(99, query_words, width)
    best = likeness(query, [encode(text) for text in texts])
    signs = min(192, width)
    for text, row in zip(texts, best, strict=True):
        for word, found in zip(query[:, :signs], row, strict=True):
            unit = word / np.linalg.norm(word)
            alike = [float(unit @ np.where(other[:signs] > 0, 1, -1)) / signs**0.5 for other in text]
            assert found == pytest.approx(max([0.0, *alike]), abs=1e-5)


def test_more_words_than_are_unpacked_at_once_are_found_as_if_one_by_one() -> None:
    codes = [encode(states(seed, 1 + seed % 40)) for seed in range(100)]
    assert sum(map(len, codes)) > 2 * 24 * late_module._AT_ONCE
    query = states(99, 3)
    one_by_one = np.concatenate([likeness(query, [code]) for code in codes])
    assert likeness(query, codes) == pytest.approx(one_by_one, abs=1e-5)


def test_a_word_is_most_like_itself_and_takes_24_bytes() -> None:
    text = states(1, 5)
    assert len(encode(text)) == 5 * 24
    (row,) = likeness(text[2:3], [encode(text)])
    assert row[0] == pytest.approx(0.8, abs=0.05)  # √(2/π): what signs keep of a Gaussian's length
    (others,) = likeness(text[2:3], [encode(text[:2])])
    assert others[0] < 0.3


def test_a_long_text_keeps_its_first_words_and_no_words_are_no_likeness() -> None:
    assert len(encode(states(1, 500))) == 32 * 24
    assert likeness(states(1, 2), [b"", encode(states(2, 0))]).tolist() == [[0, 0], [0, 0]]
    assert likeness(states(1, 0), [encode(states(2, 3))]).shape == (1, 0)
    assert likeness(states(1, 2), []).shape == (0, 2)
