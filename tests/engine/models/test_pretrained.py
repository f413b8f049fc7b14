"""Weights of others in our transformer: the logits of transformers, family by family, and clear words for the rest."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from engine.errors import SparkError
from engine.models.decoder import Decoder
from engine.models.pretrained import our_name, read_config, read_pretrained, their_state

COMMON = {
    "vocab_size": 97, "hidden_size": 48, "num_hidden_layers": 2, "num_attention_heads": 6, "num_key_value_heads": 2,
    "intermediate_size": 80, "max_position_embeddings": 64, "initializer_range": 0.2, "bos_token_id": 1,
    "eos_token_id": 2, "pad_token_id": 0,
}  # fmt: skip


def _llama(**more: Any) -> torch.nn.Module:
    from transformers import LlamaConfig, LlamaForCausalLM

    return LlamaForCausalLM(LlamaConfig(**COMMON, **more))


def _llama_3() -> torch.nn.Module:
    return _llama(
        tie_word_embeddings=True,
        rope_parameters={
            "rope_type": "llama3", "rope_theta": 10_000.0, "factor": 8.0, "low_freq_factor": 1.0,
            "high_freq_factor": 4.0, "original_max_position_embeddings": 16,
        },
    )  # fmt: skip


def _qwen2() -> torch.nn.Module:
    from transformers import Qwen2Config, Qwen2ForCausalLM

    return Qwen2ForCausalLM(Qwen2Config(**COMMON, tie_word_embeddings=True))


def _qwen3() -> torch.nn.Module:
    from transformers import Qwen3Config, Qwen3ForCausalLM

    return Qwen3ForCausalLM(Qwen3Config(**COMMON, head_dim=16, tie_word_embeddings=True))


MAKERS: dict[str, Callable[[], torch.nn.Module]] = {
    "llama": lambda: _llama(tie_word_embeddings=False),
    "smollm2": lambda: _llama(tie_word_embeddings=True, rope_parameters={"rope_type": "default", "rope_theta": 1e5}),
    "llama 3": _llama_3,
    "qwen2": _qwen2,
    "qwen3": _qwen3,
}


@pytest.fixture(scope="module", params=MAKERS)
def folder_and_model(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, torch.nn.Module]:
    torch.manual_seed(0)
    theirs = MAKERS[request.param]().eval()
    with torch.no_grad():  # norms and biases that a mistake could not hide behind
        for parameter in theirs.parameters():
            if parameter.dim() == 1:
                parameter.add_(torch.randn_like(parameter), alpha=0.2)
    folder = tmp_path_factory.mktemp(request.param.replace(" ", ""))
    theirs.save_pretrained(folder)
    return folder, theirs


@torch.inference_mode()
def test_the_logits_are_those_of_transformers(folder_and_model: tuple[Path, torch.nn.Module]) -> None:
    folder, theirs = folder_and_model
    tokens = torch.randint(0, 97, (40,))
    expected = theirs(tokens[None]).logits[0]
    assert expected.std() > 0.3
    ours = read_pretrained(folder)
    assert (ours(tokens[None])[0] - expected).abs().max() < 1e-4
    decoder = Decoder(ours)
    cache = decoder.new_cache()
    found = torch.cat([decoder.logits(decoder.read(piece.tolist(), cache)) for piece in tokens.split([30, 1, 1, 8])])
    assert (found - expected).abs().max() < 1e-4
    back = their_state(ours)
    assert all(torch.equal(back[name], tensor) for name, tensor in theirs.state_dict().items() if name in back)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    torch.manual_seed(0)
    _llama(tie_word_embeddings=True).save_pretrained(tmp_path, max_shard_size="40KB")
    assert (tmp_path / "model.safetensors.index.json").exists()
    return tmp_path


def test_shards_are_read_together_and_a_missing_one_is_named(folder: Path) -> None:
    assert read_pretrained(folder).parameter_count() > 0
    shard = sorted(folder.glob("model-*.safetensors"))[1]
    shard.unlink()
    with pytest.raises(SparkError, match=f"missing, the first is {shard.name}"):
        read_pretrained(folder)


def test_shards_without_their_index_are_not_guessed_at(folder: Path) -> None:
    (folder / "model.safetensors.index.json").unlink()
    with pytest.raises(SparkError, match=r"neither model\.safetensors nor model\.safetensors\.index\.json"):
        read_pretrained(folder)


def test_pickle_files_are_never_read(folder: Path) -> None:
    for file in folder.glob("model*"):
        file.unlink()
    (folder / "pytorch_model.bin").write_bytes(b"\x80\x04.")
    with pytest.raises(SparkError, match="pickle"):
        read_pretrained(folder)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"model_type": "gpt2"}, "family 'gpt2'"),
        ({"hidden_act": "gelu"}, "activation"),
        ({"mlp_bias": True}, "MLP"),
        ({"attention_bias": True}, "attention's output"),
        ({"use_sliding_window": True}, "sliding"),
        ({"quantization_config": {"bits": 4}}, "quantized"),
        ({"rope_parameters": {"rope_type": "yarn", "factor": 2.0}}, "yarn"),
        ({"hidden_size": None}, "lacks a size"),
        ({"hidden_size": 50}, "do not divide"),
        ({"num_hidden_layers": 3}, "do not fit"),
        ({"model_type": ["llama"]}, "family"),
        ({"rope_parameters": [1]}, "lacks a size"),
    ],
)
def test_what_is_not_supported_is_said_in_one_sentence(folder: Path, change: dict[str, object], words: str) -> None:
    config = json.loads((folder / "config.json").read_text())
    config.pop("head_dim", None)
    (folder / "config.json").write_text(json.dumps({**config, **change}))
    with pytest.raises(SparkError, match=words):
        read_pretrained(folder)


def test_a_folder_without_a_config_is_no_model(tmp_path: Path) -> None:
    with pytest.raises(SparkError, match=r"no config\.json"):
        read_config(tmp_path)
    (tmp_path / "config.json").write_text("[]")
    with pytest.raises(SparkError, match="cannot be read"):
        read_config(tmp_path)


def test_unknown_tensors_are_named_and_known_leftovers_ignored() -> None:
    assert our_name("model.layers.11.mlp.up_proj.weight") == "blocks.11.mlp.up.weight"
    assert our_name("model.layers.0.self_attn.rotary_emb.inv_freq") is None
    with pytest.raises(SparkError, match="experts"):
        our_name("model.layers.0.mlp.experts.0.up_proj.weight")
