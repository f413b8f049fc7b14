"""A deeper model says what the one it comes from said, until it is trained on."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import torch

from engine.errors import SparkError
from engine.models.config import ModelConfig
from engine.models.transformer import Transformer
from engine.models.weights import load_model, save_model
from train.deepen import deepened

TOKENS = torch.arange(24)[None] % 7


def trained(residual_scales: bool = True) -> Transformer:
    torch.manual_seed(3)
    config = ModelConfig(64, 2, 32, 4, 2, mlp_width=64, context=32, residual_scales=residual_scales)
    model = Transformer(config)
    for parameter in model.parameters():
        torch.nn.init.normal_(parameter, std=0.3)
    return model.eval()


@pytest.mark.parametrize("residual_scales", [True, False])
def test_it_computes_the_same(residual_scales: bool) -> None:
    model = trained(residual_scales)
    deep = deepened(model, 6)
    assert deep.config.layers == 6
    with torch.inference_mode():
        assert torch.allclose(deep(TOKENS), model(TOKENS), atol=1e-4)


def test_every_new_block_learns() -> None:
    deep = deepened(trained(), 4)
    deep.train()(TOKENS).square().sum().backward()
    for layer in (1, 3):
        writes = deep.get_parameter(f"blocks.{layer}.mlp.down.weight")
        assert writes.abs().sum() == 0
        assert writes.grad is not None and writes.grad.abs().sum() > 0


@pytest.mark.parametrize("layers", [1, 2, 3])
def test_layers_must_be_a_multiple(layers: int) -> None:
    with pytest.raises(SparkError, match="no multiple of the 2"):
        deepened(trained(), layers)


def test_by_command(tmp_path: Path) -> None:
    save_model(tmp_path / "m.safetensors", trained())
    command = [
        sys.executable,
        "-m",
        "train.deepen",
        str(tmp_path / "m.safetensors"),
        "--out",
        str(tmp_path / "d.safetensors"),
    ]
    told = subprocess.run([*command, "--layers", "4"], capture_output=True, text=True, check=True)
    assert "4 layers" in told.stdout
    assert load_model(tmp_path / "d.safetensors").config.layers == 4
    wrong = subprocess.run([*command, "--layers", "5"], capture_output=True, text=True)
    assert wrong.returncode == 1 and "no multiple" in wrong.stderr and "Traceback" not in wrong.stderr
