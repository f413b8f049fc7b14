"""Choosing and writing tokens."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import SparkError
from engine.models.generate import Tally, generate
from engine.models.loops import HONEST, LEAST, REPEATS, loop_start, repeats
from engine.models.sampling import Sampling, choose, nucleus, penalize_repeats
from engine.models.tokenizer import ByteTokenizer
from engine.models.transformer import Transformer
from tests.engine.models.test_transformer import TINY, random_model

TOKENIZER = ByteTokenizer()
CONFIG = replace(TINY, vocab_size=TOKENIZER.vocab_size, context=64)
GREEDY = Sampling(temperature=0, max_tokens=20)


@pytest.fixture(scope="module")
def model() -> Transformer:
    return random_model(CONFIG)


def naive_greedy(model: Transformer, prompt: Sequence[int], most: int) -> list[int]:
    """The definition: no cache, the whole text again for each token."""
    written: list[int] = []
    with torch.inference_mode():
        while len(written) < most:
            token = int(model(torch.tensor([[*prompt, *written]]))[0, -1].argmax())
            if token >= TOKENIZER.text_size:
                break
            written.append(token)
    return written


def test_greedy_with_the_cache_is_greedy_by_definition(model: Transformer) -> None:
    for seed in range(5):
        prompt = np.random.default_rng(seed).integers(0, 256, 10).tolist()
        found = list(generate(model, TOKENIZER, prompt, GREEDY))
        expected = naive_greedy(model, prompt, 20)
        assert found == expected[: len(found)]
        assert len(found) == len(expected) or loop_start(found) is not None
        assert found


def test_the_likelihood_of_an_answer_is_that_of_its_tokens(model: Transformer) -> None:
    tally = Tally()
    lively = Sampling(temperature=1.5, top_p=0.9, repeat_penalty=1.0, max_tokens=12, seed=5)
    written = list(generate(model, TOKENIZER, [1, 2, 3], lively, tally=tally))
    with torch.inference_mode():
        scores_TV = torch.log_softmax(model(torch.tensor([[1, 2, 3, *written]]))[0, 2:-1].float(), dim=-1)
    expected = scores_TV.gather(1, torch.tensor(written)[:, None]).sum()
    assert tally.log_likelihood == pytest.approx(float(expected), rel=1e-4)


def test_a_seed_decides_everything_and_another_seed_differs(model: Transformer) -> None:
    lively = Sampling(temperature=2.0, top_p=1.0, max_tokens=20, seed=5)
    first = list(generate(model, TOKENIZER, [1, 2, 3], lively))
    assert first == list(generate(model, TOKENIZER, [1, 2, 3], lively))
    others = [list(generate(model, TOKENIZER, [1, 2, 3], replace(lively, seed=s))) for s in range(6, 10)]
    assert any(other != first for other in others)


def test_cancel_stops_between_two_tokens(model: Transformer) -> None:
    cancel = threading.Event()
    written = []
    for token in generate(model, TOKENIZER, [1], replace(GREEDY, temperature=2.0, seed=1), cancel):
        written.append(token)
        if len(written) == 3:
            cancel.set()
    assert len(written) == 3
    assert list(generate(model, TOKENIZER, [1], GREEDY, cancel)) == []


def test_the_context_is_never_overrun(model: Transformer) -> None:
    lively = Sampling(temperature=3.0, top_p=1.0, max_tokens=999, seed=1)
    assert len(list(generate(model, TOKENIZER, [7] * 60, lively))) <= 4
    assert list(generate(model, TOKENIZER, [7] * 64, lively)) == []


def test_any_special_token_ends_the_answer(model: Transformer) -> None:
    with torch.no_grad():
        forced = Transformer(CONFIG)
        forced.load_state_dict(model.state_dict())
        forced.embedding.weight[TOKENIZER.user] = 50 * forced.hidden(torch.tensor([[1]]))[0, -1].sign()
    assert list(generate(forced, TOKENIZER, [1], GREEDY)) == []


@given(
    logits=st.lists(st.floats(-20, 20), min_size=2, max_size=30),
    temperature=st.floats(0.05, 3),
    top_p=st.floats(0.01, 1),
)
def test_nucleus_is_the_smallest_likely_set(logits: list[float], temperature: float, top_p: float) -> None:
    """Against the definition in NumPy: sort, keep until the sum reaches p, normalise."""
    ids, probabilities = nucleus(torch.tensor(logits, dtype=torch.float64), temperature, top_p)
    found = np.zeros(len(logits))
    found[ids.numpy()] = probabilities.numpy()
    scaled = torch.tensor(logits, dtype=torch.float64).float().numpy() / temperature
    full = np.exp(scaled - scaled.max(), dtype=np.float64)
    full /= full.sum()
    kept = found > 0
    assert found.sum() == pytest.approx(1, abs=1e-4)
    assert full[kept].sum() >= min(top_p, full.sum()) - 1e-4
    if kept.sum() > 1:
        assert full[kept].sum() - full[kept].min() < top_p + 1e-4
    assert full[~kept].max(initial=0) <= full[kept].min() + 1e-6


def test_sampling_follows_the_probabilities() -> None:
    logits = torch.tensor([2.0, 1.0, 0.0, -1.0])
    sampling = Sampling(temperature=1.0, top_p=1.0)
    draws = np.bincount([choose(logits, [], sampling, seed) for seed in range(4000)], minlength=4) / 4000
    assert np.abs(draws - torch.softmax(logits, 0).numpy()).max() < 0.03


def test_going_on_with_a_long_repeat_costs_more_with_every_token() -> None:
    line = list(range(HONEST + 2))
    logits = torch.zeros(HONEST + 5)
    for more in range(3):
        written = [*line, HONEST + 3, *line[: HONEST + more]]
        lowered = penalize_repeats(logits, written, 0.5)
        expected = logits.clone()
        expected[[*line, HONEST + 3][HONEST + more]] = -0.5 * (more + 1)
        assert lowered.tolist() == expected.tolist()
    assert penalize_repeats(logits, [*line, HONEST + 3, *line[: HONEST - 1]], 0.5) is logits
    assert penalize_repeats(logits, line * 3, 0.0) is logits


@given(st.lists(st.integers(0, 1), max_size=60))
def test_repeats_are_those_of_a_plain_search(tokens: list[int]) -> None:
    longest: dict[int, int] = {}
    for end in range(1, len(tokens)):
        length = max(n for n in range(end + 1) if tokens[end - n : end] == tokens[len(tokens) - n :])
        if length >= HONEST:
            longest[tokens[end]] = max(longest.get(tokens[end], 0), length - HONEST + 1)
    assert repeats(tokens) == longest


@pytest.mark.parametrize(
    "wrong", [{"temperature": -1.0}, {"top_p": 0.0}, {"top_p": 1.1}, {"repeat_penalty": -0.5}, {"max_tokens": 0}]
)
def test_senseless_sampling_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(SparkError):
        replace(GREEDY, **wrong)  # type: ignore[arg-type]


@given(before=st.lists(st.integers(0, 9), max_size=10), block=st.lists(st.integers(10, 99), min_size=6, max_size=12))
def test_three_copies_are_a_loop_and_two_are_not(before: list[int], block: list[int]) -> None:
    once = [*before, *block]
    assert loop_start([*once, *block * (REPEATS - 1)]) is not None
    distinct = list(range(100, 100 + len(block)))
    assert loop_start([*before, *distinct, *distinct]) is None


def test_short_runs_are_honest() -> None:
    assert loop_start([5] * (LEAST - 1)) is None
    assert loop_start([5] * LEAST) is not None
    assert loop_start([]) is None
