"""Choosing the next token from logits: repetition penalty, temperature, top-p."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from engine.errors import SparkError


@dataclass(frozen=True, slots=True)
class Sampling:
    """How to choose tokens. `seed` None: another choice each time."""

    temperature: float = 0.2
    top_p: float = 0.95
    repetition_penalty: float = 1.0
    max_tokens: int = 256
    seed: int | None = None

    def __post_init__(self) -> None:
        if self.temperature < 0:
            raise SparkError("The temperature must be 0 (greedy) or more.")
        if not 0 < self.top_p <= 1:
            raise SparkError("top_p must be above 0 and at most 1.")
        if self.repetition_penalty < 1:
            raise SparkError("The repetition penalty must be 1 (off) or more.")
        if self.max_tokens < 1:
            raise SparkError("An answer needs at least 1 token.")

    def generator(self) -> torch.Generator:
        generator = torch.Generator()
        if self.seed is None:
            generator.seed()
        else:
            generator.manual_seed(self.seed & (2**63 - 1))
        return generator


def penalize_repetition(logits_V: Tensor, written: Sequence[int], penalty: float) -> Tensor:
    """Divide positive and multiply negative logits of tokens already written (CTRL, Keskar et al. 2019)."""
    if penalty == 1.0 or not written:
        return logits_V
    seen = torch.tensor(sorted(set(written)))
    scores = logits_V[seen]
    return logits_V.index_copy(0, seen, torch.where(scores > 0, scores / penalty, scores * penalty))


def token_probabilities(logits_V: Tensor, temperature: float, top_p: float) -> Tensor:
    """The distribution that `choose` draws from, [V]; one-hot when the temperature is 0.

    Top-p (nucleus, Holtzman et al. 2020) keeps the fewest most likely tokens whose probabilities reach `top_p`.
    """
    if temperature == 0:
        return torch.zeros_like(logits_V).index_fill(0, logits_V.argmax(), 1.0)
    probabilities = torch.softmax(logits_V.float() / temperature, dim=-1)
    if top_p < 1:
        ordered, order = probabilities.sort(descending=True)
        before = ordered.cumsum(0) - ordered
        ordered[before >= top_p] = 0.0
        probabilities = torch.zeros_like(probabilities).index_copy(0, order, ordered)
        probabilities /= probabilities.sum()
    return probabilities


def choose(logits_V: Tensor, written: Sequence[int], sampling: Sampling, generator: torch.Generator) -> int:
    """The next token."""
    logits_V = penalize_repetition(logits_V, written, sampling.repetition_penalty)
    if sampling.temperature == 0:
        return int(logits_V.argmax())
    probabilities = token_probabilities(logits_V, sampling.temperature, sampling.top_p)
    return int(torch.multinomial(probabilities, 1, generator=generator))
