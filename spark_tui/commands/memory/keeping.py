"""`spark memory forget|stats`: what is deleted for good, and how much there is."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engine.decision import Json
from engine.errors import SparkError
from engine.settings import Home, load_settings
from spark_tui.commands.memory.opened import opened_memory
from spark_tui.commands.shared import HomeOption, JsonOption, opened_record
from spark_tui.plain import emit, say

if TYPE_CHECKING:
    from engine.record import Record


def forget(
    ids: Annotated[list[str], typer.Argument(metavar="ID...", help="As search and list show them.")],
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Delete memories for good: from the record, from decisions that quote them, from the index and its old versions.

    A procedure that learned from a forgotten turn stays: `spark cache forget` is for those. So do files that you made
    of it: exports and the journal.

    \b
    Example:
      spark memory forget 1f0c9a7be2d4
    """
    with opened_memory(Home.find(home)) as memories:
        gone = memories.forget(ids)
    missing = len(set(ids)) - len(gone.numbers)
    if as_json:
        emit(
            {
                "forgotten": len(gone.numbers),
                "unknown": missing,
                "quotations": gone.quotations,
                "readers": list(gone.readers),
            }
        )
    elif gone.numbers:
        say(
            f"{len(gone.numbers)} forgotten: deleted from the record, from {gone.quotations} decisions that quoted "
            "them, and from the search index with all its older versions."
        )
        if gone.readers:
            say(f"Answers that had read them stay, and may say it too: {', '.join(gone.readers)}")
    if missing:
        which = f"{missing} of these ids are" if len(set(ids)) > 1 else "This id is"
        raise SparkError(f"{which} not remembered; `spark memory list` shows the ids.")


def stats(as_json: JsonOption = False, home: HomeOption = None) -> None:
    """How much is remembered, and where.

    \b
    Example:
      spark memory stats
    """
    from engine.memory.index import index_place

    place = Home.find(home)
    index = index_place(load_settings(place).memory.uri, place.memory)
    with opened_record(place) as record:
        counts, usage, sessions = record.counts(), record.usage(), record.sessions()
        read, ahead = _fetched_ahead(record)
        figures: Json = {
            "turns": counts.get("turn", 0),
            "imported": counts.get("import", 0),
            "documents": counts.get("document", 0),
            "sessions": len(sessions),
            "wrong": usage.wrong,
            "record_bytes": _bytes(place.record),
            "index_bytes": _bytes(index) if isinstance(index, Path) else None,
            "read_lately": read,
            "fetched_ahead": ahead,
            "home": str(place.path),
        }
    if as_json:
        emit(figures)
    else:
        for name, value in figures.items():
            say(f"{name.replace('_', ' '):<14} {'elsewhere' if value is None else value}")


def _fetched_ahead(record: Record, turns: int = 1_000) -> tuple[int, int]:
    """How many memories the last turns read, and how many of those had been fetched while the person typed."""
    decisions = [json.loads(decision.json) for decision in record.decisions(turns)]
    return sum(len(one.get("memories", ())) for one in decisions), sum(one.get("ahead", 0) for one in decisions)


def _bytes(path: Path) -> int:
    """Size of a file, or of all files in a folder; 0 when there is none."""
    files = path.rglob("*") if path.is_dir() else [path]
    return sum(file.stat().st_size for file in files if file.is_file())
