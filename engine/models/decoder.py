"""A transformer made ready for writing: the same function as `Transformer`, arranged so that one token costs little.

What a plain loop loses between the matrix products is removed: there are fewer of them (layer.py), one token goes
through buffers that lie ready (step.py), keys and values go straight to their place in a cache that is never copied
(cache.py), grouped queries are rows of one small product a key-value head, without repeating keys. The residual stream
stays float32; with weights of fewer bits only the products themselves are bfloat16.

Axes: T positions, D width, H heads, K key-value heads, G = H/K queries a key-value head, W head width, V vocabulary.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.errors import SparkError
from engine.models.cache import DecoderCache
from engine.models.config import ModelConfig, parameter_account
from engine.models.layer import pack_layer
from engine.models.packing import held_as, pack
from engine.models.quantize import GROUPS, PRECISIONS, Quantized, quantize
from engine.models.quantized import stored_matrix
from engine.models.step import Step
from engine.models.threads import sharing, threads_for
from engine.models.transformer import Block, Transformer, rope_table

CHUNK = 256
"""Positions of a prompt that are read at once: enough to keep the products busy, little memory."""


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
            self._layers = [pack_layer(cast(Block, block), c, held) for block in model.blocks]
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
            self._step = Step(c, self._layers, self.watched, self.compute_dtype)

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
        x0_TD = self._embed(tokens)
        one = len(tokens) == 1
        x_TD = self._step.read(x0_TD, self._turns[cache.length], cache) if one else self._read_many(x0_TD, cache)
        cache.tokens.extend(tokens)
        return F.rms_norm(x_TD, x_TD.shape[-1:], self._norm_weight, self.config.norm_eps)

    def _read_many(self, x0_TD: Tensor, cache: DecoderCache) -> Tensor:
        c = self.config
        start, length = cache.length, len(x0_TD)
        stop = start + length
        x_TD = x0_TD.clone()
        turns = torch.ones(length, c.heads + 2 * c.kv_heads, c.head_width // 2, dtype=torch.complex64)
        turns[:, : c.heads + c.kv_heads] = self._turns[start:stop, None]  # values are not turned
        attend = _attend(length, start)
        places = cache.pairs[:, :, start:stop].transpose(1, 2).unbind(0)  # of each layer [T, 2K, W]
        keys = cache.pairs[:, : c.kv_heads, :stop].transpose(2, 3).unbind(0)  # [K, W, stop]
        values = cache.pairs[:, c.kv_heads :, :stop].unbind(0)  # [K, stop, W]
        for number, layer in enumerate(self._layers):
            if layer.keep != 1.0 or layer.mix != 0.0:
                x_TD = torch.add(x_TD * layer.keep, x0_TD, alpha=layer.mix)
            heads = layer.queries_keys_values(self._normed(x_TD))
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
            x_TD.add_(layer.feed_forward(self._normed(x_TD)))
        return x_TD

    def _normed(self, x_TD: Tensor) -> Tensor:
        return F.rms_norm(x_TD, x_TD.shape[-1:], eps=self.config.norm_eps).to(self.compute_dtype)


_BYTES = {"float32": (4, 4), "bfloat16": (2, 2), "int8": (1, 1), "int4": (0.5 + 4 / GROUPS[0], 1)}
"""Of a weight in a block and in the head; 4 bits have two bfloat16 numbers a group beside them."""


def _bytes_a_token(config: ModelConfig, precision: str) -> float:
    """Bytes of weights that are read from memory for each token."""
    account, (block, head) = parameter_account(config), _BYTES[precision]
    return (account["attention"] + account["mlp"]) * block + config.vocab_size * config.width * head


_Attend = Callable[[Tensor, Tensor, Tensor], Tensor]
"""Queries [T, H, W], keys [K, W, S] and values [K, S, W] to what the heads found, [T, H·W]."""


def _attend(length: int, past: int) -> _Attend:
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
