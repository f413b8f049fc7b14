"""`spark bench turn`: how long a person waits for an answer, and what drafting and a kept prefix save."""

from __future__ import annotations

import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from engine.decision import Json
from engine.settings import Home
from spark_tui.commands.bench.presenting import present
from spark_tui.commands.bench.seen import READ, seen_waits
from spark_tui.commands.shared import HomeOption, JsonOption, awake
from spark_tui.plain import Progress


def turn(
    examples: Annotated[
        Path | None, typer.Option(metavar="FILE", help='JSON Lines with "text" and "memories" to write from.')
    ] = None,
    count: Annotated[int, typer.Option(min=1, max=1000, help="Examples.")] = 20,
    tokens: Annotated[int, typer.Option(min=1, max=500, help="Most tokens of each answer.")] = 64,
    rounds: Annotated[int, typer.Option(min=1, max=100, help="Repetitions; the median counts.")] = 3,
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Wait for the first token by each path, an answer from a procedure, a second turn, and writing with drafts.

    In a fresh home that has read the handbook, with the bundle in use. The same answers are written with drafting and
    without. Takes about a minute.

    \b
    Examples:
      spark bench turn
      spark bench turn --examples data/mind/heldout_chat.jsonl --count 40
    """
    from engine.bundle import name_in_use
    from engine.observation import turns
    from train.corpus.documents import documents_of

    chosen = turns.read_examples(examples, count)
    place = Home.find(home)
    with tempfile.TemporaryDirectory(prefix="spark-bench-") as folder, Progress() as progress:
        fresh = Home(Path(folder) / "home")
        fresh.create()
        if name_in_use(place) != "default":
            fresh.bundles.symlink_to(place.bundles.resolve())  # with what says which one is in use
        with awake(fresh) as spark:
            progress.show("reading the handbook")
            spark.memory.add_documents(documents_of(READ))
            progress.show("waiting for first tokens")
            waits = turns.first_tokens(spark, rounds)
            progress.show("a second turn")
            prefix = turns.prefix_kept(spark, rounds)
            progress.show(f"writing {len(chosen)} answers with drafts and without")
            drafted = turns.drafting(spark, chosen, tokens)
        progress.show("looking at the screen")
        seen = seen_waits(turns.ROUTINE, turns.COMPLETION, rounds)
    figures: Json = {**waits, **seen, "prefix": prefix, "drafting": asdict(drafted), "examples": len(chosen)}
    present(
        figures,
        as_json,
        title="One turn, from asking",
        columns=("what", "here", "goal"),
        rows=(
            ("fast path: ms to the first token", waits["fast_first_token_ms"], "≤ 80"),
            ("core: ms to the first token", waits["core_first_token_ms"], None),
            ("procedure: ms to the answer", waits.get("cache_hit_ms"), None),
            ("the same, from Enter to its words on the screen", seen.get("seen_hit_ms"), "≤ 30"),
            ("fast path, from Enter to words of its own on the screen: ms", seen.get("seen_fast_ms"), None),
            (f"second turn, {prefix['prefix_tokens']:.0f} tokens known: ms", prefix["kept_ms"], None),
            ("the same, nothing known: ms", prefix["cold_ms"], None),
            ("share of the wait that is left", prefix["share"], "≤ 0.2"),
            ("tokens/s without drafts", drafted.plain_per_s, None),
            ("tokens/s with drafts", drafted.drafted_per_s, None),
            ("times as fast with drafts", drafted.ratio, "≥ 1.5"),
            ("drafted", drafted.drafted, None),
            ("of these accepted", drafted.accepted, None),
        ),
        notes=() if drafted.same else ("Some answers came out differently with drafts; float rounding decided a tie.",),
    )
