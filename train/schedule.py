"""How the learning rate moves over a run: warm up, hold, then fall linearly to (nearly) nothing.

The warmup counts steps (it protects the first updates of the optimizer's averages, whatever the budget); the rest
follows progress through the budget, be that steps or minutes. Pure functions: a resumed run needs no state.
"""

from __future__ import annotations

from dataclasses import dataclass

from engine.errors import SparkError


@dataclass(frozen=True, slots=True)
class Schedule:
    """Trapezoid (Hägele et al. 2024): `warmup` steps, constant, linear fall over the last `warmdown` of the budget."""

    warmup: int = 40
    warmdown: float = 0.5
    final: float = 0.0

    def __post_init__(self) -> None:
        if self.warmup < 0 or not 0 <= self.warmdown <= 1 or not 0 <= self.final <= 1:
            raise SparkError("A schedule needs warmup ≥ 0 steps, and warmdown and final from 0 to 1.")

    def scale(self, step: int, progress: float) -> float:
        """The factor on every learning rate at `step` (from 0), `progress` of the budget being spent, in [0, 1]."""
        rise = min(1.0, (step + 1) / (self.warmup + 1))
        left = 1.0 - min(1.0, max(0.0, progress))
        fall = 1.0 if self.warmdown == 0 or left >= self.warmdown else left / self.warmdown
        return min(rise, self.final + (1.0 - self.final) * fall)


@dataclass(frozen=True, slots=True)
class Budget:
    """When a run ends: after so many steps, or so many minutes of training; exactly one of them."""

    steps: int | None = None
    minutes: float | None = None

    def __post_init__(self) -> None:
        given = [value for value in (self.steps, self.minutes) if value is not None]
        if len(given) != 1 or not 0 < given[0] < float("inf"):
            raise SparkError("Say how long to train: either --steps or --minutes, more than zero.")

    def progress(self, step: int, seconds: float) -> float:
        """The share of the budget spent after `step` steps and `seconds` of training, in [0, 1]."""
        spent = step / self.steps if self.steps is not None else seconds / (60 * (self.minutes or 1))
        return min(1.0, spent)

    def seconds_left(self, step: int, seconds: float, seconds_per_step: float) -> float:
        if self.minutes is not None:
            return max(0.0, 60 * self.minutes - seconds)
        return max(0, (self.steps or 0) - step) * seconds_per_step
