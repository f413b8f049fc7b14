"""`spark bench app`: what watching costs a training run, the app's share and the observers' apart; the first click."""

from __future__ import annotations

import os
import signal
import statistics
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Annotated

import typer

from engine.errors import SparkError
from engine.observation.interleave import ratio_interval
from spark_tui.commands.bench.presenting import present
from spark_tui.commands.bench.terminal import in_terminal
from spark_tui.commands.shared import JsonOption, known_size
from spark_tui.plain import Progress
from train.events import Clicked, Started, Step, TrainEvent

WINDOW = 3.0
"""Seconds between switching the app off and on: short enough for what the trainer says to wait in its pipe."""
SETTLE = 0.8
"""Seconds at the start of a window that do not count: an app that goes on opens its terminal anew, draws all of it, and
reads what it has missed."""
GOAL = 3.0

_FEWEST = 6
"""Windows of each kind below which there is nothing to compare."""


@dataclass(frozen=True, slots=True)
class Cost:
    """Mean seconds of a step with the app running and with it stopped; what a step takes in all, looks included.

    Means, not medians: a drawing falls into few steps, and those are what it costs. `ratio`, `low`, `high`: the first
    over the second, and 95% of what the windows let expect, each with its two neighbours of the other kind.
    """

    watched: float
    alone: float
    all_in: float
    ratio: float
    low: float
    high: float
    pairs: int
    steps: int

    @property
    def app_percent(self) -> float:
        return 100 * (self.ratio - 1)

    @property
    def interval(self) -> tuple[float, float]:
        """In percent."""
        return 100 * (self.low - 1), 100 * (self.high - 1)

    @property
    def observers_percent(self) -> float:
        return 100 * (self.all_in / self.alone - 1)


def app(
    size: Annotated[str, typer.Option(help="What to train meanwhile, on the toy data.")] = "1m",
    seconds: Annotated[float, typer.Option(min=10, max=600, help="How long to watch, once it trains.")] = 90.0,
    as_json: JsonOption = False,
) -> None:
    """What the live app costs a training run: its steps with the app running, and with the app stopped, in turns.

    One run in one process: every three seconds the app is stopped (SIGSTOP) or let go on, so that the very
    same trainer is timed with and without it. A step's time is that of the update alone; what observers, samples and
    held-out figures take between the steps is shown apart. Beneath stands what share of one core the app took, and how
    long a person waits for the first click, from the command on, if it came while this watched. Takes over a minute.

    \b
    Example:
      spark bench app
    """
    with tempfile.TemporaryDirectory(prefix="spark-bench-") as folder, Progress() as progress:
        typed = time.time()
        switched, of_app = _watch(known_size(size), seconds, Path(folder), progress)
        from train.runs import RunFolder

        told = list(RunFolder(Path(folder) / "run").told())
    cost, click = cost_of(told, switched), first_click(told, typed)
    present(
        {
            "size": size, "steps": cost.steps, "pairs": cost.pairs, "ms_watched": 1000 * cost.watched,
            "ms_alone": 1000 * cost.alone, "app_percent": cost.app_percent, "interval_percent": list(cost.interval),
            "observers_percent": cost.observers_percent, "app_percent_of_a_core": of_app,
            "first_click": None if click is None else {"what": click[0], "seconds": click[1]},
        },
        as_json,
        title=f"A step of {size} on the toy data, {cost.steps} steps; the app ran in {cost.pairs} windows",
        columns=("", "ms a step", "% more", "95% within", "goal"),
        rows=(
            ("the app stopped", 1000 * cost.alone, None, None, None),
            (
                "the app running", 1000 * cost.watched, f"{cost.app_percent:.1f}",
                "{:.1f} to {:.1f}".format(*cost.interval), f"≤ {GOAL:.0f}",
            ),
            ("with everything it looks at", 1000 * cost.all_in, f"{cost.observers_percent:.1f}", None, None),
        ),
        notes=(
            "Means of steps; --observe-every and --without make the last row smaller.",
            *([] if of_app is None else [f"The app took {of_app:.1f}% of one core while it ran."]),
            "Nothing clicked while it watched." if click is None else f"First click: {click[0]}, {click[1]:.0f} s.",
        ),
    )  # fmt: skip


def _watch(
    size: str, seconds: float, folder: Path, progress: Progress
) -> tuple[list[tuple[float, bool]], float | None]:
    """Train in a terminal and switch the app on and off: when, by the clock on the wall, and whether it then ran; and
    what percentage of one core it took while it did, where the system says."""
    words = ["train", "core", "--size", size, "--data", "toy", "--minutes", "600", "--run", "run"]
    words += ["--runs", str(folder), "--no-compile"]
    switched: list[tuple[float, bool]] = []
    with in_terminal(*words) as screen:
        progress.show("waiting for the first steps")
        screen.until(lambda shown: b"tok/s" in shown)
        screen.drain(3.0)
        end, running = time.time() + seconds, True
        taken = ran = 0.0
        while time.time() < end:
            switched.append((time.time(), running))
            progress.show(f"watching: {max(0.0, end - time.time()):.0f} s left")
            screen.drain(SETTLE)
            before, since = _cpu_seconds(screen.process), time.time()
            screen.drain(WINDOW - SETTLE)
            if running:
                taken, ran = taken + _cpu_seconds(screen.process) - before, ran + time.time() - since
            running = not running
            os.kill(screen.process, signal.SIGCONT if running else signal.SIGSTOP)
        os.kill(screen.process, signal.SIGCONT)
        switched.append((time.time(), running))
        screen.type(b"q")
        screen.drain(60.0)  # until it is saved and gone
    return switched, 100 * taken / ran if taken else None


def _cpu_seconds(process: int) -> float:
    """Processor time of all threads of a process; 0 where there is no /proc."""
    try:
        fields = Path(f"/proc/{process}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    except (OSError, ValueError, IndexError):
        return 0.0


def first_click(told: Sequence[TrainEvent], typed: float) -> tuple[str, float] | None:
    """(what clicked first, seconds after `typed`, by the clock on the wall); None when nothing did."""
    began = next((event.when for event in told if isinstance(event, Started)), 0.0)
    click = next((event for event in told if isinstance(event, Clicked)), None)
    step = None if click is None else next((s for s in told if isinstance(s, Step) and s.step == click.step), None)
    return None if click is None or step is None else (click.what, began + step.seconds - typed)


def cost_of(told: list[TrainEvent], switched: list[tuple[float, bool]]) -> Cost:
    """Compare each window with the app to the two beside it. A step counts in the window in which all of it lies.

    Raises:
        SparkError: too few steps to compare.
    """
    began = next((event.when for event in told if isinstance(event, Started)), 0.0)
    steps = [event for event in told if isinstance(event, Step)]
    windows = []
    for (start, running), (end, _) in pairwise(switched):
        inside = [s.update_seconds for s in steps if start + SETTLE + s.update_seconds < began + s.seconds < end]
        windows.append((running, inside))
    of_kind = {kind: [s for running, inside in windows if running == kind for s in inside] for kind in (True, False)}
    pairs = [
        ([statistics.fmean(inside)], [(statistics.fmean(before) + statistics.fmean(after)) / 2])
        for (_, before), (running, inside), (_, after) in zip(windows, windows[1:], windows[2:], strict=False)
        if running and before and inside and after
    ]
    if len(pairs) < _FEWEST:
        raise SparkError("Too few steps were seen to compare; take a smaller --size or more --seconds.")
    # What lies between the steps is too unevenly spread for windows: it is the mean of all of them.
    first, last = steps[0], steps[-1]
    between = (last.seconds - first.seconds - sum(step.update_seconds for step in steps[1:])) / (len(steps) - 1)
    watched, alone = statistics.fmean(of_kind[True]), statistics.fmean(of_kind[False])
    counted = len(of_kind[True]) + len(of_kind[False])
    return Cost(watched, alone, alone + max(0.0, between), *ratio_interval(pairs), len(pairs), counted)
