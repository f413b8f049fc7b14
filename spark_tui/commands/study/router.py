"""`spark study router`: what the router reads, whether its confidence holds, and whether its shortcuts answer well."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from engine.settings import Home, load_settings
from spark_tui.commands.shared import HomeOption, JsonOption
from spark_tui.commands.study.presenting import OutOption, present
from spark_tui.plain import Progress


def router(
    fast: Annotated[
        list[Path] | None,
        typer.Option(metavar="BUNDLE", help="Also read the fast path of this bundle folder; may be given again."),
    ] = None,
    sizes: Annotated[
        str, typer.Option(metavar="SIZE,...", help="Fast paths to train briefly and alike; none with ''.")
    ] = "1m,2m,6m",
    data: Annotated[
        list[str] | None, typer.Option(metavar="SOURCE", help="What those learn from (else functions); repeatable.")
    ] = None,
    steps: Annotated[int, typer.Option(min=1, help="Updates of 4,096 tokens for each of those.")] = 64,
    answers: Annotated[int, typer.Option(min=0, help="Completions that both paths answer; 0 leaves that out.")] = 120,
    as_json: JsonOption = False,
    out: OutOption = None,
    home: HomeOption = None,
) -> None:
    """What the router classifies by: state, embedding, words, all; fast paths of several sizes; and confidence in what?

    Accuracy, calibration and what is kept outside, of every kind of features; then completions answered by both paths:
    is the fast path's answer as good as the core's where the router is sure? Half an hour on a laptop, most of it the
    training of small fast paths; what is done when it is stopped is not done again. Nothing that is in use changes.

    \b
    Examples:
      spark study router
      spark study router --sizes '' --answers 0
      spark study router --fast bundles/large --data data/mind/chat.safetensors
    """
    from engine.bundle import chosen
    from engine.memory.embedder import Embedder
    from train.router_study import Plan, study_router

    place = Home.find(home)
    place.create()
    plan = Plan(tuple(size for size in sizes.split(",") if size), tuple(data or Plan().data), steps, answers)
    progress = Progress()
    try:
        report = study_router(
            (chosen(place), *(fast or ())), plan, place, load_settings(place), Embedder.load(), progress.show
        )
    finally:
        progress.clear()
    present(report, as_json, out, home)
