"""The decoder computes what the transformer computes, however it is fed, in whatever precision its weights are."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import Tensor

from engine.errors import SparkError
from engine.models.config import ModelConfig, parameter_account
from engine.models.decoder import Decoder
from engine.models.packing import DENSE_FROM, pack
from engine.models.probe import attention_weights
from engine.models.quantize import quantize
from engine.models.quantized import quantized
from engine.models.transformer import Transformer
from engine.models.weights import load_model, save_model

PLAIN = ModelConfig(97, 3, 96, 6, 2, 160, 64)
LLAMA = replace(PLAIN, activation="swiglu", qk_norm=False, residual_scales=False, embedding_norm=False)
SHAPES = {
    "ours": PLAIN,
    "llama": LLAMA,
    "llama 3": replace(LLAMA, rope_scaling=(8.0, 1.0, 4.0, 16.0), tie_embeddings=False),
    "qwen 2": replace(LLAMA, attention_bias=True),
    "qwen 3": replace(LLAMA, qk_norm=True, head_width=32),
}


def lively_model(config: ModelConfig) -> Transformer:
    """Random weights everywhere: norms, scales and biases too, so that nothing can hide behind a one or a zero."""
    torch.manual_seed(0)
    model = Transformer(config).eval()
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if parameter.dim() == 2:
                parameter.normal_(0, 0.2)
            else:
                parameter.normal_(0.0 if name.endswith("bias") else 1.0, 0.3)
    return model


@pytest.fixture(scope="module", params=SHAPES)
def model(request: pytest.FixtureRequest) -> Transformer:
    return lively_model(SHAPES[request.param])


def read_in(pieces: list[int], decoder: Decoder, tokens: Tensor) -> Tensor:
    cache = decoder.new_cache()
    found = [decoder.logits(decoder.read(piece.tolist(), cache)) for piece in tokens.split(pieces)]
    assert cache.tokens == tokens.tolist()
    return torch.cat(found)


@torch.inference_mode()
@pytest.mark.parametrize("pieces", [[40], [1] * 40, [17, 1, 1, 5, 16]], ids=["whole", "token by token", "pieces"])
def test_the_same_logits_however_the_text_is_cut(model: Transformer, pieces: list[int]) -> None:
    tokens = torch.randint(0, 97, (40,))
    expected = model(tokens[None])[0]
    assert expected.std() > 0.5
    assert (read_in(pieces, Decoder(model), tokens) - expected).abs().max() < 1e-4


@torch.inference_mode()
@pytest.mark.parametrize(("precision", "within"), [("bfloat16", 0.05), ("int8", 0.12)])
def test_fewer_bits_stay_near(model: Transformer, precision: str, within: float) -> None:
    """Root mean square of the difference, in units of the logits' own spread."""
    tokens = torch.randint(0, 97, (40,))
    expected = model(tokens[None])[0]
    decoder = Decoder(model, precision)
    assert decoder.precision == precision
    found = read_in([20, *[1] * 20], decoder, tokens)
    assert (found - expected).square().mean().sqrt() < within * expected.std()


@torch.inference_mode()
@pytest.mark.parametrize("precision", ["int8", "int4"])
def test_a_quantized_file_runs_as_the_quantized_model(model: Transformer, precision: str, tmp_path: Path) -> None:
    tokens = torch.randint(0, 97, (30,))
    small = quantized(model, precision)
    save_model(tmp_path / "q.safetensors", small)
    loaded = load_model(tmp_path / "q.safetensors")
    expected = small(tokens[None])[0]
    assert torch.equal(loaded(tokens[None])[0], expected)
    decoder = Decoder(loaded)
    assert decoder.precision == precision
    difference = read_in([10, *[1] * 20], decoder, tokens) - expected
    assert difference.square().mean().sqrt() < 0.06 * expected.std()  # activations in bfloat16


@pytest.mark.parametrize(("bits", "most"), [(8, 0.01), (4, 0.11)])
def test_what_quantizing_loses(bits: int, most: float) -> None:
    """Of normal numbers, as a share of their spread: 4 bits by the widest value alone would lose .13."""
    matrix = torch.randn(64, 192, generator=torch.Generator().manual_seed(0))
    found = quantize(matrix, bits)
    assert found.bits == bits
    assert (found.dense() - matrix).square().mean().sqrt() < most
    assert quantize(matrix[:, :50], 4).bits == 8, "no group divides this width"


def test_the_account_counts_biases() -> None:
    for config in SHAPES.values():
        assert sum(parameter_account(config).values()) == Transformer(config).parameter_count()


@torch.inference_mode()
def test_where_the_answer_looked_is_what_the_probe_sees(model: Transformer) -> None:
    tokens = torch.randint(0, 97, (20,))
    decoder = Decoder(model)
    cache = decoder.new_cache()
    decoder.read(tokens.tolist(), cache)
    expected = attention_weights(model, tokens[None], (decoder.watched,))[decoder.watched][0]
    assert (decoder.attention(cache, 7) - expected[:, 7:]).abs().max() < 1e-4


@torch.inference_mode()
def test_a_cache_keeps_what_two_texts_begin_with() -> None:
    model = lively_model(PLAIN)
    decoder, tokens = Decoder(model), list(range(30))
    cache = decoder.new_cache()
    decoder.read([*tokens[:20], 90, 91], cache)
    assert cache.keep_common(tokens) == 20
    last = decoder.logits(decoder.read(tokens[20:], cache))[-1]
    assert (last - model(torch.tensor([tokens]))[0, -1]).abs().max() < 1e-4
    assert cache.keep_common(tokens) == 29, "the last is read again: its state is what is asked for"


def test_too_long_a_text_and_unknown_precisions_are_refused() -> None:
    model = lively_model(PLAIN)
    decoder = Decoder(model)
    with pytest.raises(SparkError, match="longer than the 4 tokens"):
        decoder.read([1] * 5, decoder.new_cache(4))
    with pytest.raises(SparkError, match="no precision"):
        Decoder(model, "int3")


def test_damaged_quantized_files_are_named(tmp_path: Path) -> None:
    from safetensors.torch import load_file, save_file

    file = tmp_path / "q.safetensors"
    small = quantized(lively_model(PLAIN), "int4")
    save_model(file, small)
    tensors = load_file(file)
    del tensors["blocks.0.mlp.up.weight.scales"]
    save_file(tensors, file, {"config": PLAIN.to_json()})
    with pytest.raises(SparkError, match="damaged"):
        load_model(file)


@torch.inference_mode()
def test_many_positions_at_once_are_the_same_product_as_one_by_one() -> None:
    torch.manual_seed(0)
    matrix = quantize(torch.randn(80, 96), 8)
    x = torch.randn(DENSE_FROM, 96).bfloat16()
    times = pack([matrix], "int8")
    at_once, one_by_one = times(x).float(), torch.cat([times(row[None]) for row in x]).float()
    exact = x.float() @ matrix.dense().T
    for found in (at_once, one_by_one):
        assert (found - exact).abs().max() < 0.01 * exact.abs().max()
