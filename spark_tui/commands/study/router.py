"""`spark study router`: what the router reads, and whether its confidence holds."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Annotated

import typer

from engine.settings import Home
from spark_tui.commands.shared import HomeOption, JsonOption
from spark_tui.commands.study.presenting import OutOption, present
from spark_tui.plain import Progress


def router(
    fast: Annotated[
        list[Path] | None,
        typer.Option(metavar="BUNDLE", help="Also read the fast path of this bundle folder; may be given again."),
    ] = None,
    as_json: JsonOption = False,
    out: OutOption = None,
    home: HomeOption = None,
) -> None:
    """What the router classifies by: state, embedding, words, all; accuracy, calibration, what is kept outside.

    Trains each of them anew (some minutes); nothing that is in use changes.

    \b
    Examples:
      spark study router
      spark study router --fast bundles/small --fast bundles/large
    """
    from engine.bundle import Bundle, chosen
    from engine.memory.embedder import Embedder
    from train.events import Observed, TrainEvent
    from train.router import RouterOptions, train_router
    from train.router_study import router_study

    embedder, progress = Embedder.load(), Progress()
    runs: dict[str, list[TrainEvent]] = {}
    try:
        for folder in (chosen(Home.find(home)), *(fast or ())):
            bundle = Bundle.load(folder)
            events = runs.setdefault(bundle.name if bundle.name not in runs else str(folder), [])
            with tempfile.TemporaryDirectory(prefix="spark-study-") as place:
                made = Path(place) / "router.safetensors"
                options = RouterOptions(ablation=True)
                for event in train_router(bundle.fast(), bundle.tokenizer, embedder, made, options=options):
                    events.append(event)
                    if isinstance(event, Observed):
                        progress.show(f"{bundle.name}: {event.observer} {event.step:,}")
    finally:
        progress.clear()
    present(router_study(runs), as_json, out, home)
