"""`spark study mind`: what the models know, and what they know when they may read."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from engine.settings import Home
from spark_tui.commands.measure import documents
from spark_tui.commands.shared import HomeOption, JsonOption
from spark_tui.commands.study.presenting import OutOption, present
from spark_tui.plain import Progress, note


def mind(
    bundle: Annotated[str, typer.Option(help="Which bundle to measure; `spark models list` names them.")] = "default",
    count: Annotated[int, typer.Option(min=1, max=1000, help="Examples of each kind.")] = 30,
    examples: Annotated[
        Path | None, typer.Option(help="heldout_chat.jsonl of `python -m train.curriculum --out` (else made here).")
    ] = None,
    text: Annotated[list[Path] | None, typer.Option(help="Text to measure in bits per byte; repeatable.")] = None,
    as_json: JsonOption = False,
    out: OutOption = None,
    home: HomeOption = None,
) -> None:
    """What a small core knows by heart, and what it knows when it may read.

    Held-out tasks with memories and without; questions on the whole standard library and on notes that no model was
    trained on, through Spark's own recall; facts told 1, 10 and 100 turns ago; completions before and after checking.
    Some minutes on a laptop; ctrl+c leaves nothing behind.

    \b
    Example:
      spark study mind --count 20
    """
    from engine.bundle import Bundle, bundles
    from engine.errors import SparkError
    from train.measures.materials import held_out
    from train.measures.mind import study_mind

    known = bundles(Home.find(home))
    if bundle not in known:
        raise SparkError(f"There is no bundle {bundle}; there are {', '.join(known)}.")
    texts = {file.name: documents(file) for file in text or []}
    progress = Progress()
    note("Reading the held-out modules of this machine; the first time takes a minute or two.")
    try:
        materials = held_out(Bundle.load(known[bundle]).tokenizer, examples, texts, 4 * count)
        report = study_mind(known[bundle], materials, count, progress.show)
    finally:
        progress.clear()
    present(report, as_json, out, home)
