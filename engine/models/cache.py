"""The keys and values of the tokens read so far, so that each new token costs one position, not all."""

from __future__ import annotations

import torch
from torch import Tensor

from engine.errors import SparkError
from engine.models.config import ModelConfig


class KVCache:
    """Keys and values of every layer, written in place: no copy as it grows.

    Shapes: `keys` and `values` are [layers, batch, kv_heads, capacity, head_width]; `length` positions are filled.
    """

    def __init__(
        self,
        config: ModelConfig,
        batch: int = 1,
        capacity: int | None = None,
        dtype: torch.dtype = torch.float32,
        device: torch.device | None = None,
    ) -> None:
        self.capacity = capacity or config.context
        shape = (config.layers, batch, config.kv_heads, self.capacity, config.head_width)
        self.keys = torch.zeros(shape, dtype=dtype, device=device)
        self.values = torch.zeros(shape, dtype=dtype, device=device)
        self.length = 0

    def extend(self, layer: int, keys_BHTD: Tensor, values_BHTD: Tensor) -> tuple[Tensor, Tensor]:
        """Write this layer's new keys and values after the filled part; return all so far, as views.

        `length` itself moves on in `advance`, once every layer has written.
        """
        end = self.length + keys_BHTD.shape[2]
        if end > self.capacity:
            raise SparkError(f"The text is longer than the {self.capacity} tokens this model can read at once.")
        self.keys[layer, :, :, self.length : end] = keys_BHTD
        self.values[layer, :, :, self.length : end] = values_BHTD
        return self.keys[layer, :, :, :end], self.values[layer, :, :, :end]

    def advance(self, tokens: int) -> None:
        self.length += tokens

    def rewind(self, length: int) -> None:
        """Forget all positions from `length` on (a rejected draft, a changed ending)."""
        if not 0 <= length <= self.length:
            raise ValueError(f"cannot rewind from {self.length} to {length}")
        self.length = length
