"""One layer of a decoder: the matrices of a transformer's block, packed so that the fewest products do its work.

Queries, keys and values are one product, so are the two halves of a gated MLP; norm weights are folded into the
matrices after them, and 1/√W into the queries; rows of queries and keys are reordered so that RoPE is one complex
product.

Axes as in decoder.py: H heads, K key-value heads, W head width.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from engine.models.config import ModelConfig
from engine.models.packing import Matrix, Times, interleaved, pack
from engine.models.quantize import Quantized
from engine.models.quantized import stored_matrix
from engine.models.transformer import Block, RMSNorm


@dataclass(frozen=True, slots=True)
class Layer:
    queries_keys_values: Times
    bias: Tensor | None
    """[H + 2K, 1, W]."""
    head_weights: Tensor | None
    """Of QK-norm, [H + K, 1, W], in the order of the rotated pairs."""
    keep: float
    mix: float
    """Residual scales: x ← keep · x + mix · x₀."""
    output: Times
    gated: bool
    up: Times
    """Of a gated MLP the gates first, then what they let through."""
    down: Times

    def feed_forward(self, normed_TD: Tensor) -> Tensor:
        """The MLP: SwiGLU where it is gated, else ReLU²; [T, D]."""
        lifted = self.up(normed_TD)
        if not self.gated:
            return self.down(lifted.relu_().square_())
        gate, through = lifted.chunk(2, dim=-1)
        return self.down(F.silu(gate).mul_(through))


def pack_layer(block: Block, config: ModelConfig, precision: str) -> Layer:
    c, attention, mlp = config, block.attention, block.mlp
    order = interleaved(c.head_width)
    attends = c.head_width**-0.5  # folded into whatever comes last before the comparison

    def rows(linear: nn.Module, heads: int, scale: float = 1.0) -> Matrix:
        """The matrix of some heads with each head's rows in pairs."""
        matrix = stored_matrix(linear)
        reordered = (torch.arange(heads)[:, None] * c.head_width + order).flatten()
        if isinstance(matrix, Quantized):
            return matrix.rows(reordered).scaled(scale)
        return matrix[reordered].float() * scale

    scale = 1.0 if c.qk_norm else attends
    projections = [
        rows(attention.query, c.heads, scale),
        rows(attention.key, c.kv_heads),
        stored_matrix(attention.value),
    ]
    head_weights = None
    if isinstance(attention.query_norm, RMSNorm) and isinstance(attention.key_norm, RMSNorm):
        query_weight, key_weight = attention.query_norm.weight[order].float(), attention.key_norm.weight[order].float()
        head_weights = torch.cat(
            [(query_weight * attends).expand(c.heads, 1, -1), key_weight.expand(c.kv_heads, 1, -1)]
        )
    bias = None
    if c.attention_bias:
        biases = [
            attention.query.bias.view(c.heads, -1)[:, order].flatten() * scale,
            attention.key.bias.view(c.kv_heads, -1)[:, order].flatten(),
            attention.value.bias,
        ]
        bias = torch.cat(biases).float().view(-1, 1, c.head_width)
    keep, mix = (1.0, 0.0) if block.scales is None else map(float, block.scales)
    ups = [stored_matrix(mlp.up)] if mlp.gate is None else [stored_matrix(mlp.gate), stored_matrix(mlp.up)]
    into_attention = pack(projections, precision, block.attention_norm.weight)
    output = pack([stored_matrix(attention.output)], precision)
    up, down = pack(ups, precision, block.mlp_norm.weight), pack([stored_matrix(mlp.down)], precision)
    return Layer(into_attention, bias, head_weights, keep, mix, output, mlp.gate is not None, up, down)
