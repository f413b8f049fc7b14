"""Reading some tokens more: the inner loop of all writing, where each small operation counts as much as its arithmetic.

Everything happens in buffers that are made once for a number of positions, with every view of them; what is read
allocates what the products return and little else. That halves the time between the products, at 360M parameters as at
2M.

Axes as in decoder.py: T positions, D width, H heads, K key-value heads, G = H/K, W head width; S positions in all.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.models.cache import DecoderCache
from engine.models.config import ModelConfig
from engine.models.layer import Layer

_MANY = 128
"""Rows from which on PyTorch's norm is the faster one."""


class Step:
    """The layers of a decoder for so many positions at a time. Not for two threads at once: the buffers are its own."""

    def __init__(
        self,
        config: ModelConfig,
        layers: Sequence[Layer],
        norm_weight_D: Tensor,
        watched: int,
        dtype: torch.dtype,
        length: int,
    ) -> None:
        """`norm_weight_D`: of the final norm. `watched`: the layer whose queries the cache keeps. `dtype`: what the
        products take. `length`: T."""
        self._layers, self._norm_weight_D, self._watched, self._length = layers, norm_weight_D, watched, length
        heads, kept, width = config.heads, config.kv_heads, config.head_width
        compared = heads + kept
        self._kept, self._compared = kept, compared
        self._x_TD = torch.empty(length, config.width)
        self._normed_TD = torch.empty(length, config.width)
        self._norm = _Norm(self._x_TD, self._normed_TD, config.norm_eps)
        # Queries, keys and values of all heads, [H + 2K, T, W]: as they come, and as RoPE turned them.
        coming, turned = torch.empty(2, compared + kept, length, width).unbind()
        self._coming_THW = coming.transpose(0, 1)
        self._coming = coming
        self._to_compare = coming[:compared]
        self._norm_heads = _Norm(self._to_compare, self._to_compare, config.norm_eps)
        self._pairs, self._turned = _complex(coming), _complex(turned)
        self._turns = torch.ones(compared + kept, length, width // 2, dtype=torch.complex64)  # values are not turned
        self._queries_THW = turned[:heads].transpose(0, 1)
        self._queries = turned[:heads].view(kept, -1, width)  # [K, G·T, W]
        self._keys_values = turned[heads:]
        self._future_TT = torch.full((length, length), float("-inf")).triu_(1) if length > 1 else None
        self._found = torch.empty(kept, heads // kept * length, width)
        self._found_THW = self._found.view(heads, length, width).transpose(0, 1)
        # What the products take, where the above is not that already.
        self._input_TD = None if dtype == torch.float32 else torch.empty(length, config.width, dtype=dtype)
        self._mixed_TD = torch.empty(length, heads * width, dtype=dtype)
        self._mixed_THW = self._mixed_TD.view(length, heads, width)

    def read(self, x0_TD: Tensor, turns: Tensor, cache: DecoderCache) -> Tensor:
        """The states of embedded tokens after the final norm, [T, D]; keys and values go into `cache` at its end.

        `turns`: RoPE at these positions as complex numbers, [T, W/2].
        """
        start, kept = cache.length, self._kept
        stop = start + self._length
        x = self._x_TD.copy_(x0_TD)
        self._turns[: self._compared] = turns
        places = cache.pairs[:, :, start:stop].unbind(0)  # of each layer [2K, T, W]
        keys = cache.pairs[:, :kept, :stop].transpose(2, 3).unbind(0)  # [K, W, S]
        values = cache.pairs[:, kept:, :stop].unbind(0)  # [K, S, W]
        for number, layer in enumerate(self._layers):
            if layer.keep != 1.0 or layer.mix != 0.0:
                x.mul_(layer.keep).add_(x0_TD, alpha=layer.mix)
            heads = layer.queries_keys_values(self._normed())
            self._coming_THW.copy_(heads.view(self._coming_THW.shape))
            if layer.bias is not None:
                self._coming.add_(layer.bias)
            if layer.head_weights is not None:
                self._norm_heads()
                self._to_compare.mul_(layer.head_weights)
            torch.mul(self._pairs, self._turns, out=self._turned)
            places[number].copy_(self._keys_values)
            if number == self._watched:
                cache.queries[start:stop].copy_(self._queries_THW)
            x.add_(layer.output(self._attend(keys[number], values[number])))
            x.add_(layer.feed_forward(self._normed()))
        self._norm()
        return self._normed_TD * self._norm_weight_D

    def _normed(self) -> Tensor:
        """The state through RMSNorm, as what a product takes."""
        self._norm()
        return self._normed_TD if self._input_TD is None else self._input_TD.copy_(self._normed_TD)

    def _attend(self, keys_KWS: Tensor, values_KSW: Tensor) -> Tensor:
        """What the queries find, [T, H·W], for a product. Those of a key-value head are rows of one product here."""
        scores = torch.bmm(self._queries, keys_KWS)
        if self._future_TT is not None:
            scores.view(-1, self._length, scores.shape[-1])[..., -self._length :].add_(self._future_TT)
        torch.bmm(torch.softmax(scores, dim=-1), values_KSW, out=self._found)
        self._mixed_THW.copy_(self._found_THW)
        return self._mixed_TD


class _Norm:
    """RMSNorm of the rows of one buffer into another, without weights.

    The squares of a few rows are one batch of dot products: PyTorch's own norm is a dozen operations, which take twice
    as long as these three. For many rows it is the faster one.
    """

    def __init__(self, rows: Tensor, into: Tensor, eps: float) -> None:
        width = rows.shape[-1]
        self._rows, self._columns, self._into = (
            rows.view(-1, 1, width),
            rows.view(-1, width, 1),
            into.view(-1, 1, width),
        )
        self._width, self._least = width, eps
        self._eps = torch.full((len(self._rows), 1, 1), eps)
        self._scales = torch.empty_like(self._eps)

    def __call__(self) -> None:
        if len(self._rows) > _MANY:
            self._into.copy_(F.rms_norm(self._rows, (self._width,), eps=self._least))
            return
        torch.baddbmm(self._eps, self._rows, self._columns, alpha=1 / self._width, out=self._scales)
        torch.mul(self._rows, self._scales.rsqrt_(), out=self._into)


def _complex(buffer: Tensor) -> Tensor:
    """The features of heads as the pairs that RoPE turns: complex [H, T, W/2]."""
    return torch.view_as_complex(buffer.view(*buffer.shape[:-1], -1, 2))
