"""What is the router actually classifying, and confidence in what? Each kind of feature by itself, as one report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from engine.observation.report import Json, Plot, Report, Series, Table
from train.events import Observed, TrainEvent

_FIGURES = ("accuracy", "calibration_error", "outside_kept", "confident", "confident_error")


def router_study(runs: Mapping[str, Sequence[TrainEvent]]) -> Report:
    """The report over trainings of the router with `ablation`, by the name of the fast path that each one reads."""
    rows: list[tuple[str | float | None, ...]] = []
    curves: list[Series] = []
    summary: list[str] = []
    figures: dict[str, Json] = {}
    for name, events in runs.items():
        observed = {event.observer: event.figures for event in events if isinstance(event, Observed)}
        tried = {observer.removeprefix("router "): each for observer, each in observed.items() if "decay" in each}
        rows += [
            (name, features, *(each[figure] for figure in _FIGURES), each["cross_validated_loss"])
            for features, each in sorted(tried.items(), key=lambda pair: pair[1]["cross_validated_loss"])
        ]
        held = observed.get("router, cross-validated", {})
        shipped = observed.get("router", {})
        if shipped:
            summary.append(
                f"{name}: {shipped['accuracy']:.1%} of held-out queries right, calibration error "
                f"{shipped['calibration_error']:.3f} (chance alone would show {shipped['calibration_floor']:.3f}), "
                f"{shipped['outside_kept']:.1%} of what is outside kept off the shortcuts."
            )
            best = min(tried, key=lambda features: tried[features]["cross_validated_loss"])
            summary.append(f"{name}: the likeliest in cross-validation, and so shipped, reads {best}.")
        points = sorted((float(key.rsplit(" ", 1)[1]), held[key]) for key in held if key.startswith("right at"))
        curves.append(Series(name, tuple(x for x, _ in points), tuple(y for _, y in points)))
        figures[name] = {features: dict(each) for features, each in tried.items()} | {"shipped": dict(shipped)}
    parts = (
        Table(
            "What the router may read",
            ("fast path", "features", "right", "calibration error", "outside kept", "sure", "wrong of sure", "nats"),
            tuple(rows),
        ),
        Plot(
            "When it says so sure, how often is it right? (cross-validated)",
            "confidence",
            "share right",
            (Series("exactly as sure as right", (0.0, 1.0), (0.0, 1.0)), *curves),
        ),
    )
    question = "What does the router classify by, and is it as often right as it is sure?"
    return Report("router", question, tuple(summary), parts, figures)
