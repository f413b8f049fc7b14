"""`spark bench recall`: how long a search takes, and what it finds, by the size of the memory."""

from __future__ import annotations

from typing import Annotated

import typer

from engine.decision import Json
from spark_tui.commands.bench.presenting import present
from spark_tui.commands.shared import JsonOption
from spark_tui.plain import Progress

_MILLION = 1_000_000


def recall(
    sizes: Annotated[str, typer.Option(help="Numbers of rows, with commas between.")] = "1000,10000,100000",
    queries: Annotated[int, typer.Option(min=5, help="Searches of each kind at each size.")] = 60,
    million: Annotated[bool, typer.Option("--million", help="A million rows too: minutes, and some GB.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Spark's recall beside exact search in NumPy and LanceDB's own hybrid, on made-up memories, in the same run.

    The embedding of the query is not in the times. Nothing in your home is touched.

    \b
    Examples:
      spark bench recall
      spark bench recall --sizes 1000,10000 --queries 30
    """
    from engine.observation.recall_bench import bench_recall
    from spark_tui.edge import UsageError

    try:
        wanted = [int(size) for size in sizes.split(",")] + [_MILLION] * million
    except ValueError:
        raise UsageError(f'--sizes wants numbers with commas between, such as "1000,10000", not "{sizes}".') from None
    if min(wanted) < 100:
        raise UsageError("--sizes begin at 100 rows.")
    progress = Progress()
    try:
        measured = bench_recall(wanted, queries, progress.show)
    finally:
        progress.clear()
    figures: Json = {
        "sizes": [
            {
                "rows": one.rows,
                "write_ms": {"p50": one.write_p50, "p95": one.write_p95},
                "bytes": one.bytes,
                "contestants": {c.name: {"p50": c.p50, "p95": c.p95, "found": c.found} for c in one.contestants},
            }
            for one in measured
        ]
    }
    present(
        figures,
        as_json,
        title="Milliseconds of a search without the query's embedding; found: the text asked for is among ten",
        columns=("rows", "who", "p50", "p95", "found"),
        rows=[(f"{one.rows:,}", c.name, c.p50, c.p95, c.found) for one in measured for c in one.contestants],
        notes=[
            f"{one.rows:,} rows: a turn is on disk after {one.write_p50:.1f} ms (p95 {one.write_p95:.1f}); "
            f"the home takes {one.bytes / 1e6:.1f} MB"
            for one in measured
        ],
    )
