"""A model on disk: one safetensors file whose metadata holds the config. Written whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from engine.errors import SparkError
from engine.models.config import ModelConfig
from engine.models.quantize import Quantized
from engine.models.quantized import QuantizedEmbedding, QuantizedLinear, put, skeleton
from engine.models.transformer import Transformer


def save_tensors(path: Path, tensors: dict[str, Tensor], metadata: dict[str, str]) -> None:
    """Write beside the target, fsync, rename: a crash leaves the old file or the new one, never half of one.

    Raises:
        OSError: it cannot be written (a full disk, say).
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        save_file({name: tensor.detach().contiguous() for name, tensor in tensors.items()}, temporary, metadata)
        with temporary.open("rb") as file:
            os.fsync(file.fileno())
        temporary.replace(path)
    except SafetensorError as error:  # how the library says it
        raise OSError(str(error)) from error
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
    with _opened(path) as file:
        return {name: file.get_tensor(name) for name in file.keys()}, dict(file.metadata() or {})  # noqa: SIM118


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    try:
        with safe_open(path, framework="pt") as file:
            yield file
    except (OSError, SafetensorError, ValueError) as error:
        reason = "it is missing" if not path.exists() else f"it is damaged: {error}"
        raise SparkError(f"The weights {path} cannot be read ({reason}).") from error


def save_model(path: Path, model: Transformer, dtype: torch.dtype | None = None, **metadata: str) -> None:
    """Save config and weights; matrices in `dtype` when given, the few vectors always as they are."""
    tensors = {
        name: tensor.to(dtype) if dtype is not None and tensor.dim() == 2 else tensor
        for name, tensor in model.state_dict().items()
    }
    for name, module in model.named_modules():
        if isinstance(module, QuantizedLinear | QuantizedEmbedding):
            tensors |= _to_disk(f"{name}.weight", module.stored)
    save_tensors(path, tensors, {"config": model.config.to_json(), **metadata})


def load_model(path: Path) -> Transformer:
    """A model from `save_model`, in evaluation mode: float32, but matrices saved in 8 or 4 bits stay so.

    Raises:
        SparkError: the file is unreadable, has no config, or its tensors do not fit the config.
    """
    tensors, metadata = load_tensors(path)
    model = skeleton(_config(path, metadata))
    for name in [name.removesuffix(".codes") for name in tensors if name.endswith(".codes")]:
        put(model, name, _from_disk(name, tensors, str(path)))
    wanted = checked(model, tensors, str(path))
    # A copy, unless that was one already: weights that still lie in the file change when it does.
    state = {name: tensors[name].to(torch.float32, copy=True) for name in wanted}
    if metadata.get("keep") == "bfloat16":
        state |= {name: tensors[name] for name in wanted if tensors[name].dtype == torch.bfloat16}
    model.load_state_dict(state, assign=True)
    return model.eval()


def load_config(path: Path) -> ModelConfig:
    """The shape of a saved model: a few kilobytes are read, however large it is.

    Raises:
        SparkError: the file is unreadable or has no config.
    """
    with _opened(path) as file:
        return _config(path, dict(file.metadata() or {}))


def _config(path: Path, metadata: dict[str, str]) -> ModelConfig:
    if "config" not in metadata:
        raise SparkError(f"The weights {path} carry no config; they were not written by Spark.")
    return ModelConfig.from_json(metadata["config"])


def _to_disk(name: str, matrix: Quantized) -> dict[str, Tensor]:
    """Codes (two 4-bit ones to a byte, the even column in the lower half), scales and offsets by their names."""
    codes = matrix.codes
    if matrix.bits == 4:
        codes = (codes + 8).to(torch.uint8)
        codes = codes[:, 0::2] | (codes[:, 1::2] << 4)
    tensors = {f"{name}.codes": codes, f"{name}.scales": matrix.scales.bfloat16()}
    if matrix.offsets is not None:
        tensors[f"{name}.offsets"] = matrix.offsets.bfloat16()
    return tensors


def _from_disk(name: str, tensors: dict[str, Tensor], source: str) -> Quantized:
    """Takes what belongs to the matrix out of `tensors`."""
    codes, scales = tensors.pop(f"{name}.codes"), tensors.pop(f"{name}.scales", None)
    offsets = tensors.pop(f"{name}.offsets", None)
    bits = 4 if codes.dtype == torch.uint8 else 8
    if codes.dtype not in (torch.uint8, torch.int8):
        raise SparkError(f"The weights in {source} are damaged: the codes of {name} are not bytes.")
    if scales is None or codes.dim() != 2 or scales.dim() != 2 or (bits == 4) != (offsets is not None):
        raise SparkError(f"The weights in {source} are damaged: the scales of {name} are missing.")
    if bits == 4:
        codes = torch.stack((codes & 15, codes >> 4), dim=2).flatten(1).to(torch.int8) - 8
    if codes.shape[0] != scales.shape[0] or codes.shape[1] % scales.shape[1]:
        raise SparkError(f"The weights in {source} are damaged: the scales of {name} do not fit it.")
    return Quantized(bits, codes, scales.float(), None if offsets is None else offsets.float())


def fit(model: Transformer, tensors: dict[str, Tensor], source: str) -> None:
    """Copy `tensors` into the model, name by name, shape by shape.

    Raises:
        SparkError: a tensor is missing, left over or of another shape.
    """
    wanted = checked(model, tensors, source)
    model.load_state_dict({name: tensors[name].to(wanted[name].dtype) for name in wanted})


def checked(model: Transformer, tensors: dict[str, Tensor], source: str) -> dict[str, Tensor]:
    """What the model wants, once `tensors` are known to be that."""
    wanted: dict[str, Tensor] = model.state_dict()
    missing, extra = sorted(wanted.keys() - tensors.keys()), sorted(tensors.keys() - wanted.keys())
    wrong = [name for name in wanted.keys() & tensors.keys() if wanted[name].shape != tensors[name].shape]
    whole = [name for name in wanted.keys() & tensors.keys() if not tensors[name].is_floating_point()]
    if missing or extra or wrong or whole:
        kinds = (
            ("missing", missing),
            ("unknown", extra),
            ("of another shape", sorted(wrong)),
            ("in whole numbers", sorted(whole)),
        )
        detail = "; ".join(f"{', '.join(names[:3])} {kind}" for kind, names in kinds if names)
        raise SparkError(f"The weights in {source} do not fit the model's shape, take the size they are of ({detail}).")
    return wanted
