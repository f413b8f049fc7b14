"""Choosing the next token from logits: a price on literal repeats, a bonus for copies, temperature, top-p.

Chance is drawn as a race: each token gets an exponential time for its place in the answer, divided by its
probability, and the first to arrive is chosen, which happens with exactly that probability (the Gumbel-max trick in
other words). The times depend on the seed, the place and the token alone. So a draft that runs the same race with a
smaller model's probabilities mostly meets the same winner, and the answer does not depend on whether anything was
drafted (Daliri et al. 2024, "Coupling without communication and drafter-invariant speculative decoding").
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.errors import SparkError
from engine.models.copying import Copies
from engine.models.loops import repeats
from engine.settings import GenerationSettings


@dataclass(frozen=True, slots=True)
class Sampling:
    """How to choose tokens. `seed` None: another choice each time."""

    temperature: float = 0.2
    top_p: float = 0.95
    repeat_penalty: float = 0.0
    copy_bonus: float = 0.0
    max_tokens: int = 256
    seed: int | None = None

    def __post_init__(self) -> None:
        if self.temperature < 0:
            raise SparkError("The temperature must be 0 (greedy) or more.")
        if not 0 < self.top_p <= 1:
            raise SparkError("top_p must be above 0 and at most 1.")
        if self.repeat_penalty < 0:
            raise SparkError("The penalty of repeats must be 0 (off) or more.")
        if self.copy_bonus < 0:
            raise SparkError("The bonus for copies must be 0 (off) or more.")
        if self.max_tokens < 1:
            raise SparkError("An answer needs at least 1 token.")

    @classmethod
    def of(
        cls, usual: GenerationSettings, max_tokens: int | None = None, seed: int | None = None, greedy: bool = False
    ) -> Sampling:
        """As the settings say."""
        return cls(
            0.0 if greedy else usual.temperature,
            usual.top_p,
            usual.repeat_penalty,
            usual.copy_bonus,
            max_tokens or usual.max_tokens,
            seed,
        )

    def race_seed(self) -> int:
        """The seed, or a fresh one."""
        return secrets.randbits(63) if self.seed is None else self.seed & (2**63 - 1)


def penalize_repeats(logits_V: Tensor, written: Sequence[int], penalty: float) -> Tensor:
    """Lower the logits of tokens that would go on with a literal repeat of what was written, by `penalty` nats for
    each token that the repeat is longer than an honest one (engine/models/loops.py)."""
    return _moved(logits_V, repeats(written), -penalty) if penalty else logits_V


def favour_copies(logits_V: Tensor, written: Sequence[int], copies: Copies | None, bonus: float) -> Tensor:
    """Raise the logits of tokens that go on with a copy of a memory, by `bonus` nats for each token that the copy is
    longer than chance (engine/models/copying.py)."""
    return _moved(logits_V, copies.after(written), bonus) if bonus and copies is not None else logits_V


def _moved(logits_V: Tensor, counts: dict[int, int], by: float) -> Tensor:
    """Some of the logits moved by so much for each count."""
    if not counts:
        return logits_V
    changes = torch.tensor([by * count for count in counts.values()], dtype=logits_V.dtype)
    return logits_V.index_add(0, torch.tensor(list(counts)), changes)


def nucleus(logits_V: Tensor, temperature: float, top_p: float) -> tuple[Tensor, Tensor]:
    """The fewest most likely tokens whose probabilities reach `top_p`, and those probabilities, which then sum to 1.

    (Holtzman et al. 2020.) Almost always they are few, so the whole vocabulary is sorted only when they are not.
    """
    scaled = logits_V.float() / temperature
    if top_p >= 1:
        return torch.arange(len(scaled)), torch.softmax(scaled, dim=-1)
    total = torch.logsumexp(scaled, dim=-1)
    for many in (_FEW, len(scaled)):
        top, ids = scaled.topk(min(many, len(scaled)))
        probabilities = (top - total).exp()
        reached = probabilities.cumsum(0)
        if float(reached[-1]) >= top_p or many == len(scaled):
            break
    kept = max(int((reached - probabilities < top_p).sum()), 1)
    return ids[:kept], probabilities[:kept] / probabilities[:kept].sum()


_FEW = 64


def choose(
    logits_V: Tensor, written: Sequence[int], sampling: Sampling, seed: int, copies: Copies | None = None
) -> int:
    """The next token after `written`; `seed` is that of the whole answer, `copies` knows what was read."""
    logits_V = penalize_repeats(logits_V, written, sampling.repeat_penalty)
    logits_V = favour_copies(logits_V, written, copies, sampling.copy_bonus)
    if sampling.temperature == 0:
        return int(logits_V.argmax())
    ids, probabilities = nucleus(logits_V, sampling.temperature, sampling.top_p)
    if len(ids) == 1:
        return int(ids[0])
    candidates = ids.numpy()
    times = race_times(seed, len(written), candidates) / np.maximum(probabilities.double().numpy(), 1e-300)
    return int(candidates[times.argmin()])


def race_times(seed: int, place: int, tokens: NDArray[np.int64]) -> NDArray[np.float64]:
    """Independent exponential times, one for each token at a place, from a hash of all three (SplitMix64)."""
    mixed = _mix(np.array([seed & (2**64 - 1)], dtype=np.uint64))
    mixed = _mix(mixed ^ _mix(np.array([place + 1], dtype=np.uint64)))
    bits = _mix(mixed ^ _mix(tokens.astype(np.uint64) + np.uint64(0x632BE59BD9B4E019)))
    uniform = (bits >> np.uint64(11)).astype(np.float64) * 2.0**-53
    return -np.log1p(-uniform)


def _mix(x: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Arithmetic modulo 2**64: overflow is meant."""
    with np.errstate(over="ignore"):
        x = x + np.uint64(0x9E3779B97F4A7C15)
        x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return x ^ (x >> np.uint64(31))
