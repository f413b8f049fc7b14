"""How every benchmark shows its figures: one JSON object for programs, a Rich table for people."""

from __future__ import annotations

from collections.abc import Sequence

from engine.decision import Json
from spark_tui.plain import emit, say

Cell = str | float | int | None


def present(
    figures: Json,
    as_json: bool,
    *,
    title: str,
    columns: Sequence[str],
    rows: Sequence[Sequence[Cell]],
    notes: Sequence[str] = (),
) -> None:
    """Print `figures` as JSON, or `rows` as a table under `title` with `notes` beneath, one a line."""
    if as_json:
        emit(figures)
        return
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    say(title)
    table = Table(box=box.SIMPLE_HEAD)
    for number, column in enumerate(columns):
        table.add_column(Text(column), justify="right" if number else "left")
    for row in rows:
        table.add_row(*(Text(cell_text(cell)) for cell in row))
    Console(highlight=False).print(table)
    for note in notes:
        say(note)


def cell_text(cell: Cell) -> str:
    """A figure with three significant digits at most after the point; a dash for what was not measured."""
    if cell is None:
        return "–"
    if isinstance(cell, float):
        return f"{cell:,.0f}" if abs(cell) >= 100 else f"{cell:.1f}" if abs(cell) >= 10 else f"{cell:.3g}"
    return f"{cell:,}" if isinstance(cell, int) else cell
