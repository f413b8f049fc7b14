"""Cores that others trained: Llama, SmolLM2, Qwen2 and Qwen3 as safetensors folders, as our one transformer.

One table says what each tensor is called here, one function what their config means here; whatever our transformer
would not compute the same is refused by name. A test compares the logits with transformers' for each family.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from engine.errors import SparkError
from engine.models.config import ModelConfig
from engine.models.quantized import skeleton
from engine.models.transformer import Transformer
from engine.models.weights import checked, load_tensors

FAMILIES = {"llama": "Llama or SmolLM2", "qwen2": "Qwen2", "qwen3": "Qwen3"}
CONTEXT = 4096
"""Most tokens of a context that are used, whatever the model was made for: keys and values take memory."""

NAMES = {
    "model.embed_tokens.weight": "embedding.weight",
    "model.norm.weight": "norm.weight",
    "lm_head.weight": "head.weight",
    "model.layers.{}.input_layernorm.weight": "blocks.{}.attention_norm.weight",
    "model.layers.{}.post_attention_layernorm.weight": "blocks.{}.mlp_norm.weight",
    "model.layers.{}.self_attn.q_proj.weight": "blocks.{}.attention.query.weight",
    "model.layers.{}.self_attn.k_proj.weight": "blocks.{}.attention.key.weight",
    "model.layers.{}.self_attn.v_proj.weight": "blocks.{}.attention.value.weight",
    "model.layers.{}.self_attn.q_proj.bias": "blocks.{}.attention.query.bias",
    "model.layers.{}.self_attn.k_proj.bias": "blocks.{}.attention.key.bias",
    "model.layers.{}.self_attn.v_proj.bias": "blocks.{}.attention.value.bias",
    "model.layers.{}.self_attn.q_norm.weight": "blocks.{}.attention.query_norm.weight",
    "model.layers.{}.self_attn.k_norm.weight": "blocks.{}.attention.key_norm.weight",
    "model.layers.{}.self_attn.o_proj.weight": "blocks.{}.attention.output.weight",
    "model.layers.{}.mlp.gate_proj.weight": "blocks.{}.mlp.gate.weight",
    "model.layers.{}.mlp.up_proj.weight": "blocks.{}.mlp.up.weight",
    "model.layers.{}.mlp.down_proj.weight": "blocks.{}.mlp.down.weight",
}
"""Their names on the left, ours on the right; {} is the layer."""
_IGNORED = ("rotary_emb.inv_freq",)
"""Tables that some checkpoints carry and everybody computes."""


def read_config(folder: Path) -> ModelConfig:
    """What a folder's config.json means here.

    Raises:
        SparkError: there is none, or it describes what our transformer does not compute.
    """
    file = folder / "config.json"
    try:
        theirs: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        family = theirs["model_type"]
    except FileNotFoundError as error:
        raise SparkError(f"{folder} has no config.json, so it is not a model's folder.") from error
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise SparkError(f"{file} cannot be read as a model's config.") from error
    if not isinstance(family, str) or family not in FAMILIES:
        known = ", ".join(FAMILIES.values())
        raise SparkError(f"{folder.name} is of the family {family!r}, which is not supported; these are: {known}.")
    unsupported = {
        "an activation other than SiLU": theirs.get("hidden_act", "silu") not in ("silu", "swish"),
        "biases in the MLP": bool(theirs.get("mlp_bias")),
        "a bias on the attention's output": family != "qwen2" and bool(theirs.get("attention_bias")),
        "sliding windows": bool(theirs.get("use_sliding_window")),
        "quantized weights": "quantization_config" in theirs,
    }
    if wrong := [what for what, is_so in unsupported.items() if is_so]:
        raise SparkError(f"{folder.name} has {wrong[0]}, which is not supported.")
    rope = theirs.get("rope_parameters") or theirs.get("rope_scaling") or {}
    try:
        heads = int(theirs["num_attention_heads"])
        return ModelConfig(
            vocab_size=int(theirs["vocab_size"]),
            layers=int(theirs["num_hidden_layers"]),
            width=int(theirs["hidden_size"]),
            heads=heads,
            kv_heads=int(theirs.get("num_key_value_heads") or heads),
            mlp_width=int(theirs["intermediate_size"]),
            context=min(int(theirs.get("max_position_embeddings", CONTEXT)), CONTEXT),
            rope_base=float(rope.get("rope_theta") or theirs.get("rope_theta") or 10_000.0),
            norm_eps=float(theirs.get("rms_norm_eps", 1e-6)),
            activation="swiglu",
            qk_norm=family == "qwen3",
            residual_scales=False,
            embedding_norm=False,
            tie_embeddings=bool(theirs.get("tie_word_embeddings", False)),
            head_width=int(theirs.get("head_dim") or 0),
            attention_bias=family == "qwen2",
            rope_scaling=_rope_scaling(folder.name, rope),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise SparkError(f"{file} lacks a size that a model needs ({error}).") from error


def _rope_scaling(name: str, rope: dict[str, Any]) -> tuple[float, float, float, float] | None:
    kind = rope.get("rope_type") or rope.get("type") or "default"
    if kind == "default":
        return None
    if kind != "llama3":
        raise SparkError(f"{name} stretches its context by {kind!r} RoPE scaling, which is not supported.")
    return (
        float(rope["factor"]),
        float(rope["low_freq_factor"]),
        float(rope["high_freq_factor"]),
        float(rope["original_max_position_embeddings"]),
    )


def read_pretrained(folder: Path, progress: Callable[[str], None] = lambda _: None) -> Transformer:
    """The model in a folder, its weights in the precision that they are stored in.

    Raises:
        SparkError: the config is not supported, a file is missing or damaged, or the weights do not fit the config.
    """
    config = read_config(folder)
    state: dict[str, Tensor] = {}
    for number, file in enumerate(files := _weight_files(folder), start=1):
        progress(f"reading weights, file {number} of {len(files)}")
        for name, tensor in load_tensors(file)[0].items():
            ours = our_name(name)
            if ours is not None and not (ours == "head.weight" and config.tie_embeddings):
                keep = (tensor.dtype == torch.bfloat16 and tensor.dim() == 2) or not tensor.is_floating_point()
                state[ours] = tensor if keep else tensor.float()
    model = skeleton(config)
    checked(model, state, folder.name)
    model.load_state_dict(state, assign=True)
    return model.eval()


def our_name(theirs: str) -> str | None:
    """What a tensor of theirs is called here; None for what is not needed.

    Raises:
        SparkError: the table does not know it.
    """
    if theirs.endswith(_IGNORED):
        return None
    parts = theirs.split(".")
    numbers = [part for part in parts if part.isdigit()]
    general = ".".join("{}" if part.isdigit() else part for part in parts)
    if general not in NAMES or len(numbers) > 1:
        raise SparkError(f"The weights hold {theirs!r}, which none of the supported families has.")
    return NAMES[general].format(*numbers)


def their_state(model: Transformer) -> dict[str, Tensor]:
    """The weights of one of our models under the names that others give them."""
    back = {ours: theirs for theirs, ours in NAMES.items()}
    state = {}
    for name, tensor in model.state_dict().items():
        parts = name.split(".")
        general = ".".join("{}" if part.isdigit() else part for part in parts)
        state[back[general].format(*(part for part in parts if part.isdigit()))] = tensor
    return state


def _weight_files(folder: Path) -> list[Path]:
    """The safetensors files of a folder, all of those that its index names.

    Raises:
        SparkError: there are none, or one is missing.
    """
    index = folder / "model.safetensors.index.json"
    if index.exists():
        try:
            shards = sorted(
                {str(name) for name in json.loads(index.read_text(encoding="utf-8"))["weight_map"].values()}
            )
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise SparkError(f"{index} cannot be read.") from error
        files = [folder / Path(shard).name for shard in shards]
        if missing := [file.name for file in files if not file.exists()]:
            raise SparkError(
                f"{len(missing)} of {len(files)} weight files of {folder.name} are missing, the first is {missing[0]}; "
                "fetch it into the folder."
            )
        return files
    single = folder / "model.safetensors"
    if single.exists():
        return [single]
    if any(folder.glob("*.bin")) or any(folder.glob("*.pt*")):
        raise SparkError(
            f"{folder.name} holds its weights as pickle files, which can run code and are never read; "
            "find or make a safetensors version."
        )
    if any(folder.glob("*.safetensors")):
        raise SparkError(
            f"{folder} has weights, but neither model.safetensors nor {index.name}, which names its parts."
        )
    raise SparkError(f"{folder} has no model.safetensors.")
