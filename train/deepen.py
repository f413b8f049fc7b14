"""A deeper model that computes what a trained one does, to go on from: is it depth that is missing?

    python -m train.deepen assets/bundle/core.safetensors --layers 14 --out deep.safetensors
    spark train core --size 24m --init deep.safetensors --data ...

Behind each block comes a copy of it that adds nothing yet, since the two matrices by which it writes to the residual
stream are zero (block expansion: Wu et al. 2024, "LLaMA Pro"; the idea is Net2Net's, Chen et al. 2016). What training
adds from there on is owed to the further layers and the further tokens, and no ability has to be learned twice.
"""

from __future__ import annotations

import argparse
import re
from dataclasses import replace
from pathlib import Path

import torch

from engine.errors import SparkError
from engine.models.transformer import Transformer
from engine.models.weights import load_model, save_model

_WRITES = ("attention.output.weight", "mlp.down.weight")


def deepened(model: Transformer, layers: int) -> Transformer:
    """The same function in `layers` blocks, a multiple of those it has; float32.

    Raises:
        SparkError: they are no multiple.
    """
    times, rest = divmod(layers, model.config.layers)
    if rest or times < 2:
        raise SparkError(f"{layers} layers are no multiple of the {model.config.layers} that the model has.")
    deep = Transformer(replace(model.config, layers=layers))
    state = {}
    for name, tensor in model.state_dict().items():
        block = re.match(r"blocks\.(\d+)\.(.+)", name)
        if block is None:
            state[name] = tensor
            continue
        for copy in range(times):
            new = f"blocks.{int(block[1]) * times + copy}.{block[2]}"
            state[new] = tensor if copy == 0 else _silent(block[2], tensor)
    deep.load_state_dict({name: tensor.float().clone() for name, tensor in state.items()})
    return deep.eval()


def _silent(part: str, tensor: torch.Tensor) -> torch.Tensor:
    """This part of a copy that leaves the residual stream as it is."""
    if part in _WRITES:
        return torch.zeros_like(tensor)
    return torch.tensor([1.0, 0.0]) if part == "scales" else tensor


def main() -> None:
    parser = argparse.ArgumentParser(description="Write a deeper model that computes the same, to train on from.")
    parser.add_argument("model", type=Path, help="a model.safetensors")
    parser.add_argument("--layers", type=int, required=True, help="blocks of the new one, a multiple of the old one's")
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args()
    try:
        deep = deepened(load_model(given.model), given.layers)
        save_model(given.out, deep)
    except SparkError as error:
        raise SystemExit(str(error)) from error
    print(f"{given.out}: {deep.config.layers} layers, {deep.parameter_count():,} parameters")


if __name__ == "__main__":
    main()
