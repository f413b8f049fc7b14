"""The attention probe against what the blocks themselves compute."""

from __future__ import annotations

from typing import cast

import pytest
import torch

from engine.models.probe import attention_weights
from engine.models.transformer import Attention, Block
from tests.engine.models.test_transformer import TINY, random_model


def test_weights_mix_values_into_what_fused_attention_gives() -> None:
    """Recomputed weights times values must equal the input of each layer's output matrix, seen by a hook."""
    model = random_model()
    tokens = torch.randint(0, TINY.vocab_size, (2, 19))
    mixed: list[torch.Tensor] = []
    values: list[torch.Tensor] = []
    for module in model.blocks:
        attention = cast(Attention, cast(Block, module).attention)
        attention.output.register_forward_pre_hook(lambda _, inputs: mixed.append(inputs[0].detach()))
        attention.value.register_forward_hook(lambda _, __, output: values.append(output.detach()))
    with torch.inference_mode():
        model(tokens)
    hooked, projected = list(mixed), list(values)
    weights = attention_weights(model, tokens, range(TINY.layers))
    assert sorted(weights) == [0, 1]
    for layer, weights_BHTT in weights.items():
        v = projected[layer].view(2, 19, TINY.kv_heads, TINY.head_width).transpose(1, 2)
        v = v.repeat_interleave(TINY.heads // TINY.kv_heads, dim=1)
        expected = (weights_BHTT @ v).transpose(1, 2).reshape(2, 19, -1)
        assert torch.allclose(expected, hooked[layer], atol=1e-5)


def test_rows_are_distributions_over_the_past() -> None:
    model = random_model()
    weights = attention_weights(model, torch.randint(0, 50, (1, 12)), [-1])
    assert list(weights) == [1]
    assert torch.allclose(weights[1].sum(-1), torch.ones(1, TINY.heads, 12), atol=1e-5)
    assert weights[1].triu(1).abs().max() == 0


def test_an_unknown_layer_is_an_index_error() -> None:
    with pytest.raises(IndexError):
        attention_weights(random_model(), torch.zeros(1, 3, dtype=torch.long), [2])
