"""`spark bench recall`: how long a search and a write take, and what is found, by the size of the memory."""

from __future__ import annotations

from typing import Annotated

import typer

from engine.decision import Json
from spark_tui.commands.bench.presenting import present
from spark_tui.commands.shared import JsonOption
from spark_tui.plain import Progress

_MILLION = 1_000_000


def recall(
    sizes: Annotated[str, typer.Option(help="Numbers of rows, with commas between.")] = "1000,10000",
    queries: Annotated[int, typer.Option(min=5, help="Searches of each kind at each size.")] = 60,
    million: Annotated[bool, typer.Option("--million", help="A million rows too: minutes, and some GB.")] = False,
    writes: Annotated[
        int, typer.Option(min=0, metavar="TURNS", help="Instead, save so many turns one by one: are writes flat?")
    ] = 0,
    as_json: JsonOption = False,
) -> None:
    """Spark's recall beside exact search in NumPy and LanceDB's own hybrid, on made-up memories, in the same run.

    The embedding of the query is not in the times. With --writes: how long until a turn is on the disk, thousand by
    thousand, and what the home weighs. Nothing in your home is touched. Half a minute; 100,000 rows take some more.

    \b
    Examples:
      spark bench recall
      spark bench recall --sizes 100000 --queries 30
      spark bench recall --writes 5000
    """
    from spark_tui.edge import UsageError

    if writes:
        _writes(writes, as_json)
        return
    try:
        wanted = [int(size) for size in sizes.split(",")] + [_MILLION] * million
    except ValueError:
        raise UsageError(f'--sizes wants numbers with commas between, such as "1000,10000", not "{sizes}".') from None
    if min(wanted) < 100:
        raise UsageError("--sizes begin at 100 rows.")
    _searches(wanted, queries, as_json)


def _searches(sizes: list[int], queries: int, as_json: bool) -> None:
    from engine.observation.recall_bench import bench_recall

    with Progress() as progress:
        measured = bench_recall(sizes, queries, progress.show)
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


def _writes(turns: int, as_json: bool) -> None:
    from engine.observation.write_bench import bench_writes

    with Progress() as progress:
        measured = bench_writes(turns, progress=progress.show)
    figures: Json = {
        "stretches": [
            {"turns": one.turns, "p50": one.p50, "p95": one.p95, "bytes": one.bytes} for one in measured.stretches
        ],
        "record_bytes": measured.record,
        "index_bytes": measured.index,
        "characters": measured.characters,
    }
    whole, record, index = (size / 1e6 for size in (measured.record + measured.index, measured.record, measured.index))
    present(
        figures,
        as_json,
        title="Milliseconds until a turn is on the disk",
        columns=("turns", "p50", "p95", "home, MB"),
        rows=[(f"{one.turns:,}", one.p50, one.p95, one.bytes / 1e6) for one in measured.stretches],
        notes=[
            f"Closed, the home takes {whole:.1f} MB (record {record:.1f}, index {index:.1f}) "
            f"for {measured.characters / 1e6:.1f} MB of talk."
        ],
    )
