"""What a machine can do with each named size, and the next command worth typing on it."""

from __future__ import annotations

from dataclasses import dataclass

from engine.models.config import SIZES, config_for
from engine.observation.machine import Machine
from train.footprint import on_card, on_cpu, pieces_that_fit, running_footprint, training_footprint

BATCH_TOKENS = 4096
"""Tokens of an update, as `spark train` has it unless told otherwise."""
VOCABULARY = 4096
"""The shipped tokenizer's."""


@dataclass(frozen=True, slots=True)
class Fit:
    """Bytes that training and running a size take; `here` and `on_16gb`: the `--accumulate` that fits, None if none."""

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


def sizes(machine: Machine) -> list[Fit]:
    """Every named size on this machine: on its graphics card if one works, else in its free memory."""
    card = machine.card
    if card is not None:
        room = on_card(card.memory)
    else:
        room = max(0, round((machine.memory_free - on_cpu(0)) / (on_cpu(10**9) - on_cpu(0)) * 10**9))
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
        return "spark train core --size 1m --data toy   (a hundred functions, some six minutes: watch it click)"
    pieces = f" --accumulate {largest.here}" if largest.here and largest.here > 1 else ""
    return f"spark train core --size {largest.size} --data functions --minutes 60{pieces}"
