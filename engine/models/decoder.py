"""A transformer made ready for writing: the same function as `Transformer`, arranged so that one token costs little.

What a plain loop loses between the matrix products is removed here: queries, keys and values are one product, so are
the two halves of a gated MLP; norm weights are folded into the matrices after them, and 1/√W into the queries; rows
of queries and keys are reordered so that RoPE is one complex product; keys and values go straight to their place in a
cache that is never copied; grouped queries of one token are rows of one small product a key-value head, without
repeating keys. The residual stream stays float32; with weights of fewer bits only the products themselves are
bfloat16.

Axes: T positions, D width, H heads, K key-value heads, G = H/K queries a key-value head, W head width, V vocabulary.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from engine.errors import SparkError
from engine.models.config import ModelConfig, parameter_account
from engine.models.packing import Matrix, Times, held_as, interleaved, pack
from engine.models.quantize import GROUPS, PRECISIONS, Quantized, quantize
from engine.models.quantized import stored_matrix
from engine.models.threads import sharing, threads_for
from engine.models.transformer import Block, RMSNorm, Transformer, rope_table

CHUNK = 256
"""Positions of a prompt that are read at once: enough to keep the products busy, little memory."""


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


@dataclass(frozen=True, slots=True)
class _Layer:
    queries_keys_values: Times
    bias: Tensor | None
    head_weights: Tensor | None
    """Of QK-norm, [H + K, W], in the order of the rotated pairs."""
    keep: float
    mix: float
    """Residual scales: x ← keep · x + mix · x₀."""
    output: Times
    up: Times
    down: Times


class Decoder:
    """Reads and writes one text at a time on the processor, with `cache` from `new_cache`."""

    def __init__(self, model: Transformer, precision: str | None = None, threads: int | None = None) -> None:
        """`precision`: one of `PRECISIONS`, or None to take the weights as they are stored. `threads`: None chooses.

        Raises:
            SparkError: there is no such precision.
        """
        if precision is not None and precision not in PRECISIONS:
            raise SparkError(f"There is no precision {precision!r}; choose one of {', '.join(PRECISIONS)}.")
        self.config = c = model.config
        self.watched = c.layers * 2 // 3
        self.precision = held = precision or held_as(stored_matrix(cast(Block, model.blocks[0]).mlp.down))
        self.bytes_a_token = _bytes_a_token(c, held)
        self.threads = threads or threads_for(self.bytes_a_token)
        self.compute_dtype = torch.float32 if held == "float32" else torch.bfloat16
        with torch.inference_mode():
            self._layers = [_pack_layer(cast(Block, block), c, held) for block in model.blocks]
            # The embedding, and the head tied to it, lose most by coarse weights and are read once a token: 8 bits.
            finer = "int8" if held == "int4" else held
            embedding = stored_matrix(model.embedding)
            if isinstance(embedding, Tensor) and finer == "int8":
                embedding = quantize(embedding, 8)
            self._embedding = embedding
            self._norm_weight = model.norm.weight.detach().float()
            self._head = pack([embedding if model.head is None else stored_matrix(model.head)], finer)
            cos, sin = rope_table(c, c.context)
            self._turns = torch.complex(cos, sin)  # [context, W/2]
        self._gated = c.activation == "swiglu"
        self._row = torch.empty(1, c.width, dtype=self.compute_dtype)

    def new_cache(self, capacity: int | None = None) -> DecoderCache:
        return DecoderCache(self.config, capacity or self.config.context)

    def read(self, tokens: list[int], cache: DecoderCache) -> Tensor:
        """Read on after what `cache` holds; the states of the new positions after the final norm, float32 [T, D]. Of a
        text longer than a chunk only the last chunk's states are returned.

        Raises:
            SparkError: the text grows longer than the cache.
        """
        if cache.length + len(tokens) > cache.capacity:
            raise SparkError(f"The text is longer than the {cache.capacity} tokens this model can read at once.")
        states: Tensor | None = None
        with torch.inference_mode(), sharing(self.threads):
            for start in range(0, len(tokens), CHUNK):
                states = self._read(tokens[start : start + CHUNK], cache)
        assert states is not None, "there must be something to read"
        return states

    def logits(self, states_TD: Tensor) -> Tensor:
        """Scores of every token of the vocabulary, float32 [T, V]."""
        with torch.inference_mode(), sharing(self.threads):
            return self._head(states_TD.to(self.compute_dtype)).float()

    def attention(self, cache: DecoderCache, start: int) -> Tensor:
        """Where the positions from `start` on looked in the watched layer: float32 [H, T - start, T], rows sum to 1."""
        c = self.config
        with torch.inference_mode():
            queries = cache.queries[start : cache.length].transpose(0, 1)  # [H, T - start, W]
            keys = cache.pairs[self.watched, : c.kv_heads, : cache.length].transpose(1, 2)  # [K, W, T]
            scores = queries @ keys.repeat_interleave(c.heads // c.kv_heads, dim=0)
            return torch.softmax(scores + _mask(cache.length - start, start), dim=-1)

    def _embed(self, tokens: list[int]) -> Tensor:
        ids = torch.tensor(tokens)
        rows = self._embedding
        x_TD = rows.rows(ids).dense() if isinstance(rows, Quantized) else F.embedding(ids, rows).float()
        return F.rms_norm(x_TD, x_TD.shape[-1:], eps=self.config.norm_eps) if self.config.embedding_norm else x_TD

    def _read(self, tokens: list[int], cache: DecoderCache) -> Tensor:
        c = self.config
        start, length = cache.length, len(tokens)
        stop = start + length
        x0_TD = self._embed(tokens)
        x_TD = x0_TD.clone()
        turns = torch.ones(length, c.heads + 2 * c.kv_heads, c.head_width // 2, dtype=torch.complex64)
        turns[:, : c.heads + c.kv_heads] = self._turns[start:stop, None]  # values are not turned
        attend = _attend_one if length == 1 else _attend_many(length, start)
        normed = self._normed_one if length == 1 else self._normed
        places = cache.pairs[:, :, start:stop].transpose(1, 2).unbind(0)  # of each layer [T, 2K, W]
        keys = cache.pairs[:, : c.kv_heads, :stop].transpose(2, 3).unbind(0)  # [K, W, stop]
        values = cache.pairs[:, c.kv_heads :, :stop].unbind(0)  # [K, stop, W]
        for number, layer in enumerate(self._layers):
            if layer.keep != 1.0 or layer.mix != 0.0:
                x_TD = torch.add(x_TD * layer.keep, x0_TD, alpha=layer.mix)
            heads = layer.queries_keys_values(normed(x_TD))
            if layer.bias is not None:
                heads = heads + layer.bias
            heads_THW = heads.float().view(length, -1, c.head_width)
            if layer.head_weights is not None:
                compared = heads_THW[:, : c.heads + c.kv_heads]
                torch.mul(F.rms_norm(compared, (c.head_width,), eps=c.norm_eps), layer.head_weights, out=compared)
            turned = torch.view_as_real(
                torch.view_as_complex(heads_THW.view(length, -1, c.head_width // 2, 2)) * turns
            ).flatten(2)
            places[number].copy_(turned[:, c.heads :])
            if number == self.watched:
                cache.queries[start:stop] = turned[:, : c.heads]
            mixed_TD = attend(turned[:, : c.heads], keys[number], values[number])
            x_TD.add_(layer.output(mixed_TD.to(self.compute_dtype)))
            lifted = layer.up(normed(x_TD))
            if self._gated:
                gate, lifted = lifted.chunk(2, dim=-1)
                active = F.silu(gate).mul_(lifted)
            else:
                active = lifted.relu_().square_()
            x_TD.add_(layer.down(active))
        cache.tokens.extend(tokens)
        return F.rms_norm(x_TD, x_TD.shape[-1:], self._norm_weight, c.norm_eps)

    def _normed(self, x_TD: Tensor) -> Tensor:
        return F.rms_norm(x_TD, x_TD.shape[-1:], eps=self.config.norm_eps).to(self.compute_dtype)

    def _normed_one(self, x_1D: Tensor) -> Tensor:
        """The same for one position: one dot product, its root as a Python number, one scaling."""
        x_D = x_1D[0]
        scale = (float(torch.dot(x_D, x_D)) / self.config.width + self.config.norm_eps) ** -0.5
        return torch.mul(x_1D, scale, out=self._row)


_BYTES = {"float32": (4, 4), "bfloat16": (2, 2), "int8": (1, 1), "int4": (0.5 + 4 / GROUPS[0], 1)}
"""Of a weight in a block and in the head; 4 bits have two bfloat16 numbers a group beside them."""


def _bytes_a_token(config: ModelConfig, precision: str) -> float:
    """Bytes of weights that are read from memory for each token."""
    account, (block, head) = parameter_account(config), _BYTES[precision]
    return (account["attention"] + account["mlp"]) * block + config.vocab_size * config.width * head


_Attend = Callable[[Tensor, Tensor, Tensor], Tensor]
"""Queries [T, H, W], keys [K, W, S] and values [K, S, W] to what the heads found, [T, H·W]."""


def _attend_one(q_1HW: Tensor, keys_KWS: Tensor, values_KSW: Tensor) -> Tensor:
    q_KGW = q_1HW.view(len(keys_KWS), -1, keys_KWS.shape[1])
    return torch.bmm(torch.softmax(torch.bmm(q_KGW, keys_KWS), dim=-1), values_KSW).view(1, -1)


def _attend_many(length: int, past: int) -> _Attend:
    mask_TS = _mask(length, past)

    def attend(q_THW: Tensor, keys_KWS: Tensor, values_KSW: Tensor) -> Tensor:
        kv_heads, width, _ = keys_KWS.shape
        q_KGTW = q_THW.view(length, kv_heads, -1, width).permute(1, 2, 0, 3)
        scores = torch.bmm(q_KGTW.reshape(kv_heads, -1, width), keys_KWS).view(kv_heads, -1, *mask_TS.shape)
        weights = torch.softmax(scores.add_(mask_TS), dim=-1)
        found = torch.bmm(weights.flatten(1, 2), values_KSW).view(kv_heads, -1, length, width)
        return found.permute(2, 0, 1, 3).reshape(length, -1)

    return attend


def _mask(length: int, past: int) -> Tensor:
    """Added to scores: 0 where a new position may look, -inf in its future; [length, past + length]."""
    return torch.full((length, past + length), float("-inf")).triu_(past + 1)


def _pack_layer(block: Block, config: ModelConfig, precision: str) -> _Layer:
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
            [(query_weight * attends).expand(c.heads, -1), key_weight.expand(c.kv_heads, -1)]
        ).contiguous()
    bias = None
    if c.attention_bias:
        biases = [
            attention.query.bias.view(c.heads, -1)[:, order].flatten() * scale,
            attention.key.bias.view(c.kv_heads, -1)[:, order].flatten(),
            attention.value.bias,
        ]
        bias = torch.cat(biases).float()
    keep, mix = (1.0, 0.0) if block.scales is None else map(float, block.scales)
    ups = [stored_matrix(mlp.up)] if mlp.gate is None else [stored_matrix(mlp.gate), stored_matrix(mlp.up)]
    into_attention = pack(projections, precision, block.attention_norm.weight)
    output = pack([stored_matrix(attention.output)], precision)
    up, down = pack(ups, precision, block.mlp_norm.weight), pack([stored_matrix(mlp.down)], precision)
    return _Layer(into_attention, bias, head_weights, keep, mix, output, up, down)
