"""Causal attention for training on a CPU, in slices of queries.

PyTorch's fused CPU kernel took half of a training step at context 1,024 (measured in train/LOG.md). Plain batched
products are more than twice as fast when two things are done: each slice of queries meets only the keys up to its
own end (so little more than the lower triangle is computed), and the query heads that share a key head are stacked
into one matrix (so keys and values are never repeated).
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

SLICE = 128


def sliced_attention(q_BHTW: Tensor, k_BKTW: Tensor, v_BKTW: Tensor) -> Tensor:
    """softmax(q kᵀ / √W, causal) v for a context read at once: [B, H, T, W], like `scaled_dot_product_attention`.

    Probabilities are computed in float32 from products in the dtype of the input.
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
        scores = torch.bmm(queries, keys.mT).view(batch * groups, shared, rows, stop)
        # Only the square on the diagonal hides anything; the keys before it are all visible.
        hidden = torch.full((rows, rows), float("-inf"), device=q.device).triu(1)
        weights = torch.softmax(scores.float() + F.pad(hidden, (start, 0)), dim=-1).to(q.dtype)
        mixed = torch.bmm(weights.view(batch * groups, shared * rows, stop), values)
        slices.append(mixed.view(batch, groups, shared, rows, width))
    return torch.cat(slices, dim=3).reshape(batch, heads, length, width)
