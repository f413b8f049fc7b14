"""`spark study scaling`: what each switch of training costs and gives here."""

from __future__ import annotations

from typing import Annotated

import typer

from spark_tui.commands.shared import HomeOption, JsonOption
from spark_tui.commands.study.presenting import OutOption, present
from spark_tui.plain import Progress


def scaling(
    size: Annotated[str, typer.Option(help="A named size.")] = "1m",
    steps: Annotated[int, typer.Option(min=2, help="Updates of each run.")] = 200,
    batch_tokens: Annotated[int, typer.Option(min=1024, help="Tokens of an update.")] = 1024,
    rounds: Annotated[int, typer.Option(min=1, max=20, help="How often each; the median counts.")] = 1,
    as_json: JsonOption = False,
    out: OutOption = None,
    home: HomeOption = None,
) -> None:
    """Precision, accumulation, recomputation, compiling, optimizer: speed, memory, and loss after equal tokens.

    Each switch trains on the toy data in a process of its own: a few minutes in all for the 1m model.

    \b
    Example:
      spark study scaling --size 1m --rounds 3
    """
    from train.scaling import scaling as study

    progress = Progress()
    try:
        report = study(size, steps, batch_tokens, rounds, say=lambda name: progress.show(f"measuring {name}"))
    finally:
        progress.clear()
    present(report, as_json, out, home)
