"""`spark study NAME`: the observational studies, one file each; a study is a function elsewhere that returns a Report.

To add one: a file here with a function that calls `present`, and its name below.
"""

from __future__ import annotations

from typing import Annotated

import typer

from spark_tui.commands.shared import HomeOption, JsonOption
from spark_tui.commands.study.journey import journey
from spark_tui.commands.study.life import cache, compute, failures, usage
from spark_tui.commands.study.memory import memory
from spark_tui.commands.study.mind import mind
from spark_tui.commands.study.router import router
from spark_tui.commands.study.scaling import scaling
from spark_tui.commands.study.threshold import threshold

app = typer.Typer(help="Observational studies: each asks one question, and writes a report.", no_args_is_help=True)


@app.callback(invoke_without_command=True)
def study(
    context: typer.Context,
    hypothesis: Annotated[
        int | None, typer.Option(metavar="N", help="Test this hypothesis of the journal, and write the result beneath.")
    ] = None,
    most: Annotated[int, typer.Option(min=1, max=100_000, help="Most questions for the hypothesis.")] = 100,
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Observational studies: each asks one question of Spark and answers it with figures, plots and failures.

    \b
    Examples:
      spark study usage
      spark study --hypothesis 1
    """
    if context.invoked_subcommand is None and hypothesis is not None:
        from spark_tui.commands.study.hypothesis import study_hypothesis

        study_hypothesis(hypothesis, most, as_json, home)
    elif context.invoked_subcommand is None:
        typer.echo(context.get_help())


for function in (cache, compute, failures, journey, memory, mind, router, scaling, threshold, usage):
    app.command(function.__name__)(function)
