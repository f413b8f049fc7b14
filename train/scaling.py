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
    "fp16": ("--precision", "fp16"),
    "bf16, four pieces": ("--precision", "bf16", "--accumulate", "4"),
    "fp32, four pieces": ("--precision", "fp32", "--accumulate", "4"),
    "bf16, activations recomputed": ("--precision", "bf16", "--checkpoint-activations"),
    "bf16, AdamW": ("--precision", "bf16", "--optimizer", "adamw"),
    "bf16, compiled": ("--precision", "bf16", "--compile"),
}
_FIRST = 20
"""Steps over which two ways of computing one batch must agree; later every rounding has grown."""
_LAST = 10
"""Steps whose mean is the loss at the end: one batch is noise."""


def variants_here() -> tuple[str, ...]:
    """All switches, but fp16 only on a graphics card: a processor computes it a hundred times slower than bf16."""
    from train.command import pick_device

    return tuple(name for name in VARIANTS if name != "fp16" or pick_device(None) != "cpu")


@dataclass(frozen=True, slots=True)
class Measured:
    """One run: the loss of every step, held out at the end, tokens a second of the later half, peak bytes."""

    losses: tuple[float, ...]
    held_out: float
    tokens_per_s: float
    memory: int


def scaling(
    size: str = "1m",
    steps: int = 200,
    batch_tokens: int = 1024,
    rounds: int = 1,
    variants: Sequence[str] = (),
    say: Callable[[str], None] = lambda text: None,
) -> Report:
    """Measure every variant `rounds` times; without `variants`, all that make sense on this machine.

    Raises:
        SparkError: a run failed.
    """
    variants = tuple(variants) or variants_here()
    taken: dict[str, list[Measured]] = {name: [] for name in variants}
    for turn in range(rounds):
        first = turn % len(variants)
        for name in [*variants[first:], *variants[:first]]:
            say(name)
            taken[name].append(_run(size, steps, batch_tokens, VARIANTS[name]))
    base = variants[0]
    speed = {name: statistics.median(run.tokens_per_s for run in runs) for name, runs in taken.items()}
    memory = {name: max(run.memory for run in runs) for name, runs in taken.items()}
    loss = {name: _at_the_end(runs[0].losses) for name, runs in taken.items()}
    held_out = {name: runs[0].held_out for name, runs in taken.items()}
    rows = tuple(
        (
            name, " ".join(VARIANTS[name]), speed[name], speed[name] / speed[base], memory[name] / 1e6, loss[name],
            held_out[name],
        )
        for name in variants
    )  # fmt: skip
    agreement = {}
    for whole, pieces in (("fp32", "fp32, four pieces"), ("bf16", "bf16, four pieces")):
        if whole in taken and pieces in taken:
            pairs = zip(taken[whole][0].losses[:_FIRST], taken[pieces][0].losses[:_FIRST], strict=True)
            agreement[whole] = max(abs(a - b) for a, b in pairs)
    fastest = max(variants, key=lambda name: speed[name])
    leanest, best = min(variants, key=lambda name: memory[name]), min(variants, key=lambda name: loss[name])
    summary = [
        f"Fastest here: {fastest}, {speed[fastest]:,.0f} tokens/s, {speed[fastest] / speed[base]:.2f} × {base}.",
        f"Least memory: {leanest}, {memory[leanest] / 1e6:,.0f} MB; {base} {memory[base] / 1e6:,.0f} MB.",
        f"Lowest loss after {steps * batch_tokens:,} tokens: {best}, {loss[best]:.3f}; {base} {loss[base]:.3f}.",
    ]
    summary += [
        f"A batch in four pieces and at once, in {name}: losses at most {apart:.1e} apart in the first "
        f"{min(_FIRST, steps)} steps, {abs(loss[name] - loss[f'{name}, four pieces']):.1e} at the end."
        for name, apart in agreement.items()
    ]
    steps_axis = tuple(float(step) for step in range(1, steps + 1))
    return Report(
        name="scaling",
        question=f"What does each switch of training cost and give, for {size} in steps of {batch_tokens:,} tokens?",
        summary=tuple(summary),
        parts=(
            Table("Every switch", ("variant", "options", "tokens/s", f"× {base}", "peak MB", "loss", "held out"), rows),
            Plot(
                "Loss at equal tokens", "step", "nats a token",
                tuple(Series(name, steps_axis, taken[name][0].losses) for name in variants),
            ),
            Prose(
                "How it was measured",
                f"Each variant {rounds} time(s) in a process of its own, {steps} steps of the toy data from the same "
                "first weights, the learning rate warmed up and brought down again. Tokens a second: the median step "
                "of the later half, start-up and compilation left out. Memory: the highest that the process took, "
                f"Python and torch included. Loss: the mean of the last {_LAST} steps; held out: after the last. The "
                "toy text is learned by heart soon: held-out figures rank the switches at this budget and no other. "
                "Pieces and whole differ by rounding, which Muon, orthogonalizing in bf16, makes larger.",
            ),
        ),
        figures={
            "size": size, "steps": steps, "batch_tokens": batch_tokens, "tokens_per_s": speed, "peak_bytes": memory,
            "loss": loss, "held_out": held_out, "accumulation_apart": agreement,
        },
    )  # fmt: skip


def _at_the_end(losses: Sequence[float]) -> float:
    return statistics.fmean(losses[-_LAST:])


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
    held_out = next((event["loss"] for event in reversed(told) if event["event"] == "evaluated"), None)
    seconds = statistics.median(event["update_seconds"] for event in found[steps // 2 :])
    tokens = found[-1]["tokens"] / steps
    return Measured(losses, math.nan if held_out is None else held_out, tokens / seconds, int(found[-1]["memory"]))
