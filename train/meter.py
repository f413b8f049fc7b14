"""How fast a run goes: tokens a second, the share of the machine that it uses, the time that is left."""

from __future__ import annotations

from collections import deque

import torch

from engine.models.config import ModelConfig, flops_per_token
from train.peak_flops import peak_flops

_RATE_STEPS = 20
"""Tokens per second are averaged over this many steps."""


class Meter:
    """Hears how long each step took: start-up, evaluations and pauses are not in it."""

    def __init__(self, config: ModelConfig, context: int, device: torch.device, dtype: torch.dtype, size: int) -> None:
        """`context` is the tokens of a row; `size` the number of processes that share the work."""
        # Backward costs twice what forward does; a position sees half of the context on average.
        self._flops_a_token = 3 * flops_per_token(config, context / 2)
        self._peak_flops = size * peak_flops(device, dtype)
        self._rates: deque[tuple[int, float]] = deque(maxlen=_RATE_STEPS)

    def add(self, tokens: int, seconds: float) -> None:
        self._rates.append((tokens, seconds))

    @property
    def tokens_per_s(self) -> float:
        return sum(tokens for tokens, _ in self._rates) / sum(seconds for _, seconds in self._rates)

    @property
    def last(self) -> float:
        """Seconds of the last step."""
        return self._rates[-1][1]

    @property
    def seconds_per_step(self) -> float:
        return sum(seconds for _, seconds in self._rates) / len(self._rates)

    @property
    def mfu(self) -> float:
        """The model's own operations a second as a share of the machine's; 0 where that is not known."""
        return self.tokens_per_s * self._flops_a_token / self._peak_flops if self._peak_flops else 0.0
