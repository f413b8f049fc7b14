"""Two settings on the same queries, and whether what differs is more than chance."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

from engine.observation.comparison import Difference, compare
from engine.observation.references import Reference
from engine.observation.replay import Manner, Outcome, Watch, replay
from engine.observation.report import Json, Plot, Prose, Report, Series, Table, shown
from engine.settings import Home, Settings, with_setting

Measure = Callable[[Outcome], float | None]
MEASURES: dict[str, Measure] = {
    "answers right": lambda o: None if o.right is None else float(o.right),
    "routed right": lambda o: None if o.routed_right is None else float(o.routed_right),
    "shortcuts": lambda o: float(o.path != "core"),
    "cache hits": lambda o: float(o.hit),
    "MFLOP": lambda o: o.flops / 1e6,
    "compute of core alone": lambda o: o.flops / o.alone if o.alone else None,
    "first word ms": lambda o: o.first_ms,
    "whole answer ms": lambda o: o.total_ms,
}


def against(
    asked: Sequence[tuple[Reference, str]],
    settings: Settings,
    change: str,
    *,
    origin: Home | None = None,
    max_tokens: int | None = None,
    library: Home | None = None,
    watch: Watch = lambda done, of: None,
    stop: threading.Event | None = None,
) -> Report:
    """Ask everything of a mind as it is set and of one with `change` (as in "routing.threshold=0.6").

    Raises:
        SparkError: the change makes no sense, or a part of the mind failed.
    """
    changed = with_setting(settings, change)
    now, then = replay(
        asked, [(settings, Manner()), (changed, Manner())],
        origin=origin, max_tokens=max_tokens, library=library, watch=watch, stop=stop,
    )  # fmt: skip
    return against_report(now, then, change, len(asked))


def against_report(now: Sequence[Outcome], then: Sequence[Outcome], change: str, planned: int) -> Report:
    """What `change` changed: every measure with its paired bootstrap interval."""
    found: dict[str, Difference] = {}
    for name, measure in MEASURES.items():
        pairs = [(measure(a), measure(b)) for a, b in zip(now, then, strict=True)]
        known = [(a, b) for a, b in pairs if a is not None and b is not None]
        if known:
            found[name] = compare([a for a, _ in known], [b for _, b in known])
    real = [(name, one) for name, one in found.items() if one.more_than_chance]
    other = sum(a.answer != b.answer for a, b in zip(now, then, strict=True))
    ended = "" if len(now) == planned else f" (stopped; {planned} were planned)"
    summary = [f"{len(now)} queries asked both ways{ended}: {other} got another answer with {change}."]
    summary += [f"{n}: {shown(d.mean_a)} → {shown(d.mean_b)}, more than chance." for n, d in real]
    if not real:
        summary.append("No measure differs by more than chance: with so many queries the two cannot be told apart.")
    rows = tuple(
        (name, d.mean_a, d.mean_b, d.mean, d.low, d.high, "yes" if d.more_than_chance else "no", d.pairs)
        for name, d in found.items()
    )
    moved = [(a, b) for a, b in zip(now, then, strict=True) if a.path != b.path]
    parts = (
        Table(
            f"As it is set, and with {change}",
            ("measure", "as set", "changed", "difference", "low", "high", "more than chance", "queries"),
            rows,
        ),
        Plot(
            "Compute of each query",
            "operations, as it is set",
            f"operations, {change}",
            (Series("", tuple(o.flops for o in now), tuple(o.flops for o in then)),),
            "points",
            log_x=True,
            log_y=True,
        ),
        Table(
            "Queries that took another path",
            ("query", "now", change, "confidence"),
            tuple((" ".join(a.text.split())[:70], a.path, b.path, a.confidence) for a, b in moved),
        ),
        Prose(
            "How to read it",
            "`low` and `high` hold the middle 95% of 2,000 draws of the same queries with replacement. Where zero lies "
            "between them, the difference may be chance.",
        ),
    )  # fmt: skip
    figures: dict[str, Json] = {
        "queries": len(now),
        "differences": {
            name: {
                "now": d.mean_a, "then": d.mean_b, "low": d.low, "high": d.high,
                "more_than_chance": d.more_than_chance,
            }
            for name, d in found.items()
        },
    }  # fmt: skip
    return Report("against", f"Does {change} change anything?", tuple(summary), parts, figures)
