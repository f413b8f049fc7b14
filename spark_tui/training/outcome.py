"""What came of a run, in a few lines: figures, where the checkpoint is, and the next command to type."""

from __future__ import annotations

import argparse
import math
import shlex
from typing import Any

from spark_tui.training.story import Story
from train.plain import duration


def outcome(story: Story, args: argparse.Namespace, last_words: str = "") -> list[str]:
    """Lines for the screen and, after the screen has gone, for the shell. `last_words` if the trainer died."""
    lines = [_ending(story, last_words)]
    if figures := _figures(story):
        lines.append(figures)
    place = checkpoint(story)
    if place:
        lines.append(f"checkpoint: {place}")
    elif story.started is not None and story.started.step > 0:
        lines.append(f"checkpoint: the one of step {story.started.step:,}, from which this run went on")
    else:
        lines.append("no checkpoint was written")
    lines.append(f"next: {next_command(story, args)}")
    return lines


def checkpoint(story: Story) -> str:
    """Where the newest checkpoint is; empty when none was written."""
    return "" if story.saved is None else story.saved.path


def next_command(story: Story, args: argparse.Namespace) -> str:
    """The command that makes most sense now, ready to be typed."""
    started = story.started
    command = ["spark", "train", args.model]
    if started is None or (story.saved is None and started.step == 0):
        return shlex.join([*command, "--help"])
    command += ["--run", started.run, "--resume"]
    for name in ("runs", "home"):
        if (value := getattr(args, name)) is not None:
            command += [f"--{name}", str(value)]
    if story.ended is None or story.ended.reason == "stopped":
        return shlex.join(command)
    if story.ended.reason == "failed":  # slower steps are the usual cure of a loss that is no number
        return shlex.join([*command, *_halved_rates(started.config)])
    if started.total_steps is not None:
        return shlex.join([*command, "--steps", str(2 * started.total_steps)])
    return shlex.join([*command, "--minutes", f"{2 * (started.minutes or 1):g}"])


def _ending(story: Story, last_words: str) -> str:
    ended = story.ended
    if ended is None:
        return f"ended at step {story.at:,}: {last_words}" if last_words else f"ended at step {story.at:,}"
    told = f"{ended.reason} after step {ended.step:,} · {duration(ended.seconds)} · {ended.tokens:,} tokens"
    return f"{told} · {ended.detail or last_words}" if ended.reason == "failed" else told


def _figures(story: Story) -> str:
    parts = []
    if story.step is not None:
        parts.append(f"loss {story.step.loss:.3f}")
    evaluated = story.evaluated
    if evaluated is not None and math.isfinite(evaluated.loss):
        parts.append(f"held-out loss {evaluated.loss:.3f} (step {evaluated.step:,})")
        if evaluated.bits_per_byte is not None:
            parts.append(f"{evaluated.bits_per_byte:.3f} bits per byte")
    if story.samples:
        newest = [sample for sample in story.samples if sample.step == story.samples[0].step]
        parts.append(f"{sum(sample.parses for sample in newest)} of {len(newest)} samples parse")
    return " · ".join(parts)


def _halved_rates(config: dict[str, Any]) -> list[str]:
    optimizer = config.get("training", {}).get("optimizer", {})
    words: list[str] = []
    for option, name in (("--matrix-lr", "matrix_lr"), ("--lr", "other_lr")):
        rate = optimizer.get(name)
        if isinstance(rate, float | int):
            words += [option, f"{rate / 2:g}"]
    return words
