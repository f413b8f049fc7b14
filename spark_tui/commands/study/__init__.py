"""`spark study NAME`: the observational studies, one file each; a study is a function elsewhere that returns a Report.

To add one: a file here with a function that calls `present`, and its name below.
"""

from __future__ import annotations

import typer

from spark_tui.commands.study.journey import journey
from spark_tui.commands.study.life import cache, compute, failures, usage
from spark_tui.commands.study.threshold import threshold

app = typer.Typer(help="Observational studies: each asks one question, and writes a report.", no_args_is_help=True)


@app.callback()
def study() -> None:
    """Observational studies: each asks one question of Spark and answers it with figures, plots and failures."""


for function in (usage, threshold, cache, compute, failures, journey):
    app.command(function.__name__)(function)
