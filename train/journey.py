"""The learning journey of one run as a report: loss, clicks, attention, embeddings, gradients, samples over time.

Reads what the run wrote and nothing else, so it is the same on any machine, long after the run. Light: no torch.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

from engine.errors import SparkError
from engine.observation.report import Plot, Prose, Report, Series, Table, quoted
from engine.text import sanitize
from train.clicks import ABILITIES
from train.events import Clicked, Ended, Evaluated, Observed, Sample, Started, Step, TrainEvent
from train.plain import duration
from train.runs import RunFolder
from train.thumbnail import read

_POINTS = 400
"""Of a curve: more would not show."""
_SAMPLES = 6
_SAMPLE_LINES = 12

_PLOTS = {
    "gradients": (
        "Gradient flow: norm by block",
        "norm",
        "How strongly each part is asked to change. Blocks whose line lies far below the others learn little.",
    ),
    "updates": (
        "Last change over size, by block",
        "share",
        "How far a step moves each part, as a share of its own size; about a thousandth to a hundredth is usual.",
    ),
    "token kinds": (
        "Loss by kind of Python token",
        "nats",
        "What is learned first: the lines that fall early. Names seen for the first time stay hard; "
        "once repeated names fall below them, the model looks back.",
    ),
    "logit lens": (
        "Logit lens: loss after each layer",
        "nats",
        "What the loss would be if the model stopped after a layer. Where two lines part, the later layer does work.",
    ),
    "entropy": (
        "Attention over time: entropy of heads",
        "share of the most",
        "1: a head looks everywhere alike, 0: at one token. Heads that fall have found something to look for.",
    ),
    "first token": (
        "Attention over time: weight on the first token",
        "weight",
        "Heads with nothing to find often rest on the first token.",
    ),
    "distance": (
        "Attention over time: how far back",
        "tokens",
        "Spread evenly a head looks half of the text back; heads that fall have become local.",
    ),
    "induction gain": (
        "Random tokens, first time and again",
        "nats",
        "Random tokens cannot be known by heart: where the second time is easier, it copies from the context.",
    ),
    "embedding pairs": (
        "Embedding evolution: cosine of pairs",
        "cosine",
        "Which words come to be treated alike: 1 is the same direction, 0 unrelated.",
    ),
    "neighbours": (
        "Embedding evolution: neighbours kept since the last look",
        "share",
        "1: nothing moves any more. The plot shows when the map of words settles.",
    ),
    "effective rank": (
        "Embedding evolution: directions used",
        "directions",
        "How many directions of the embedding carry its variation; a fall means that words gather in fewer.",
    ),
}
"""By observer: the plot's title, what its axis counts, and how to read it."""

Curves = dict[str, list[tuple[float, float]]]


def journey(folder: Path) -> Report:
    """The report of the run in `folder`.

    Raises:
        SparkError: there is no run, or it has not taken a step.
    """
    run = RunFolder(folder)
    if not run.metrics.exists():
        raise SparkError(f"There is no run in {folder}; `spark train` makes one.")
    events = list(run.told())
    started = next((event for event in events if isinstance(event, Started)), None)
    steps = [event for event in events if isinstance(event, Step)]
    if started is None or not steps:
        raise SparkError(f"The run in {folder} has not taken a step yet.")
    clicks = [event for event in events if isinstance(event, Clicked)]
    evaluations = [event for event in events if isinstance(event, Evaluated) and math.isfinite(event.loss)]
    curves = observed_curves(events)
    return Report(
        name=f"journey-{folder.name}",
        question=f"How did the run {folder.name} ({started.size}, {started.parameters:,} parameters) learn, and when?",
        summary=_summary(steps, evaluations, clicks, events),
        parts=(
            _loss(steps, evaluations),
            _clicks(clicks, steps),
            _rates(curves),
            *_observed(curves),
            _heads(events),
            _attention(events),
            _samples(events),
        ),
        figures={
            "run": folder.name,
            "parameters": started.parameters,
            "steps": steps[-1].step,
            "tokens": steps[-1].tokens,
            "loss": steps[-1].loss,
            "best_held_out": min((e.loss for e in evaluations), default=None),
            "clicks": {click.what: click.step for click in clicks},
            "seconds": steps[-1].seconds,
        },
    )


def observed_curves(events: Iterable[TrainEvent]) -> dict[str, Curves]:
    """{observer: {figure: [(step, value), …]}}."""
    found: dict[str, Curves] = defaultdict(lambda: defaultdict(list))
    for event in events:
        if isinstance(event, Observed):
            for name, value in event.figures.items():
                if value is not None and math.isfinite(value):
                    found[event.observer][name].append((event.step, value))
    return found


def _summary(
    steps: Sequence[Step], evaluations: Sequence[Evaluated], clicks: Sequence[Clicked], events: Sequence[TrainEvent]
) -> tuple[str, ...]:
    first, last = steps[0], steps[-1]
    told = [
        f"The loss fell from {first.loss:.2f} to {last.loss:.2f} nats a token in {last.step:,} steps, "
        f"{last.tokens:,} tokens, {duration(last.seconds)}."
    ]
    best = min(evaluations, key=lambda e: e.loss, default=None)
    if best is not None:
        told.append(f"Held out it was best at step {best.step:,}, with {best.loss:.2f} nats a token.")
    if clicks:
        told.append("It clicked: " + "; ".join(f"{click.what} at step {click.step:,}" for click in clicks) + ".")
    missing = [what for what in ABILITIES if what not in {click.what for click in clicks}]
    if missing:
        told.append("Not within this run: " + ", ".join(missing) + ".")
    if not any(isinstance(event, Ended) for event in events):
        told.append("The run has not ended yet, or was cut off.")
    return tuple(told)


def _loss(steps: Sequence[Step], evaluations: Sequence[Evaluated]) -> Plot:
    series = [_series("train", [(s.step, s.loss) for s in steps])]
    if evaluations:
        series.append(_series("held out", [(e.step, e.loss) for e in evaluations]))
    reading = (
        "How surprised the model is by the next token. Once the held-out line rises while the other falls, it learns "
        "its text by heart. The axis of steps is logarithmic in all plots: most happens early."
    )
    return Plot("Loss", "step", "nats a token", tuple(series), log_x=True, reading=reading)


def _clicks(clicks: Sequence[Clicked], steps: Sequence[Step]) -> Table:
    at = {step.step: step for step in steps}
    rows = []
    for click in clicks:
        step = at.get(click.step)
        rows.append((click.what, click.step, step.tokens if step else None, step.seconds if step else None, click.rate))
    reading = "The first step at which an ability's rate, smoothed over three looks, passed a half."
    return Table("When it clicked", ("ability", "step", "tokens", "seconds", "rate"), tuple(rows), reading)


def _rates(curves: dict[str, Curves]) -> Plot:
    series = [
        _series(what, curves[observer][figure])
        for what, (observer, figure) in ABILITIES.items()
        if observer in curves and figure in curves[observer]
    ]
    return Plot("The rates that click when they pass a half", "step", "rate", tuple(series), log_x=True)


def _observed(curves: dict[str, Curves]) -> list[Plot]:
    """One plot an observer that was there; of figures per head the highest, the mean and the lowest."""
    plots = []
    for observer, (title, label, reading) in _PLOTS.items():
        figures = {
            name: points
            for name, points in curves.get(observer, {}).items()
            if not name.endswith(" right") and not name.startswith("rank.")
        }
        if figures and all(name.replace(".", "").isdigit() for name in figures):
            figures = _spread(figures)
        if figures:
            series = tuple(_series(name, points) for name, points in figures.items())
            log_y = observer in ("gradients", "updates")
            plots.append(Plot(title, "step", label, series, log_x=True, log_y=log_y, reading=reading))
    return plots


def _spread(by_head: Curves) -> Curves:
    at: dict[float, list[float]] = defaultdict(list)
    for points in by_head.values():
        for step, value in points:
            at[step].append(value)
    return {
        "highest head": [(step, max(values)) for step, values in at.items()],
        "mean": [(step, sum(values) / len(values)) for step, values in at.items()],
        "lowest head": [(step, min(values)) for step, values in at.items()],
    }


def _heads(events: Sequence[TrainEvent]) -> Table:
    """What every head was doing at the end."""
    newest: dict[str, Observed] = {event.observer: event for event in events if isinstance(event, Observed)}
    columns = ("previous token", "duplicate token", "induction heads", "first token", "entropy", "distance")
    names = sorted(
        {name for column in columns if column in newest for name in newest[column].figures if "." in name},
        key=lambda name: tuple(map(int, name.split("."))),
    )
    rows = [(name, *(newest[c].figures.get(name) if c in newest else None for c in columns)) for name in names]
    reading = (
        "The first three columns are the weight that a head puts on the token before, on an earlier copy of the same "
        "token, and on what followed that copy: above a half it is that kind of head."
    )
    return Table("What every head does at the end (layer.head)", ("head", *columns), tuple(rows), reading)


def _attention(events: Sequence[TrainEvent]) -> Prose:
    """The pictures of one head that changed most, at a few moments, as shaded text."""
    seen = [event for event in events if isinstance(event, Observed) and event.maps]
    if not seen:
        return Prose("Attention", "No picture of attention was kept.")
    last = seen[-1].maps
    change = {name: _distance(seen[0].maps.get(name, ""), picture) for name, picture in last.items()}
    name = max(change, key=lambda head: change[head])
    chosen = sorted({0, len(seen) // 3, 2 * len(seen) // 3, len(seen) - 1})
    lines = [
        f"Head {name} changed most. Each row, a place in the text, is darkest where it looks most.",
        "",
    ]
    for index in chosen:
        lines += [f"Step {seen[index].step:,}:", "", "```", *_shaded(seen[index].maps.get(name, "")), "```", ""]
    return Prose("Attention over time", "\n".join(lines))


def _shaded(picture: str) -> list[str]:
    """Each row against its own highest weight: late rows spread theirs over more places."""
    return ["".join(2 * " ░▒▓█"[min(4, int(5 * value / (max(row) or 1.0)))] for value in row) for row in read(picture)]


def _distance(before: str, after: str) -> float:
    pairs = zip(read(before), read(after), strict=False)
    return sum(abs(a - b) for one, other in pairs for a, b in zip(one, other, strict=False))


def _samples(events: Sequence[TrainEvent]) -> Prose:
    samples = [event for event in events if isinstance(event, Sample)]
    if not samples:
        return Prose("Samples", "None was written.")
    first = [sample for sample in samples if sample.prompt == samples[0].prompt]
    chosen = sorted({round(i * (len(first) - 1) / (_SAMPLES - 1)) for i in range(_SAMPLES)})
    lines = [f"After {quoted(first[0].prompt)}:", ""]
    for sample in (first[i] for i in chosen):
        lines += [
            f"Step {sample.step:,}, {'parses' if sample.parses else 'does not parse'}:",
            "",
            *_written(sample),
            "",
        ]
    return Prose("Samples", "\n".join(lines))


def _written(sample: Sample) -> list[str]:
    """Prompt and continuation as a block of code; nothing in it can end the block."""
    lines = sanitize(sample.prompt + sample.text).replace("```", "'" * 3).splitlines()
    return ["```", *lines[:_SAMPLE_LINES], *(["…"] if len(lines) > _SAMPLE_LINES else []), "```"]


def _series(name: str, points: Sequence[tuple[float, float]]) -> Series:
    """A curve thinned to what shows, its last point kept."""
    stride = max(1, math.ceil(len(points) / _POINTS))
    kept = [*points[:-1:stride], points[-1]] if points else []
    return Series(name, tuple(float(x) for x, _ in kept), tuple(float(y) for _, y in kept))
