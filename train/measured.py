"""Short real measurements behind `spark check`: how fast steps are here, and the memory that one really takes.

python -m train.measured 10m 1024        # peak memory of a step, beside the estimate, as JSON
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from typing import Any

from engine.errors import SparkError
from engine.models.config import ModelConfig

_VOCABULARY = 4096
_CONTEXT = 512


@dataclass(frozen=True, slots=True)
class Peak:
    """Bytes of a training step: measured, and what `train/footprint.py` says."""

    size: str
    tokens: int
    recompute: bool
    measured: int
    estimated: int

    @property
    def off(self) -> float:
        """How far the estimate is from the measurement, as a share of it."""
        return self.estimated / self.measured - 1


def operations_per_second(
    size: str, device: str, rounds: int = 3, tokens: int = 4096, compile: bool = True
) -> tuple[float, bool]:
    """(operations that a training step of `size` gets out of this device in a second, whether it was compiled).

    The step is the one of a run that is told no more than its size: its context, its batch, bf16. The median of
    `rounds` steps, since a run gets no better moments than these.
    """
    import torch

    from engine.models.config import config_for, flops_per_token

    config = config_for(size, _VOCABULARY)
    if tokens < config.context:
        config = replace(config, context=tokens)
    precision = "bf16" if device == "cpu" or torch.cuda.is_bf16_supported() else "fp16"
    if compile:
        try:
            step = step_of(config, device, tokens, precision=precision)
        except SparkError:  # no compiler here: a run goes on without, too
            compile = False
    if not compile:
        step = step_of(config, device, tokens, precision=precision, compile=False)
    step()  # warms up
    taken = []
    for _ in range(rounds):
        begun = time.perf_counter()
        step()
        taken.append(time.perf_counter() - begun)
    return 3 * tokens * flops_per_token(config, config.context / 2) / statistics.median(taken), compile


def peak_in_a_process(size: str, tokens: int, recompute: bool = False, precision: str = "bf16") -> Peak:
    """Peak memory of a few steps in a process of its own, since a process never gets smaller.

    Raises:
        SparkError: there is no such size, or it did not end well (too little memory, say).
    """
    from engine.models.config import config_for

    config_for(size, _VOCABULARY)
    words = [sys.executable, "-m", "train.measured", size, str(tokens), str(int(recompute)), precision]
    done = subprocess.run(words, capture_output=True, text=True)
    if done.returncode != 0:
        last = (done.stderr.strip().splitlines() or [f"status {done.returncode}"])[-1]
        raise SparkError(f"A step of {size} could not be measured here ({last}).")
    return Peak(**json.loads(done.stdout.splitlines()[-1]))


def step_of(config: ModelConfig, device: str, tokens: int, **chosen: Any) -> Callable[[], None]:
    """A training step as a run does it, on random tokens, with a fresh model; `chosen` are options of the run."""
    import torch

    from engine.models.transformer import Transformer
    from train.data import as_batch
    from train.options import PRECISIONS, TrainOptions
    from train.parallel import ALONE
    from train.schedule import Budget
    from train.update import Update

    options = TrainOptions(Budget(steps=1), batch_tokens=tokens, **chosen)
    model = Transformer(config).initialize(0).to(device).train()
    model.compute_dtype = PRECISIONS[options.precision]
    rows = tokens // config.context
    drawn = torch.randint(
        config.vocab_size, (rows, config.context + 1), generator=torch.Generator().manual_seed(0), dtype=torch.int32
    )
    batch = as_batch(drawn, torch.ones_like(drawn, dtype=torch.uint8))
    update = Update(model, options, rows, ALONE)
    if options.compile and (why_not := update.compile(batch)) is not None:
        raise SparkError(f"torch.compile does not work here ({why_not}).")

    def step() -> None:
        update.gradients(batch)
        update.apply(1.0)
        if device.startswith("cuda"):
            torch.cuda.synchronize()

    return step


def main(words: list[str]) -> int:
    import torch

    from engine.models.config import config_for
    from train.footprint import on_cpu, training_footprint
    from train.memory_use import peak_memory

    size, tokens = words[0], int(words[1])
    recompute = words[2:3] == ["1"]
    precision = words[3] if len(words) > 3 else "bf16"
    chosen = {"precision": precision, "checkpoint_activations": recompute, "compile": False}
    step_of(config_for("1m", _VOCABULARY, 64), "cpu", 64, **chosen)()  # what the libraries take for themselves
    before = peak_memory(torch.device("cpu"))
    config = config_for(size, _VOCABULARY, min(_CONTEXT, tokens))
    step = step_of(config, "cpu", tokens, **chosen)
    for _ in range(3):
        step()
    measured = peak_memory(torch.device("cpu")) - before
    estimated = on_cpu(training_footprint(config, tokens, precision, recompute).total)
    print(json.dumps(asdict(Peak(size, tokens, recompute, measured, estimated))))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
