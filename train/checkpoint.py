"""Checkpoints that a crash, a kill or a full disk cannot spoil.

A checkpoint is a folder `step-00001234`: model.safetensors, optimizer.safetensors, state.json. It is written under
another name, flushed to the disk, and renamed: it is there whole or not at all. The one before is kept until the
next is safe, and a damaged newest one falls back to it.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path

import torch
from torch import Tensor

from engine.errors import SparkError
from engine.models.transformer import Transformer
from engine.models.weights import load_model, save_model
from train.parallel import here, part_of

KEEP = 2
_FORMAT = 1


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a run is: steps done, target tokens and tokens seen, seconds of training."""

    step: int = 0
    tokens: int = 0
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What was read back. `skipped` names a newer checkpoint that was damaged, if any."""

    path: Path
    progress: Progress
    model: dict[str, Tensor]
    optimizer: dict[str, Tensor]
    skipped: str = ""


def save_checkpoint(folder: Path, model: Transformer, progress: Progress, state: Mapping[str, Tensor]) -> Path:
    """Write a checkpoint into `folder` and drop all but the newest two. Returns its path.

    `state` is what the optimizer needs to go on; the random state is added here.

    Raises:
        SparkError: it could not be written (a full disk, say); what was there before is untouched.
    """
    from safetensors.torch import save_file

    final = folder / f"step-{progress.step:08d}"
    partial = folder / f".{final.name}.{os.getpid()}.partial"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _sweep(folder)  # what a run left that was killed while saving
        partial.mkdir()
        save_model(partial / "model.safetensors", model)
        random = {"random.cpu": torch.get_rng_state()}
        if torch.cuda.is_available():
            random["random.cuda"] = torch.cuda.get_rng_state()
        tensors = {name: tensor.contiguous() for name, tensor in (*state.items(), *random.items())}
        save_file(tensors, partial / "optimizer.safetensors")
        sums = {name: _checksum(partial / name) for name in ("model.safetensors", "optimizer.safetensors")}
        record = {"format": _FORMAT, "progress": asdict(progress), "sha256": sums}
        (partial / "state.json").write_text(json.dumps(record, indent=1), encoding="utf-8")
        for file in partial.iterdir():
            _flush(file)
        _flush(partial)
        if final.exists():  # saved twice at one step: whole until the new one is there, and swept away with partials
            final.rename(folder / f".{final.name}.old.partial")
        partial.rename(final)
        _flush(folder)
    except Exception as error:  # safetensors raises its own errors for a full disk
        shutil.rmtree(partial, ignore_errors=True)
        raise SparkError(f"The checkpoint at step {progress.step} could not be saved to {folder} ({error}).") from error
    _sweep(folder)
    for old in sorted(folder.glob("step-*"))[:-KEEP]:
        shutil.rmtree(old, ignore_errors=True)
    return final


def _sweep(folder: Path) -> None:
    """Remove checkpoints that are not whole, or that another took the place of."""
    for left in folder.glob(".step-*.partial"):
        shutil.rmtree(left, ignore_errors=True)


def load_checkpoint(folder: Path) -> Checkpoint:
    """The newest checkpoint in `folder` that is whole.

    Raises:
        SparkError: there is none.
    """
    skipped = ""
    for path in sorted(folder.glob("step-*"), reverse=True):
        try:
            checkpoint = _read(path)
        except Exception as error:  # whatever is wrong with it, the one before may be whole
            skipped = skipped or f"The checkpoint {path.name} is damaged ({error}); going on from an older one."
            continue
        return Checkpoint(path, *checkpoint, skipped)
    if skipped:
        raise SparkError(f"No checkpoint in {folder} is whole; start the run again without --resume.")
    raise SparkError(f"There is no checkpoint in {folder}; start the run without --resume.")


def restore(checkpoint: Checkpoint, model: Transformer) -> dict[str, Tensor]:
    """Put weights and random state back; returns the optimizer's state, as it was given to `save_checkpoint`.

    Raises:
        SparkError: the checkpoint is of a model of another shape.
    """
    shapes = {name: tuple(tensor.shape) for name, tensor in model.state_dict().items()}
    if {name: tuple(tensor.shape) for name, tensor in checkpoint.model.items()} != shapes:
        raise SparkError(
            f"The checkpoint {checkpoint.path} is of a model of another shape; resume with the run's own size."
        )
    state = dict(checkpoint.optimizer)
    torch.set_rng_state(state.pop("random.cpu"))
    cuda = state.pop("random.cuda", None)
    if cuda is not None and torch.cuda.is_available():
        torch.cuda.set_rng_state(cuda)
    for name, parameter in model.named_parameters():
        here(parameter.data).copy_(part_of(checkpoint.model[name].to(parameter.device), parameter))
    return state


def _read(path: Path) -> tuple[Progress, dict[str, Tensor], dict[str, Tensor]]:
    from safetensors.torch import load_file

    record = json.loads((path / "state.json").read_text(encoding="utf-8"))
    if record["format"] != _FORMAT:
        raise SparkError(f"format {record['format']} is unknown")
    for name, expected in record["sha256"].items():
        if _checksum(path / name) != expected:
            raise SparkError(f"{name} does not match its checksum")
    model = load_model(path / "model.safetensors").state_dict()
    return Progress(**record["progress"]), model, load_file(path / "optimizer.safetensors")


def _checksum(path: Path) -> str:
    digest = sha256()
    with path.open("rb") as file:
        while piece := file.read(1 << 20):
            digest.update(piece)
    return digest.hexdigest()


def _flush(path: Path) -> None:
    """Force a file or folder to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
