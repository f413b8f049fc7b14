"""What each switch of training costs and gives: tokens a second, peak memory, loss after the same tokens.

Every variant is a run of `python -m train` in a process of its own, on the toy data, in the order of rounds, so that
none always runs while the machine is busy. Its events are read as anybody could.
"""

from __future__ import annotations

import json
import math
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.errors import SparkError
from engine.observation.report import Plot, Prose, Report, Series, Table

VARIANTS: dict[str, tuple[str, ...]] = {
    "fp32": ("--precision", "fp32"),
    "bf16": ("--precision", "bf16"),
    "bf16, four pieces": ("--precision", "bf16", "--accumulate", "4"),
    "fp32, four pieces": ("--precision", "fp32", "--accumulate", "4"),
    "bf16, activations recomputed": ("--precision", "bf16", "--checkpoint-activations"),
    "bf16, AdamW": ("--precision", "bf16", "--optimizer", "adamw"),
    "bf16, compiled": ("--precision", "bf16", "--compile"),
}
"""fp16 is left out on a CPU, which computes it a hundred times slower than bf16."""


@dataclass(frozen=True, slots=True)
class Measured:
    """One run: the loss of every step, tokens a second of the later half, peak bytes of the process."""

    losses: tuple[float, ...]
    tokens_per_s: float
    memory: int


def scaling(
    size: str = "1m",
    steps: int = 20,
    batch_tokens: int = 2048,
    rounds: int = 1,
    variants: Sequence[str] = tuple(VARIANTS),
    say: Callable[[str], None] = lambda text: None,
) -> Report:
    """Measure every variant `rounds` times.

    Raises:
        SparkError: a run failed.
    """
    taken: dict[str, list[Measured]] = {name: [] for name in variants}
    for turn in range(rounds):
        first = turn % len(variants)
        for name in [*variants[first:], *variants[:first]]:
            say(name)
            taken[name].append(_run(size, steps, batch_tokens, VARIANTS[name]))
    base = variants[0]
    speed = {name: statistics.median(run.tokens_per_s for run in runs) for name, runs in taken.items()}
    memory = {name: max(run.memory for run in runs) for name, runs in taken.items()}
    loss = {name: runs[0].losses[-1] for name, runs in taken.items()}
    rows = tuple(
        (name, " ".join(VARIANTS[name]), speed[name], speed[name] / speed[base], memory[name] / 1e6, loss[name])
        for name in variants
    )
    agreement = {}
    for whole, pieces in (("fp32", "fp32, four pieces"), ("bf16", "bf16, four pieces")):
        if whole in taken and pieces in taken:
            pairs = zip(taken[whole][0].losses, taken[pieces][0].losses, strict=True)
            agreement[whole] = max(abs(a - b) for a, b in pairs)
    fastest = max(variants, key=lambda name: speed[name])
    summary = [f"Fastest here: {fastest}, {speed[fastest]:,.0f} tokens/s, {speed[fastest] / speed[base]:.2f} × {base}."]
    summary += [
        f"A batch in four pieces and at once, in {name}: over {steps} steps the losses are at most {apart:.1e} apart."
        for name, apart in agreement.items()
    ]
    steps_axis = tuple(float(step) for step in range(1, steps + 1))
    return Report(
        name="scaling",
        question=f"What does each switch of training cost and give, for {size} in steps of {batch_tokens:,} tokens?",
        summary=tuple(summary),
        parts=(
            Table("Every switch", ("variant", "options", "tokens/s", f"× {base}", "peak MB", "loss at the end"), rows),
            Plot(
                "Loss at equal tokens", "step", "nats a token",
                tuple(Series(name, steps_axis, taken[name][0].losses) for name in variants),
            ),
            Prose(
                "How it was measured",
                f"Each variant {rounds} time(s) in a process of its own, {steps} steps of the toy data from the same "
                "first weights; tokens a second are those of the last steps, start-up and compilation left out; memory "
                "is the highest that the process took, Python and torch included.",
            ),
        ),
        figures={
            "size": size, "steps": steps, "batch_tokens": batch_tokens, "tokens_per_s": speed, "peak_bytes": memory,
            "loss": loss, "accumulation_apart": agreement,
        },
    )  # fmt: skip


def _run(size: str, steps: int, batch_tokens: int, options: Sequence[str]) -> Measured:
    with tempfile.TemporaryDirectory(prefix="spark-scaling-") as folder:
        words = [
            sys.executable, "-P", "-m", "train", "core", "--data", "toy", "--size", size, "--steps", str(steps),
            "--batch-tokens", str(batch_tokens), "--runs", folder, "--run", "one", "--json", "--no-snapshots",
            "--without", "all", "--evaluate-every", "1000000", "--sample-every", "1000000", "--no-compile", *options,
        ]  # fmt: skip
        done = subprocess.run(words, capture_output=True, text=True, cwd=Path.cwd())
    told = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    found = [event for event in told if event["event"] == "step"]
    if done.returncode or len(found) != steps:
        last = (done.stderr.strip().splitlines() or [f"status {done.returncode}"])[-1]
        raise SparkError(f"A run with {' '.join(options)} failed ({last}).")
    losses = tuple(math.nan if event["loss"] is None else float(event["loss"]) for event in found)
    return Measured(losses, float(found[-1]["tokens_per_s"]), int(found[-1]["memory"]))
