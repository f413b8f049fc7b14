"""Short real measurements behind `spark check`: how fast steps are here, and the memory that one really takes.

python -m train.measured 10m 1024        # peak memory of a step, beside the estimate, as JSON
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from dataclasses import asdict, dataclass

from engine.errors import SparkError

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


def operations_per_second(size: str, device: str, rounds: int = 2, tokens: int = 512) -> float:
    """Operations that a training step of `size` gets out of this device in a second: the best of a few steps, bf16."""
    import torch

    from engine.models.config import config_for, flops_per_token

    step = _step(size, device, tokens, "bf16" if device == "cpu" or torch.cuda.is_bf16_supported() else "fp16", False)
    work = 3 * tokens * flops_per_token(config_for(size, _VOCABULARY, _CONTEXT), _CONTEXT / 2)
    best = 0.0
    for turn in range(rounds + 1):
        begun = time.perf_counter()
        step()
        if device.startswith("cuda"):
            torch.cuda.synchronize()
        if turn:  # the first one warms up
            best = max(best, work / (time.perf_counter() - begun))
    return best


def peak_in_a_process(size: str, tokens: int, recompute: bool = False, precision: str = "bf16") -> Peak:
    """Peak memory of a few steps in a process of its own, since a process never gets smaller.

    Raises:
        SparkError: it did not end well (too little memory, say).
    """
    words = [sys.executable, "-m", "train.measured", size, str(tokens), str(int(recompute)), precision]
    done = subprocess.run(words, capture_output=True, text=True)
    if done.returncode != 0:
        last = (done.stderr.strip().splitlines() or [f"status {done.returncode}"])[-1]
        raise SparkError(f"A step of {size} could not be measured here ({last}).")
    return Peak(**json.loads(done.stdout.splitlines()[-1]))


def _step(size: str, device: str, tokens: int, precision: str, recompute: bool):  # type: ignore[no-untyped-def]
    import torch

    from engine.models.config import config_for
    from engine.models.transformer import Transformer
    from train.loss import Loss
    from train.optimizer import Optimizer, OptimizerOptions
    from train.options import PRECISIONS
    from train.recompute import recompute_blocks

    context = min(_CONTEXT, tokens)
    model = Transformer(config_for(size, _VOCABULARY, context)).initialize(0).to(device).train()
    model.compute_dtype = PRECISIONS[precision]
    if recompute:
        recompute_blocks(model)
    loss, optimizer = Loss(model), Optimizer(model, OptimizerOptions())
    rows = torch.randint(_VOCABULARY, (tokens // context, context + 1), generator=torch.Generator().manual_seed(0))
    inputs, targets = rows[:, :-1].to(device), rows[:, 1:].to(device)
    mask = torch.ones_like(targets, dtype=torch.bool)

    def step() -> None:
        (loss(inputs, targets, mask) / targets.numel()).backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step(1.0)
        optimizer.zero_grad()

    return step


def main(words: list[str]) -> int:
    import torch

    from engine.models.config import config_for
    from train.footprint import on_cpu, training_footprint
    from train.memory_use import peak_memory

    size, tokens = words[0], int(words[1])
    recompute = words[2:3] == ["1"]
    precision = words[3] if len(words) > 3 else "bf16"
    _step("1m", "cpu", 64, precision, recompute)()  # what the libraries take for themselves
    before = peak_memory(torch.device("cpu"))
    step = _step(size, "cpu", tokens, precision, recompute)
    for _ in range(3):
        step()
    measured = peak_memory(torch.device("cpu")) - before
    config = config_for(size, _VOCABULARY, min(_CONTEXT, tokens))
    estimated = on_cpu(training_footprint(config, tokens, precision, recompute).total)
    print(json.dumps(asdict(Peak(size, tokens, recompute, measured, estimated))))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
