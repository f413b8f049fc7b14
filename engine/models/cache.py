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


class DecoderCache:
    """Keys and values of what has been read, and the queries of one watched layer, for looking back.

    Shapes: `pairs` is [layers, 2K, capacity, W], keys first; `queries` [capacity, H, W], scaled as attention needs
    them. The first `length` positions are filled, and `tokens` are the ones that filled them.
    """

    def __init__(self, config: ModelConfig, capacity: int) -> None:
        self.capacity = capacity
        self.heads = config.kv_heads
        # Room is taken from the system page by page as it is written to: an empty cache costs nothing.
        self.pairs = torch.empty(config.layers, 2 * config.kv_heads, capacity, config.head_width)
        self.queries = torch.empty(capacity, config.heads, config.head_width)
        self.tokens: list[int] = []

    @property
    def length(self) -> int:
        return len(self.tokens)

    def rewind(self, length: int) -> None:
        """Forget all positions from `length` on: a rejected draft, a prompt that goes on differently."""
        if not 0 <= length <= self.length:
            raise ValueError(f"cannot rewind from {self.length} to {length}")
        del self.tokens[length:]

    def keep_common(self, tokens: list[int]) -> int:
        """Rewind to where `tokens` begin to differ from what was read; how many positions that leaves.

        The last token is always read anew, since its state is what the next one is chosen from.
        """
        same = 0
        for mine, theirs in zip(self.tokens, tokens[:-1], strict=False):
            if mine != theirs:
                break
            same += 1
        self.rewind(same)
        return same
