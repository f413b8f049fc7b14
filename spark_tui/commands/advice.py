"""What a machine can do with each named size, and the next command worth typing on it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from engine.models.config import SIZES, ModelConfig, config_for, flops_per_token, parameter_account
from engine.observation.machine import Machine
from train.footprint import on_card, on_cpu, pieces_that_fit, running_footprint, tensors_on_cpu, training_footprint

BATCH_TOKENS = 4096
"""Tokens of an update, as `spark train` has it unless told otherwise."""
VOCABULARY = 4096
"""The shipped tokenizer's."""


@dataclass(frozen=True, slots=True)
class Fit:
    """Bytes that training and running a size take; `here` and `on_16gb`: the `--accumulate` that fits, None if none.

    `lean_here` and `lean_on_16gb`: the same with `--checkpoint-activations`. `hours`: estimated, for so many tokens as
    were asked about; None where nothing was measured.
    """

    size: str
    parameters: int
    weights: int
    gradients: int
    optimizer: int
    activations: int
    total: int
    running: int
    here: int | None
    on_16gb: int | None
    lean_here: int | None
    lean_on_16gb: int | None
    hours: float | None = None


def measured_speeds(
    machine: Machine, compile: bool = True, telling: Callable[[str], None] = lambda size: None
) -> tuple[dict[str, float], bool]:
    """({size: operations a second that a training step gets here}, whether all were compiled), of a small and a larger
    size: some seconds, and a minute where the compiler has its work still to do. `telling` hears the size."""
    from train.measured import operations_per_second

    device = "cuda" if machine.card is not None else "cpu"
    speeds = {}
    for size in ("1m", "10m"):
        telling(size)
        speeds[size], compile = operations_per_second(size, device, compile=compile)
    return speeds, compile


def hours(config: ModelConfig, tokens: int, speeds: Mapping[str, float]) -> float | None:
    """Estimated hours for `tokens` tokens, at the speed of the larger measured size that is not larger than this."""
    if not speeds:
        return None
    parameters = sum(parameter_account(config).values())
    speed = speeds["10m" if parameters > 5_000_000 else "1m"]
    return tokens * 3 * flops_per_token(config, config.context / 2) / speed / 3600


def sizes(machine: Machine, tokens: int = 0, speeds: Mapping[str, float] = MappingProxyType({})) -> list[Fit]:
    """Every named size on this machine: on its graphics card if one works, else in its free memory."""
    card = machine.card
    room = on_card(card.memory) if card is not None else tensors_on_cpu(machine.memory_free)
    fits = []
    for size in SIZES:
        config = config_for(size, VOCABULARY)
        need = training_footprint(config, BATCH_TOKENS)
        fits.append(
            Fit(
                size,
                need.parameters,
                need.weights,
                need.gradients,
                need.optimizer,
                need.activations,
                need.total if card is not None else on_cpu(need.total),
                running_footprint(config),
                pieces_that_fit(config, BATCH_TOKENS, room),
                pieces_that_fit(config, BATCH_TOKENS, on_card(16 * 2**30)),
                pieces_that_fit(config, BATCH_TOKENS, room, recompute=True),
                pieces_that_fit(config, BATCH_TOKENS, on_card(16 * 2**30), recompute=True),
                hours(config, tokens, speeds),
            )
        )
    return fits


def next_step(machine: Machine, fits: list[Fit]) -> str:
    """The command to type now."""
    card = machine.card
    largest = next((fit for fit in reversed(fits) if fit.here is not None), None)
    if largest is None or machine.disk_free < 10 * largest.weights:
        return "free some memory or disk, then ask again; even the smallest size does not fit just now."
    if card is None:
        return "spark train core --size 1m --data toy   (a hundred functions, a few minutes: watch it click)"
    pieces = f" --accumulate {largest.here}" if largest.here and largest.here > 1 else ""
    return f"spark train core --size {largest.size} --data functions --minutes 60{pieces}"
