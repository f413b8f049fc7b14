"""A model on disk: one safetensors file whose metadata holds the config. Written whole or not at all."""

from __future__ import annotations

import json
import os
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from engine.errors import SparkError
from engine.models.config import ModelConfig
from engine.models.transformer import Transformer


def save_tensors(path: Path, tensors: dict[str, Tensor], metadata: dict[str, str]) -> None:
    """Write beside the target, fsync, rename: a crash leaves the old file or the new one, never half of one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        save_file({name: tensor.detach().contiguous() for name, tensor in tensors.items()}, temporary, metadata)
        with temporary.open("rb") as file:
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def load_tensors(path: Path) -> tuple[dict[str, Tensor], dict[str, str]]:
    """Tensors and metadata of a safetensors file.

    Raises:
        SparkError: it is missing, half-written or not safetensors.
    """
    try:
        with safe_open(path, framework="pt") as file:
            return {name: file.get_tensor(name) for name in file.keys()}, dict(file.metadata() or {})  # noqa: SIM118
    except (OSError, SafetensorError, ValueError) as error:
        reason = "it is missing" if not path.exists() else f"it is damaged: {error}"
        raise SparkError(f"The weights {path} cannot be read ({reason}).") from error


def save_model(path: Path, model: Transformer, dtype: torch.dtype | None = None, **metadata: str) -> None:
    """Save config and weights; matrices in `dtype` when given, the few vectors always as they are."""
    tensors = {
        name: tensor.to(dtype) if dtype is not None and tensor.dim() == 2 else tensor
        for name, tensor in model.state_dict().items()
    }
    save_tensors(path, tensors, {"config": model.config.to_json(), **metadata})


def load_model(path: Path) -> Transformer:
    """A model from `save_model`, in evaluation mode, float32 weights.

    Raises:
        SparkError: the file is unreadable, has no config, or its tensors do not fit the config.
    """
    tensors, metadata = load_tensors(path)
    if "config" not in metadata:
        raise SparkError(f"The weights {path} carry no config; they were not written by Spark.")
    model = Transformer(ModelConfig.from_json(metadata["config"]))
    fit(model, tensors, str(path))
    return model.eval()


def fit(model: Transformer, tensors: dict[str, Tensor], source: str) -> None:
    """Copy `tensors` into the model, name by name, shape by shape.

    Raises:
        SparkError: a tensor is missing, left over or of another shape.
    """
    wanted = model.state_dict()
    missing, extra = sorted(wanted.keys() - tensors.keys()), sorted(tensors.keys() - wanted.keys())
    wrong = [name for name in wanted.keys() & tensors.keys() if wanted[name].shape != tensors[name].shape]
    if missing or extra or wrong:
        detail = json.dumps({"missing": missing[:3], "unknown": extra[:3], "other shape": sorted(wrong)[:3]})
        raise SparkError(f"The weights in {source} do not fit the model's shape: {detail}.")
    model.load_state_dict({name: tensors[name].to(wanted[name].dtype) for name in wanted})
