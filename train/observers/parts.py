"""Norms by part of the model: the embedding, each block, the last norm."""

from __future__ import annotations

import math
from collections.abc import Iterable

import torch
from torch import Tensor


def norms_by_part(named: Iterable[tuple[str, Tensor]]) -> dict[str, float]:
    """{"embedding": …, "blocks.0": …, "norm": …}: the root of the sum of squares of all tensors of each part."""
    squares: dict[str, Tensor] = {}
    for name, tensor in named:
        part = ".".join(name.split(".")[:2]) if name.startswith("blocks.") else name.split(".")[0]
        square = tensor.detach().square().sum()
        squares[part] = squares[part] + square if part in squares else square
    values = torch.stack(list(squares.values())).tolist() if squares else []
    return {part: math.sqrt(value) for part, value in zip(squares, values, strict=True)}
