"""Reading one more token: the inner loop of all writing, where each small operation counts as much as its arithmetic.

The same sums as a decoder's reading of many positions, in the same order, in buffers that are made once with every view
of them; a token allocates what the products return and little else. At 360M parameters that halves the time between
the products.

Axes as in decoder.py: D width, H heads, K key-value heads, G = H/K, W head width.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.models.cache import DecoderCache
from engine.models.config import ModelConfig
from engine.models.layer import Layer


class Step:
    """The layers of a decoder for one position at a time. Not for two threads at once: the buffers are its own."""

    def __init__(self, config: ModelConfig, layers: Sequence[Layer], watched: int, dtype: torch.dtype) -> None:
        """`watched`: the layer whose queries the cache keeps. `dtype`: what the products take."""
        self.config, self._layers, self._watched = config, layers, watched
        heads, kept, width = config.heads, config.kv_heads, config.head_width
        self._x_1D = torch.empty(1, config.width)
        self._normed_1D = torch.empty(1, config.width)
        self._input_1D = torch.empty(1, config.width, dtype=dtype)
        self._projected = torch.empty(1, (heads + 2 * kept) * width)
        self._turned = torch.empty(heads + 2 * kept, width)
        self._turns = torch.ones(heads + 2 * kept, width // 2, dtype=torch.complex64)  # values are not turned
        self._found = torch.empty(kept, heads // kept, width)
        self._found_1D = torch.empty(1, heads * width, dtype=dtype)

    def read(self, x0_1D: Tensor, turns: Tensor, cache: DecoderCache) -> Tensor:
        """The embedded token's state after the last layer, [1, D], valid until the next call; keys and values go into
        `cache` after what it holds.

        `turns`: RoPE at this position as complex numbers, [W/2].
        """
        c = self.config
        place, compared = cache.length, c.heads + c.kv_heads
        x, projected = self._x_1D.copy_(x0_1D), self._projected
        self._turns[:compared] = turns
        to_compare = projected.view(-1, c.head_width)[:compared]
        pairs, turned_pairs = _complex(projected, c), _complex(self._turned, c)
        queries = self._turned[: c.heads].view(c.kv_heads, -1, c.head_width)  # [K, G, W]
        keys_values = self._turned[c.heads :]
        places = cache.pairs[:, :, place].unbind(0)  # of each layer [2K, W]
        keys = cache.pairs[:, : c.kv_heads, : place + 1].transpose(2, 3).unbind(0)  # [K, W, T]
        values = cache.pairs[:, c.kv_heads :, : place + 1].unbind(0)  # [K, T, W]
        found = self._found.view(1, -1)
        for number, layer in enumerate(self._layers):
            if layer.keep != 1.0 or layer.mix != 0.0:
                x.mul_(layer.keep).add_(x0_1D, alpha=layer.mix)
            projected.copy_(layer.queries_keys_values(self._norm()))
            if layer.bias is not None:
                projected.add_(layer.bias)
            if layer.head_weights is not None:
                torch.mul(F.rms_norm(to_compare, (c.head_width,), eps=c.norm_eps), layer.head_weights, out=to_compare)
            torch.mul(pairs, self._turns, out=turned_pairs)
            places[number].copy_(keys_values)
            if number == self._watched:
                cache.queries[place] = self._turned[: c.heads]
            torch.bmm(torch.softmax(torch.bmm(queries, keys[number]), dim=-1), values[number], out=self._found)
            x.add_(layer.output(self._found_1D.copy_(found)))
            x.add_(layer.feed_forward(self._norm()))
        return x

    def _norm(self) -> Tensor:
        """RMSNorm of the state as what a product takes: one dot product, its root as a Python number, one scaling."""
        x_D = self._x_1D[0]
        scale = (torch.dot(x_D, x_D).item() / self.config.width + self.config.norm_eps) ** -0.5
        return self._input_1D.copy_(torch.mul(self._x_1D, scale, out=self._normed_1D))


def _complex(buffer: Tensor, config: ModelConfig) -> Tensor:
    """Heads that lie one after another, seen as the pairs that RoPE turns: complex [heads, W/2]."""
    return torch.view_as_complex(buffer.view(-1, config.head_width // 2, 2))
