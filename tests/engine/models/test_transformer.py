"""The transformer by itself: its parameter account, its cache, its flags, its cost."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.utils.flop_counter import FlopCounterMode

from engine.errors import SparkError
from engine.models.cache import KVCache
from engine.models.config import SIZES, ModelConfig, config_for, forward_flops, parameter_account
from engine.models.transformer import Transformer

TINY = ModelConfig(vocab_size=50, layers=2, width=16, heads=4, kv_heads=2, mlp_width=32, context=32)


def random_model(config: ModelConfig = TINY) -> Transformer:
    """Random everywhere: `initialize` leaves some matrices zero, which would hide mistakes."""
    torch.manual_seed(1)
    model = Transformer(config).eval()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.normal_(0.0, 0.3)
    return model


@pytest.mark.parametrize("size", SIZES)
def test_named_sizes_weigh_what_they_say(size: str) -> None:
    config = config_for(size, vocab_size=4096)
    with torch.device("meta"):
        model = Transformer(config)
    account = parameter_account(config)
    assert sum(account.values()) == model.parameter_count()
    assert sum(account.values()) == pytest.approx(float(size.removesuffix("m")) * 1e6, rel=0.2)


@pytest.mark.parametrize(
    "config",
    [
        TINY,
        replace(TINY, activation="swiglu", qk_norm=False, residual_scales=False, embedding_norm=False),
        replace(TINY, tie_embeddings=False, head_width=6),
    ],
)
def test_the_account_adds_up(config: ModelConfig) -> None:
    assert sum(parameter_account(config).values()) == Transformer(config).parameter_count()


@given(st.lists(st.integers(1, 9), min_size=1, max_size=6))
@settings(max_examples=30, deadline=None)
def test_the_cache_changes_nothing(pieces: list[int]) -> None:
    model = random_model(replace(TINY, context=64))
    tokens = torch.randint(0, 50, (1, sum(pieces)))
    cache = KVCache(model.config)
    with torch.inference_mode():
        found = torch.cat([model(piece, cache) for piece in tokens.split(pieces, dim=1)], dim=1)
        assert torch.allclose(found, model(tokens), atol=1e-4)


def test_a_rewound_cache_forgets() -> None:
    model = random_model()
    tokens = torch.randint(0, 50, (1, 12))
    cache = KVCache(model.config)
    with torch.inference_mode():
        model(torch.randint(0, 50, (1, 20)), cache)
        cache.rewind(0)
        assert torch.allclose(model(tokens, cache), model(tokens), atol=1e-4)


def test_reading_past_the_capacity_is_one_clear_sentence() -> None:
    model = random_model()
    with pytest.raises(SparkError, match="longer than the 8 tokens"):
        model(torch.zeros(1, 9, dtype=torch.long), KVCache(model.config, capacity=8))


def test_no_position_sees_the_future() -> None:
    model = random_model()
    tokens = torch.randint(0, 50, (1, 16))
    changed = tokens.clone()
    changed[0, 10:] = (changed[0, 10:] + 1) % 50
    with torch.inference_mode():
        before, after = model(tokens), model(changed)
    assert torch.equal(before[0, :10], after[0, :10])
    assert not torch.allclose(before[0, 10:], after[0, 10:])


def test_flags_are_identities_when_neutral() -> None:
    on = random_model(replace(TINY, qk_norm=False, embedding_norm=False))
    off = Transformer(replace(on.config, residual_scales=False)).eval()
    off.load_state_dict({name: tensor for name, tensor in on.state_dict().items() if "scales" not in name})
    with torch.no_grad():
        for name, parameter in on.named_parameters():
            if "scales" in name:
                parameter.copy_(torch.tensor([1.0, 0.0]))
    tokens = torch.randint(0, 50, (2, 9))
    with torch.inference_mode():
        assert torch.equal(on(tokens), off(tokens))


def test_fresh_weights_know_nothing() -> None:
    model = Transformer(TINY).initialize(seed=3)
    tokens = torch.randint(0, 50, (4, 33))
    loss = torch.nn.functional.cross_entropy(model(tokens[:, :-1]).flatten(0, 1), tokens[:, 1:].flatten())
    assert loss.item() == pytest.approx(torch.tensor(50.0).log().item(), rel=0.02)
    again = Transformer(TINY).initialize(seed=3)
    assert all(torch.equal(a, b) for a, b in zip(model.parameters(), again.parameters(), strict=True))


def test_bfloat16_computes_nearly_the_same_from_the_same_weights() -> None:
    model = random_model()
    tokens = torch.randint(0, 50, (1, 16))
    with torch.inference_mode():
        exact = model(tokens)
        model.compute_dtype = torch.bfloat16
        rough = model(tokens)
    assert rough.dtype == torch.bfloat16 and next(model.parameters()).dtype == torch.float32
    assert torch.nn.functional.cosine_similarity(exact, rough.float(), dim=-1).min() > 0.99


@pytest.mark.parametrize("past", [0, 11])
def test_flops_are_what_torch_counts(past: int) -> None:
    """Torch counts the whole rectangle of attention scores, we count the causal half: compared without attention."""
    model, length = random_model(), 7
    cache = KVCache(model.config)
    tokens = torch.randint(0, 50, (1, past + length))
    with torch.inference_mode(), FlopCounterMode(display=False) as counter:
        if past:
            model.hidden(tokens[:, :past], cache)
        before = counter.get_total_flops()
        model(tokens[:, past:], cache)
    counted = counter.get_total_flops() - before
    c = model.config
    attention = 4 * c.layers * c.heads * c.head_width
    causal = attention * sum(past + i + 1 for i in range(length))
    rectangle = attention * length * (past + length)
    ours = forward_flops(c, length, past)
    assert ours - causal in (counted, counted - rectangle)


@pytest.mark.parametrize(
    "wrong",
    [
        {"kv_heads": 3},
        {"width": 18},
        {"layers": 0},
        {"activation": "gelu"},
        {"head_width": 5},
    ],
)
def test_impossible_shapes_are_refused_in_a_sentence(wrong: dict[str, object]) -> None:
    with pytest.raises(SparkError):
        replace(TINY, **({"head_width": 0} | wrong))


def test_an_unknown_size_names_the_known_ones() -> None:
    with pytest.raises(SparkError, match="300m"):
        config_for("7b", 4096)


def test_a_config_survives_json() -> None:
    assert ModelConfig.from_json(TINY.to_json()) == TINY
    for broken in ("", "[]", "{}", '{"vocab_size": 1, "colour": "red"}'):
        with pytest.raises(SparkError):
            ModelConfig.from_json(broken)
