"""Bits per byte against a definition written out token by token."""

from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import SparkError
from engine.models.config import ModelConfig
from engine.models.tokenizer import ByteTokenizer
from engine.models.transformer import Transformer
from engine.observation.perplexity import bits_per_byte, cut

TOKENS = ByteTokenizer()
CONTEXT = 16


def model(scale: float = 0.3) -> Transformer:
    torch.manual_seed(3)
    made = Transformer(ModelConfig(TOKENS.vocab_size, 2, 16, 2, 1, 32, context=CONTEXT))
    with torch.no_grad():
        for parameter in made.parameters():
            parameter.normal_(0, scale)
    return made.eval()


def by_definition(made: Transformer, text: str) -> float:
    """Bits of `text`, one token at a time: the first context whole, then from at least half a context."""
    ids = [TOKENS.bos, *TOKENS.encode(text)]
    bits, start = 0.0, 0
    for target in range(1, len(ids)):
        if target - start > CONTEXT:
            start = target - 1 - CONTEXT // 2
        with torch.no_grad():
            scores = made(torch.tensor([ids[start:target]]))[0, -1].double()
        bits -= float(torch.log_softmax(scores, -1)[ids[target]]) / math.log(2)
    return bits


@pytest.mark.parametrize("length", [1, 5, CONTEXT - 1, CONTEXT, CONTEXT + 1, 3 * CONTEXT + 5])
def test_it_is_the_definition(length: int) -> None:
    text = ("def é(x): return x\n" * 9)[:length]
    found = bits_per_byte(model(), TOKENS, [text])
    assert found.bytes == len(text.encode()) and found.tokens == len(TOKENS.encode(text))
    assert found.bits == pytest.approx(by_definition(model(), text), rel=1e-4)
    assert found.bits_per_byte == found.bits / found.bytes


def test_texts_are_apart_and_their_order_does_not_matter() -> None:
    texts = ["import os\n", "x = 1\n" * 10, "", "é"]
    together = bits_per_byte(model(), TOKENS, texts)
    alone = [bits_per_byte(model(), TOKENS, [text]) for text in texts if text]
    assert together.bits == pytest.approx(sum(one.bits for one in alone), rel=1e-5)
    assert together.tokens == sum(one.tokens for one in alone)
    assert bits_per_byte(model(), TOKENS, texts[::-1]).bits == pytest.approx(together.bits, rel=1e-5)


def test_a_model_that_knows_nothing_needs_the_log_of_its_vocabulary() -> None:
    nothing = model(scale=0.0)
    assert bits_per_byte(nothing, TOKENS, ["any bytes"]).bits_per_byte == pytest.approx(math.log2(TOKENS.vocab_size))


@given(st.integers(0, 200), st.integers(1, 40))
def test_windows_count_every_token_once_with_enough_before_it(length: int, context: int) -> None:
    ids = list(range(1000, 1000 + length))
    counted: list[int] = []
    for window in cut(0, ids, context):
        assert len(window.inputs) == len(window.targets) <= context
        assert [0, *ids][window.targets[0] - 1000 :][: len(window.inputs)] == list(window.inputs)
        if counted:
            assert len(window.inputs) - window.counted >= min(context // 2, len(counted))
        counted += window.targets[-window.counted :]
    assert counted == ids


def test_nothing_to_measure_and_broken_weights_are_said() -> None:
    with pytest.raises(SparkError, match="no text"):
        bits_per_byte(model(), TOKENS, ["", ""])
    broken = model()
    torch.nn.init.constant_(broken.norm.weight, math.nan)
    with pytest.raises(SparkError, match="damaged"):
        bits_per_byte(broken, TOKENS, ["abc"])
