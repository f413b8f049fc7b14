"""Writing: one token after another, cancellable between any two."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence

import torch

from engine.models.cache import KVCache
from engine.models.loops import loop_start
from engine.models.sampling import Sampling, choose
from engine.models.tokenizer import Tokenizer
from engine.models.transformer import Transformer


def generate(
    model: Transformer,
    tokenizer: Tokenizer,
    prompt: Sequence[int],
    sampling: Sampling,
    cancel: threading.Event | None = None,
) -> Iterator[int]:
    """Yield the tokens of an answer until the model ends it, `max_tokens`, the context is full, or `cancel` is set.

    Ends at any special token, without yielding it: an answer cannot open a memory or speak for the user. Ends when
    the model goes round in circles.
    """
    room = min(sampling.max_tokens, model.config.context - len(prompt))
    if room <= 0:
        return
    device = model.embedding.weight.device
    cache = KVCache(model.config, capacity=len(prompt) + room, dtype=model.compute_dtype, device=device)
    generator = sampling.generator()
    written: list[int] = []
    unread = list(prompt)
    while len(written) < room and not (cancel is not None and cancel.is_set()):
        with torch.inference_mode():
            last_D = model.hidden(torch.tensor([unread], device=device), cache)[0, -1]
            token = choose(model.logits(last_D).float().cpu(), written, sampling, generator)
        if token >= tokenizer.text_size:
            return
        written.append(token)
        yield token
        if loop_start(written) is not None:
            return
        unread = [token]
