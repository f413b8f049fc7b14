"""`spark bench`: how fast, measured where a person would notice. One file a benchmark.

A benchmark measures with `engine.observation.interleave` what can be measured side by side, and hands its figures to
`present`, which prints them as a table or as JSON.
"""

from __future__ import annotations

import typer

from spark_tui.commands.bench import app as watching
from spark_tui.commands.bench.decode import decode
from spark_tui.commands.bench.keys import keys
from spark_tui.commands.bench.lookup import lookup
from spark_tui.commands.bench.recall import recall
from spark_tui.commands.bench.startup import startup
from spark_tui.commands.bench.train import train
from spark_tui.commands.bench.turn import turn

app = typer.Typer(help="Benchmarks, side by side with peers where they are installed.", no_args_is_help=True)


@app.callback()
def bench() -> None:
    """Benchmarks: each prints its figures, those of peers on the same work in the same run, and the ratios."""


for function in (watching.app, decode, keys, lookup, recall, startup, train, turn):
    app.command(function.__name__)(function)
