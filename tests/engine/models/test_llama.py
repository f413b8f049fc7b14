"""The reference check: a tiny random Llama of transformers, loaded into our class, gives the same logits."""

from __future__ import annotations

import pytest
import torch

from engine.models.cache import KVCache
from engine.models.config import ModelConfig
from engine.models.pretrained import our_name
from engine.models.transformer import Transformer
from engine.models.weights import fit

_LAYERS, _VOCABULARY = 3, 97


@pytest.fixture(scope="module", params=[True, False], ids=["tied", "untied"])
def pair(request: pytest.FixtureRequest) -> tuple[Transformer, torch.nn.Module]:
    from transformers import LlamaConfig, LlamaForCausalLM

    torch.manual_seed(0)
    theirs = LlamaForCausalLM(
        LlamaConfig(
            vocab_size=_VOCABULARY, hidden_size=48, num_hidden_layers=_LAYERS, num_attention_heads=6,
            num_key_value_heads=2, intermediate_size=80, max_position_embeddings=64, rms_norm_eps=1e-5,
            rope_parameters={"rope_type": "default", "rope_theta": 10_000.0}, tie_word_embeddings=request.param,
            attention_bias=False, mlp_bias=False, initializer_range=0.2,
        )
    ).eval()  # fmt: skip
    ours = Transformer(
        ModelConfig(
            _VOCABULARY, _LAYERS, width=48, heads=6, kv_heads=2, mlp_width=80, context=64, activation="swiglu",
            qk_norm=False, residual_scales=False, embedding_norm=False, tie_embeddings=request.param,
        )
    ).eval()  # fmt: skip
    tensors = {our_name(name) or "": tensor for name, tensor in theirs.state_dict().items()}
    if request.param:
        del tensors["head.weight"]
    fit(ours, tensors, "a random Llama")
    return ours, theirs


@torch.inference_mode()
def test_the_same_logits_without_a_cache(pair: tuple[Transformer, torch.nn.Module]) -> None:
    ours, theirs = pair
    tokens = torch.randint(0, _VOCABULARY, (3, 40))
    expected = theirs(tokens).logits
    assert expected.std() > 0.5  # the comparison must have something to compare
    assert (ours(tokens) - expected).abs().max() < 1e-4


@torch.inference_mode()
@pytest.mark.parametrize("pieces", [[40], [1] * 40, [17, 1, 1, 5, 16]], ids=["whole", "token by token", "chunks"])
def test_the_same_logits_with_the_cache(pair: tuple[Transformer, torch.nn.Module], pieces: list[int]) -> None:
    ours, theirs = pair
    tokens = torch.randint(0, _VOCABULARY, (2, 40))
    cache = KVCache(ours.config, batch=2)
    found = torch.cat([ours(piece, cache) for piece in tokens.split(pieces, dim=1)], dim=1)
    assert cache.length == 40
    assert (found - theirs(tokens).logits).abs().max() < 1e-4
