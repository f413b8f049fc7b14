"""The reference check: a tiny random Llama of transformers, loaded into our class, gives the same logits."""

from __future__ import annotations

import pytest
import torch

from engine.models.cache import KVCache
from engine.models.config import ModelConfig
from engine.models.transformer import Transformer
from engine.models.weights import fit

# Their names on the left, ours on the right; {} is the layer.
_NAMES = {
    "model.embed_tokens.weight": "embedding.weight",
    "model.norm.weight": "norm.weight",
    "lm_head.weight": "head.weight",
    "model.layers.{}.input_layernorm.weight": "blocks.{}.attention_norm.weight",
    "model.layers.{}.post_attention_layernorm.weight": "blocks.{}.mlp_norm.weight",
    "model.layers.{}.self_attn.q_proj.weight": "blocks.{}.attention.query.weight",
    "model.layers.{}.self_attn.k_proj.weight": "blocks.{}.attention.key.weight",
    "model.layers.{}.self_attn.v_proj.weight": "blocks.{}.attention.value.weight",
    "model.layers.{}.self_attn.o_proj.weight": "blocks.{}.attention.output.weight",
    "model.layers.{}.mlp.gate_proj.weight": "blocks.{}.mlp.gate.weight",
    "model.layers.{}.mlp.up_proj.weight": "blocks.{}.mlp.up.weight",
    "model.layers.{}.mlp.down_proj.weight": "blocks.{}.mlp.down.weight",
}
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
    state = theirs.state_dict()
    tensors = {
        new.format(layer): state[old.format(layer)]
        for old, new in _NAMES.items()
        for layer in (range(_LAYERS) if "{}" in old else [0])
        if not (request.param and old == "lm_head.weight")
    }
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
