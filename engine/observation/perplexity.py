"""Bits per byte: how many bits a model needs to write a text down, for each byte of it. Lower is better.

The measure of compression (Shannon 1948): −Σ log₂ p(token | what came before), divided by the bytes of the text in
UTF-8. Unlike perplexity a token it compares models with different tokenizers.

Every text starts afresh. One longer than the context is read in windows that overlap by half: each token is counted
once, and after the first window each is predicted from at least half a context.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.errors import SparkError
from engine.models.tokenizer import Tokenizer
from engine.models.transformer import Transformer

_LOGIT_BYTES = 128 * 2**20
"""Memory for the scores of one batch."""


@dataclass(frozen=True, slots=True)
class Compression:
    """What a text cost: `bits` over all its `tokens`, which are `bytes` of UTF-8."""

    bits: float
    bytes: int
    tokens: int

    @property
    def bits_per_byte(self) -> float:
        return self.bits / self.bytes


@dataclass(frozen=True, slots=True)
class Window:
    """Inputs of one forward pass; the last `counted` of `targets` are new, those before were counted already."""

    inputs: Sequence[int]
    targets: Sequence[int]
    counted: int


def bits_per_byte(
    model: Transformer,
    tokenizer: Tokenizer,
    texts: Iterable[str],
    context: int | None = None,
    progress: Callable[[int], None] | None = None,
) -> Compression:
    """Measure `model` on `texts`, each a document of its own, empty ones passed over.

    `context` is in tokens (the model's own when None). `progress` hears how many tokens are counted so far.

    Raises:
        SparkError: there is nothing to measure, or the model's scores are not numbers.
    """
    length = model.config.context if context is None else min(context, model.config.context)
    bytes_, windows = 0, []
    for text in texts:
        ids = tokenizer.encode(text)
        bytes_ += len(text.encode("utf-8", "replace"))
        windows += list(cut(tokenizer.bos, ids, length))
    if not bytes_:
        raise SparkError("There is no text to measure.")
    windows.sort(key=lambda window: len(window.inputs))  # rows of one length go together: little padding
    rows = max(1, _LOGIT_BYTES // (4 * model.config.vocab_size * length))
    bits, tokens = 0.0, 0
    for first in range(0, len(windows), rows):
        batch = windows[first : first + rows]
        bits += _bits(model, batch, tokenizer.pad)
        tokens += sum(window.counted for window in batch)
        if progress is not None:
            progress(tokens)
    if not math.isfinite(bits):
        raise SparkError("The model's scores are not numbers; its weights are damaged.")
    return Compression(bits, bytes_, tokens)


def cut(bos: int, ids: Sequence[int], context: int) -> Iterator[Window]:
    """The windows of one text of token `ids`: together they count each of them once."""
    whole = [bos, *ids]
    kept = context // 2
    done = 0  # of ids
    while done < len(ids):
        start = max(0, done - kept)
        end = min(start + context, len(ids))
        yield Window(whole[start:end], ids[start:end], end - done)
        done = end


@torch.inference_mode()
def _bits(model: Transformer, windows: Sequence[Window], pad: int) -> float:
    """−Σ log₂ p over the counted targets of a batch."""
    longest = max(len(window.inputs) for window in windows)
    inputs = torch.full((len(windows), longest), pad)  # causal attention: padding at the end changes nothing
    targets = torch.full((len(windows), longest), -100)  # cross_entropy leaves -100 out
    for row, window in enumerate(windows):
        inputs[row, : len(window.inputs)] = torch.tensor(window.inputs)
        fresh = slice(len(window.inputs) - window.counted, len(window.inputs))
        targets[row, fresh] = torch.tensor(window.targets[-window.counted :])
    states = model.hidden(inputs)
    counted = targets != -100
    scores: Tensor = model.logits(states[counted]).float()
    nats = F.cross_entropy(scores, targets[counted], reduction="none").double().sum()
    return float(nats) / math.log(2)
