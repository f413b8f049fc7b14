"""`spark study journey RUN`: how a run learned, as one report."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from engine.settings import Home
from spark_tui.commands.shared import HomeOption, JsonOption
from spark_tui.commands.study.presenting import OutOption, present


def journey(
    run: Annotated[str, typer.Argument(help="The name of the run.")],
    runs: Annotated[Path | None, typer.Option(metavar="DIR", help="Where run folders are (else in the home).")] = None,
    as_json: JsonOption = False,
    out: OutOption = None,
    home: HomeOption = None,
) -> None:
    """How a run learned: loss, clicks, attention, embeddings, gradients and samples over time.

    \b
    Example:
      spark study journey brisk-otter
    """
    from train.journey import journey as study

    present(study((runs or Home.find(home).runs) / run), as_json, out, home)
