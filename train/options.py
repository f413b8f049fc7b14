"""How a run is to be done, and what a person may ask of it while it runs."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass, field

import torch

from engine.errors import SparkError
from train.optimizer import OptimizerOptions
from train.samples import Prompt
from train.schedule import Budget, Schedule

PRECISIONS = {"fp32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}


@dataclass(frozen=True, slots=True)
class TrainOptions:
    """How to train; the model and the data are given apart."""

    budget: Budget
    batch_tokens: int = 4096
    """Tokens of one update."""
    accumulate: int = 1
    """Pieces that an update's rows are cut into, to save memory; the gradients add up to the same."""
    seed: int = 0
    optimizer: OptimizerOptions = field(default_factory=OptimizerOptions)
    schedule: Schedule = field(default_factory=Schedule)
    clip: float = 1.0
    """Largest norm of all gradients together; longer ones are scaled down."""
    precision: str = "bf16"
    """Of the computation; weights and optimizer stay float32. fp16 is for cards without bf16 (train/loss_scale.py)."""
    checkpoint_activations: bool = False
    """Keep one state a block and compute the rest again backwards: less memory, a third more work."""
    parallel: str = "ddp"
    """How several processes share the work, where there are several: ddp or fsdp."""
    compile: bool = True
    evaluate_every: int = 250
    evaluate_rows: int = 32
    sample_every: int = 250
    sample_tokens: int = 64
    observe_every: int = 10
    without: tuple[str, ...] = ()
    """Observers that are switched off, by name; "all" is all of them."""
    save_every_minutes: float = 5.0
    snapshots: bool = True
    """Keep the weights of steps 1, 2, 4, 8, … and of the last one, in bf16."""
    size: str = ""
    """Only a label for `Started`."""

    def __post_init__(self) -> None:
        if self.precision not in PRECISIONS:
            raise SparkError(f"Unknown precision {self.precision!r}; choose {', '.join(PRECISIONS)}.")


class Controls:
    """What a person can ask of a running loop, from any thread; heard between two steps."""

    def __init__(self) -> None:
        self.stop = threading.Event()
        self.pause = threading.Event()
        self.save = threading.Event()
        self._asked: deque[Prompt | None] = deque()

    def sample(self, prompt: Prompt | None = None) -> None:
        """Write a sample now, of `prompt` or of the run's own prompts."""
        self._asked.append(prompt)

    def asked(self) -> list[Prompt | None]:
        """The samples asked for since the last call."""
        taken = []
        while self._asked:
            taken.append(self._asked.popleft())
        return taken


def rows_of_a_step(options: TrainOptions, context: int, processes: int = 1) -> int:
    """Rows of one update.

    Raises:
        SparkError: the batch is not a whole number of rows, or the rows do not divide into the pieces.
    """
    rows, rest = divmod(options.batch_tokens, context)
    if rows < 1 or rest:
        raise SparkError(f"--batch-tokens must be a multiple of the context, {context}; {options.batch_tokens} is not.")
    if options.accumulate < 1 or rows % options.accumulate:
        raise SparkError(f"--accumulate {options.accumulate} does not divide the {rows} rows of a step.")
    if (rows // options.accumulate) % processes:
        raise SparkError(f"The {rows // options.accumulate} rows of a piece do not divide among {processes} processes.")
    return rows
