"""Writing: one token after another, cancellable between any two; drafted tokens are checked several at a time."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor

from engine.models.cache import DecoderCache, KVCache
from engine.models.config import forward_flops
from engine.models.copying import Copies
from engine.models.decoder import Decoder
from engine.models.loops import loop_start
from engine.models.sampling import Sampling, choose
from engine.models.transformer import Transformer


class KnowsMarks(Protocol):
    """What writing must know of a tokenizer."""

    def special(self, token: int) -> bool:
        """Whether an answer ends at this token."""
        ...


class Drafter(Protocol):
    """Guesses what the writer will say next, so that several tokens can be checked in one reading."""

    def propose(self, written: Sequence[int], sampling: Sampling, seed: int, most: int) -> list[int]:
        """At most `most` tokens after the prompt and `written`, each chosen as the writer would choose it."""
        ...

    def learn(self, drafted: int, accepted: int, seconds: float) -> None:
        """What became of the last proposal, and how long the writer took to read it and the token before."""
        ...


@dataclass
class Tally:
    """What writing took so far: operations of the writer, of which `reading` went into the prompt and `refused` into
    drafts that were not what it would have said; tokens drafted and accepted; and how likely the writer found what it
    wrote: the sum of the log-probabilities of the tokens, in nats."""

    flops: float = 0.0
    reading: float = 0.0
    refused: float = 0.0
    drafted: int = 0
    accepted: int = 0
    log_likelihood: float = 0.0


def generate(
    model: Transformer | Decoder,
    tokenizer: KnowsMarks,
    prompt: Sequence[int],
    sampling: Sampling,
    cancel: threading.Event | None = None,
    *,
    cache: DecoderCache | None = None,
    drafter: Drafter | None = None,
    tally: Tally | None = None,
    copies: Copies | None = None,
) -> Iterator[int]:
    """Yield the tokens of an answer until the model ends it, `max_tokens`, the context is full, or `cancel` is set.

    Ends at any special token, without yielding it: an answer cannot open a memory or speak for the user. Ends when
    the model goes round in circles.

    `cache` (of a Decoder) may hold what was read before: what it has in common with the prompt is not read again.
    `copies` knows what of the prompt may be copied. A `drafter` changes only the time it takes: at each place the token
    is the one that `choose` takes from the model's own logits, and a drafted token counts when it is that one.
    """
    room = min(sampling.max_tokens, model.config.context - len(prompt))
    if room <= 0:
        return
    tally = Tally() if tally is None else tally
    read, rewind = _reader(model, list(prompt), room, cache)
    unread = list(prompt)
    if cache is not None:
        unread = unread[cache.keep_common(unread) :]
    seed = sampling.race_seed()
    written: list[int] = []
    drafts: list[int] = []

    def stopped() -> bool:
        return cancel is not None and cancel.is_set()

    while len(written) < room and not stopped():
        began = time.perf_counter()
        logits_TV = read([*unread, *drafts], len(drafts) + 1)
        seconds = time.perf_counter() - began
        past = len(prompt) + len(written) - len(unread)
        taken = forward_flops(model.config, len(unread) + len(drafts), past, logits=len(drafts) + 1)
        tally.flops += taken
        tally.reading += 0.0 if written else taken
        accepted = 0
        try:
            for logits_V in logits_TV:
                token = choose(logits_V, written, sampling, seed, copies)
                if tokenizer.special(token):
                    return
                agreed = accepted < len(drafts) and token == drafts[accepted]
                accepted += agreed
                tally.accepted += agreed
                written.append(token)
                tally.log_likelihood += float(logits_V[token] - logits_V.logsumexp(-1))
                yield token
                if loop_start(written) is not None or len(written) == room or stopped():
                    return
                if not agreed:
                    break
        finally:
            refused, before = len(drafts) - accepted, past + len(unread) + accepted
            tally.refused += forward_flops(model.config, refused, before, logits=refused)
        rewind(len(drafts) - accepted)
        if drafter is not None:
            if len(unread) == 1:  # the prompt's reading says nothing about the pace of writing
                drafter.learn(len(drafts), accepted, seconds)
            drafts = drafter.propose(written, sampling, seed, room - len(written) - 1)
            tally.drafted += len(drafts)
        unread = [token]


Read = Callable[[list[int], int], Tensor]
"""Tokens to read on, and of how many of the last positions to return the logits: float32 [N, V]."""


def _reader(
    model: Transformer | Decoder, prompt: list[int], room: int, cache: DecoderCache | None
) -> tuple[Read, Callable[[int], None]]:
    """How to read on, and how to take back the last N positions."""
    if isinstance(model, Decoder):
        kept = cache or model.new_cache(len(prompt) + room)

        def read_on(tokens: list[int], last: int) -> Tensor:
            return model.logits(model.read(tokens, kept)[-last:])

        return read_on, lambda count: kept.rewind(kept.length - count)

    device = model.rope.device
    store = KVCache(model.config, capacity=len(prompt) + room, dtype=model.compute_dtype, device=device)

    def read_plainly(tokens: list[int], last: int) -> Tensor:
        with torch.inference_mode():
            states_TD = model.hidden(torch.tensor([tokens], device=device), store)[0, -last:]
            return model.logits(states_TD).float().cpu()

    return read_plainly, lambda count: store.rewind(store.length - count)
