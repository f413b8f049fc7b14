"""How every study ends: its question and answer on the terminal, the whole report in a folder."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engine.settings import Home
from engine.text import sanitize
from spark_tui.commands.study.page import write_page
from spark_tui.plain import emit, note

if TYPE_CHECKING:
    from engine.observation.report import Report, Table

OutOption = Annotated[
    Path | None,
    typer.Option("--out", metavar="DIR", help="Where the report goes (else studies/ in Spark's home)."),
]

_ROWS = 14
"""Rows of a table that the terminal shows; the report has them all."""


def present(report: Report, as_json: bool, out: Path | None = None, home: Path | None = None) -> Path:
    """Write the report (HOME/studies/NAME-<date>/ unless `out` says otherwise) and show its summary; the page's path.

    With `as_json` stdout gets one object: study, question, summary, figures, report.

    Raises:
        SparkError: the folder cannot be written.
    """
    from engine.observation.report import write_report

    if out is None:
        place = Home.find(home)
        place.create()
        out = place.studies / f"{report.name}-{time.strftime('%Y-%m-%d-%H%M%S')}"
    page = write_page(write_report(report, out))
    if as_json:
        emit(
            {
                "study": report.name,
                "question": report.question,
                "summary": list(report.summary),
                "figures": dict(report.figures),
                "report": str(page),
            }
        )
    else:
        _show(report)
        note(f"The whole report, with its plots: {page}")
    return page


def _show(report: Report) -> None:
    from rich.console import Console
    from rich.padding import Padding
    from rich.text import Text

    from engine.observation.report import Table

    console = Console(file=sys.stdout, highlight=False, soft_wrap=False)
    console.print(Text(sanitize(report.question), style="bold italic"))
    for sentence in report.summary:
        console.print(Padding(Text(f"• {sanitize(sentence)}"), (0, 0, 0, 1)))
    for part in report.parts:
        if isinstance(part, Table) and part.rows:
            console.print()
            console.print(_table(part))


def _table(table: Table) -> object:
    from rich import box
    from rich.table import Table as RichTable
    from rich.text import Text

    from engine.observation.report import shown

    drawn = RichTable(title=Text(table.title), title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    for place, name in enumerate(table.columns):
        numbers = all(not isinstance(row[place], str) for row in table.rows)
        drawn.add_column(Text(name), justify="right" if numbers else "left", overflow="fold")
    for row in table.rows[:_ROWS]:
        drawn.add_row(*(Text(sanitize(shown(cell))) for cell in row))
    if len(table.rows) > _ROWS:
        drawn.caption = Text(f"and {len(table.rows) - _ROWS:,} more rows in the report")
    return drawn
