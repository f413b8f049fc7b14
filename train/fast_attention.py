"""Causal attention for training on a CPU, in slices of queries.

PyTorch's fused CPU kernel took half of a training step at context 1,024 (measured in train/LOG.md). Plain batched
products are more than twice as fast when three things are done: each slice of queries meets only the keys up to its
own end (so little more than the lower triangle is computed), the query heads that share a key head are stacked into
one matrix (so keys and values are never repeated), and nothing is done to a score that can be done to an output,
which are fewer (`_Slice`).

Axes in tensor names: B batch, H heads, K key-value heads, T positions, W head width; within a slice G is B·K, R the
rows of all heads that share a key head, S the keys that they see.
"""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

SLICE = 128


def sliced_attention(q_BHTW: Tensor, k_BKTW: Tensor, v_BKTW: Tensor) -> Tensor:
    """softmax(q kᵀ / √W, causal) v for a context read at once: [B, H, T, W], like `scaled_dot_product_attention`.

    Exponentials and their sums are computed in float32 from products in the dtype of the input.
    """
    batch, heads, length, width = q_BHTW.shape
    groups = k_BKTW.shape[1]
    shared = heads // groups
    q = (q_BHTW * width**-0.5).reshape(batch, groups, shared, length, width)
    slices = []
    for start in range(0, length, SLICE):
        stop = min(start + SLICE, length)
        rows = stop - start
        queries = q[:, :, :, start:stop].reshape(batch * groups, shared * rows, width)
        keys = k_BKTW[:, :, :stop].reshape(batch * groups, stop, width)
        values = v_BKTW[:, :, :stop].reshape(batch * groups, stop, width)
        # Only the square on the diagonal hides anything; the keys before it are all visible.
        hidden = torch.full((rows, rows), float("-inf"), device=q.device).triu(1)
        mixed: Tensor = _Slice.apply(queries, keys, values, F.pad(hidden, (start, 0)))  # type: ignore[no-untyped-call]
        slices.append(mixed.view(batch, groups, shared, rows, width))
    return torch.cat(slices, dim=3).reshape(batch, heads, length, width)


class _Slice(torch.autograd.Function):
    """softmax(q kᵀ + hidden) v, with the algebra of FlashAttention (Dao et al. 2022).

    The exponentials P are kept as they are, in half precision, and the output is divided by their sum in place of
    them. With g the gradient of the output o, divided by that sum too, the scores' gradient is P ⊙ (g vᵀ − g·o): one
    pass over what the forward pass kept, with no second exponential and no sum over keys.
    """

    @staticmethod
    def forward(ctx: Any, q_GRW: Tensor, k_GSW: Tensor, v_GSW: Tensor, hidden: Tensor) -> Tensor:
        """`hidden` is added to the scores of each head's rows: [rows, S], float32, 0 or −∞."""
        scores = torch.bmm(q_GRW, k_GSW.mT)
        of_heads = scores.view(len(scores), -1, *hidden.shape).float() + hidden
        kept = (of_heads - of_heads.amax(-1, keepdim=True)).exp().to(q_GRW.dtype).view_as(scores)
        share = 1 / kept.float().sum(-1, keepdim=True)
        out = (torch.bmm(kept, v_GSW).float() * share).to(q_GRW.dtype)
        ctx.save_for_backward(q_GRW, k_GSW, v_GSW, kept, share, out)
        return out

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, Tensor, Tensor, None]:
        q, k, v, kept, share, out = ctx.saved_tensors
        whole = gradients[0].float() * share
        along = (whole * out.float()).sum(-1, keepdim=True)
        g = whole.to(q.dtype)
        of_scores = (kept.float() * (torch.bmm(g, v.mT).float() - along)).to(q.dtype)
        return torch.bmm(of_scores, k), torch.bmm(of_scores.mT, q), torch.bmm(kept.mT, g), None
