"""Weights on disk: exact, whole or not at all, and never trusted blindly."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from engine.errors import SparkError
from engine.models.weights import load_model, save_model
from tests.engine.models.test_transformer import random_model


def test_a_model_comes_back_exactly(tmp_path: Path) -> None:
    model = random_model()
    path = tmp_path / "new" / "core.safetensors"
    save_model(path, model)
    again = load_model(path)
    assert again.config == model.config and not again.training
    assert all(torch.equal(a, b) for a, b in zip(model.parameters(), again.parameters(), strict=True))
    assert [p.name for p in path.parent.iterdir()] == ["core.safetensors"]


def test_half_the_bytes_in_bfloat16_and_vectors_stay_exact(tmp_path: Path) -> None:
    model = random_model()
    save_model(tmp_path / "core.safetensors", model, torch.bfloat16)
    stored = load_file(tmp_path / "core.safetensors")
    assert stored["embedding.weight"].dtype == torch.bfloat16
    assert torch.equal(stored["norm.weight"], model.norm.weight)
    assert load_model(tmp_path / "core.safetensors").embedding.weight.dtype == torch.float32


def test_damage_of_every_kind_is_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "core.safetensors"
    with pytest.raises(SparkError, match="missing"):
        load_model(path)
    save_model(path, random_model())
    whole = path.read_bytes()
    for cut in (0, 4, 100, len(whole) // 2, len(whole) - 1):
        path.write_bytes(whole[:cut])
        with pytest.raises(SparkError, match="damaged"):
            load_model(path)


def test_weights_of_another_shape_or_maker_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "core.safetensors"
    model = random_model()
    tensors = dict(model.state_dict())
    save_file(tensors, path)
    with pytest.raises(SparkError, match="no config"):
        load_model(path)
    for change in (
        {"norm.weight": torch.ones(3)},
        {"extra": torch.ones(1)},
    ):
        save_file(tensors | change, path, {"config": model.config.to_json()})
        with pytest.raises(SparkError, match="do not fit"):
            load_model(path)
