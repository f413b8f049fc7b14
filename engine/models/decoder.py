"""A transformer made ready for writing: the same function as `Transformer`, arranged so that one token costs little.

What a plain loop loses between the matrix products is removed: there are fewer of them (layer.py), between them
everything goes through buffers that lie ready (step.py), keys and values go straight to their place in a cache that is
never copied (cache.py), grouped queries are rows of one small product a key-value head, without repeating keys. The
residual stream stays float32; with weights of fewer bits only the products themselves are bfloat16.

Axes: T positions, D width, H heads, K key-value heads, W head width, V vocabulary.
"""

from __future__ import annotations

from typing import cast

import torch
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
FEW = 16
"""Positions, as many as drafts are checked at once and more, for which the buffers are kept."""


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
            self._embedding = _normed_rows(embedding, c.norm_eps) if c.embedding_norm else embedding
            self._norm_weight = model.norm.weight.detach().float()
            self._head = pack([embedding if model.head is None else stored_matrix(model.head)], finer)
            cos, sin = rope_table(c, c.context)
            self._turns = torch.complex(cos, sin)  # [context, W/2]
            self._steps: dict[int, Step] = {}

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
        rows = self._embedding
        if isinstance(rows, Quantized):
            return rows.rows(torch.tensor(tokens)).dense()
        if len(tokens) == 1:
            return rows[tokens[0]][None].float()  # where it lies
        return rows[torch.tensor(tokens)].float()

    def _read(self, tokens: list[int], cache: DecoderCache) -> Tensor:
        start = cache.length
        states_TD = self._step(len(tokens)).read(self._embed(tokens), self._turns[start : start + len(tokens)], cache)
        cache.tokens.extend(tokens)
        return states_TD

    def _step(self, length: int) -> Step:
        """What reads so many positions; for few it is kept."""
        if (step := self._steps.get(length)) is None:
            step = Step(self.config, self._layers, self._norm_weight, self.watched, self.compute_dtype, length)
            if length <= FEW:
                self._steps[length] = step
        return step


_BYTES = {"float32": (4, 4), "bfloat16": (2, 2), "int8": (1, 1), "int4": (0.5 + 4 / GROUPS[0], 1)}
"""Of a weight in a block and in the head; 4 bits have two bfloat16 numbers a group beside them."""


def _bytes_a_token(config: ModelConfig, precision: str) -> float:
    """Bytes of weights that are read from memory for each token."""
    account, (block, head) = parameter_account(config), _BYTES[precision]
    return (account["attention"] + account["mlp"]) * block + config.vocab_size * config.width * head


def _normed_rows(rows: Tensor | Quantized, eps: float) -> Tensor | Quantized:
    """An embedding table whose rows are normed already: what is looked up a token at a time is not changed again."""
    dense = rows.dense() if isinstance(rows, Quantized) else rows.float()
    scales = (dense.square().mean(dim=-1, keepdim=True) + eps).rsqrt()
    return rows.scaled(scales) if isinstance(rows, Quantized) else dense * scales


def _mask(length: int, past: int) -> Tensor:
    """Added to scores: 0 where a new position may look, -inf in its future; [length, past + length]."""
    return torch.full((length, past + length), float("-inf")).triu_(past + 1)
