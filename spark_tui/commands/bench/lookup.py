"""`spark bench lookup`: milliseconds to find a learned procedure among ten thousand, or that there is none."""

from __future__ import annotations

import statistics
from typing import Annotated

import typer

from spark_tui.commands.bench.presenting import present
from spark_tui.commands.shared import JsonOption


def lookup(
    procedures: Annotated[int, typer.Option(min=10, max=1_000_000, help="Learned procedures to look among.")] = 10_000,
    asked: Annotated[int, typer.Option(min=1, help="Lookups of each kind.")] = 100,
    as_json: JsonOption = False,
) -> None:
    """Time of one lookup; the query's embedding is not counted, a turn has it already. Takes about 5 seconds.

    \b
    Example:
      spark bench lookup
    """
    from engine.observation.lookup_speed import measure

    times = measure(procedures, asked)
    rows = []
    figures: dict[str, object] = {"procedures": procedures, "asked": asked}
    for kind, milliseconds in times.items():
        ordered = sorted(milliseconds)
        median, high = statistics.median(ordered), ordered[min(len(ordered) - 1, int(0.95 * len(ordered)))]
        figures[kind.replace(" ", "_")] = {"p50_ms": median, "p95_ms": high}
        rows.append((kind, median, high))
    present(
        figures,
        as_json,
        title=f"Looking up among {procedures:,} learned procedures",
        columns=("what is asked", "p50 ms", "p95 ms"),
        rows=rows,
    )
