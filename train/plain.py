"""The events of a run as plain lines, for a pipe, a log, or a server without a terminal."""

from __future__ import annotations

import math
import time

from train.events import (
    Clicked,
    Ended,
    Evaluated,
    Observed,
    Paused,
    Problem,
    Sample,
    Saved,
    Started,
    Step,
    TrainEvent,
)

_EVERY_SECONDS = 5.0
_SAMPLE_LINES = 12


class Lines:
    """Turns events into lines; steps are thinned to one every few seconds."""

    def __init__(self, every_seconds: float = _EVERY_SECONDS) -> None:
        self._every = every_seconds
        self._last_step = -math.inf

    def line(self, event: TrainEvent) -> str | None:
        """One line (or a few, for a sample), or None when there is nothing to say."""
        if isinstance(event, Step):
            now = time.monotonic()
            if now - self._last_step < self._every:
                return None
            self._last_step = now
            return step_line(event)
        return describe(event)


def step_line(step: Step) -> str:
    """`step  1,240  loss  2.310   5,767 tok/s  ...`, columns that stay where they are."""
    return (
        f"step {step.step:>6,}  loss {step.loss:6.3f}  {step.tokens_per_s:>7,.0f} tok/s  lr {step.lr:.1e}  "
        f"gradient {step.grad_norm:6.2f}  {step.progress:4.0%}  {duration(step.seconds_left)} left"
    )


def _data(source: dict[str, object]) -> str:
    """A router learns from queries, all others from tokens."""
    if "queries" in source:
        return f"{source['queries']:,} {source['name']}"
    return f"{source['name']} ({source['tokens']:,} tokens)"


def describe(event: TrainEvent) -> str | None:
    """Any event but a step in words; None for those that only a screen shows."""
    match event:
        case Started():
            data = ", ".join(map(_data, event.data))
            begun = "starts" if event.step == 0 else f"goes on from step {event.step:,}"
            size = f"{event.parameters:,} parameters, " if event.parameters else ""
            return f"run {event.run} {begun}: {size}{data}, {event.device}"
        case Evaluated():
            losses = "  ".join(f"{name} {loss:.3f}" for name, loss in event.losses.items())
            bits = "" if event.bits_per_byte is None else f"  bits/byte {event.bits_per_byte:.3f}"
            return f"step {event.step:>6,}  held out: {losses}{bits}"
        case Observed(observer=observer, figures=figures) if observer.startswith("router"):
            shown = ("accuracy", "calibration_error", "confident", "confident_error", "outside_kept")
            return f"{observer}: " + ", ".join(f"{name} {figures[name]:.3f}" for name in shown if name in figures)
        case Sample():
            status = "parses" if event.parses else f"does not parse: {event.why}"
            lines = (event.prompt + "⟩" + event.text.rstrip()).splitlines()
            if len(lines) > _SAMPLE_LINES:  # models that know nothing yet write long columns of nothing
                lines[_SAMPLE_LINES - 1 :] = [f"… {len(lines) - _SAMPLE_LINES + 1} lines more"]
            body = "\n".join(f"    {line}" for line in lines)
            return f"step {event.step:>6,}  sample ({status})\n{body}"
        case Clicked():
            return f"step {event.step:>6,}  it clicked: {event.what}"
        case Saved():
            return f"step {event.step:>6,}  saved {event.path}"
        case Problem():
            return f"step {event.step:>6,}  problem: {event.text}"
        case Paused():
            return "paused" if event.paused else "goes on"
        case Ended():
            return f"{event.reason} after step {event.step:,}, {duration(event.seconds)}, {event.tokens:,} tokens"
        case _:
            return None


def duration(seconds: float) -> str:
    """ "48 s", "12 min", "3 h 05 min"."""
    whole = round(seconds)
    if whole < 100:
        return f"{whole} s"
    minutes = round(whole / 60)
    return f"{minutes} min" if minutes < 100 else f"{minutes // 60} h {minutes % 60:02d} min"
