"""`spark memory import|export`: conversations come in, everything can be taken along."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engine.errors import SparkError
from engine.settings import Home
from spark_tui.commands.memory.opened import opened_memory
from spark_tui.commands.shared import HomeOption, JsonOption, Skipped, opened_record, read_rows
from spark_tui.plain import Progress, emit, say

if TYPE_CHECKING:
    from engine.record import ImportRow


def import_(
    file: Annotated[Path, typer.Argument(metavar="FILE.jsonl", help="Rows to bring in; - reads stdin.")],
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Bring in conversations from a .jsonl file.

    Each line is an object with "text", and if known "id", "speaker", "session" and "when" (ISO 8601, in UTC where
    it names no zone). A line that makes no sense is skipped and named on stderr. A file that `spark memory export`
    wrote is brought back whole, or not at all: turns, flags, decisions, documents, procedures.

    \b
    Example:
      spark memory import conversation.jsonl
    """
    began = time.perf_counter()
    skipped = Skipped(str(file))
    progress = Progress()
    try:
        with opened_memory(Home.find(home)) as memories:
            rows = read_rows(file)
            first = next(rows, None)
            rows = chain([first] if first else [], rows)
            counter = progress.counter("left to index")
            if first is not None and isinstance(first[1], dict) and "spark" in first[1]:
                imported, known = memories.restore((_exported_row(number, row) for number, row in rows), counter)
            else:
                imported, known = memories.import_rows(_import_rows(rows, skipped), counter)
    finally:
        progress.clear()
    seconds = time.perf_counter() - began
    skipped.sum_up()
    if as_json:
        emit({"imported": imported, "skipped": skipped.count, "known": known, "seconds": seconds})
    else:
        already = f", {known} known already" if known else ""
        say(f"{imported} imported, {skipped.count} skipped{already} in {seconds:.1f} s")
    if skipped.count and not imported and not known:
        raise SparkError(f"Nothing in {file} could be imported.")


def _exported_row(number: int, row: dict[str, object] | str) -> dict[str, object]:
    if isinstance(row, str):
        raise SparkError(f"Line {number} of the export is damaged ({row}); nothing was imported.")
    return row


def _import_rows(rows: Iterable[tuple[int, dict[str, object] | str]], skipped: Skipped) -> Iterator[ImportRow]:
    for number, row in rows:
        try:
            yield _import_row(row)
        except ValueError as error:
            skipped(number, str(error))


def _import_row(row: dict[str, object] | str) -> ImportRow:
    """Raises ValueError with what is wrong in a few words."""
    from engine.record import ImportRow

    if isinstance(row, str):
        raise ValueError(row)
    text, when = _text(row, "text"), _text(row, "when")
    if not text or not text.strip():
        raise ValueError('it has no "text"')
    return ImportRow(
        text=text,
        id=_text(row, "id") or None,
        speaker=_text(row, "speaker"),
        session=_text(row, "session") or "imported",
        when=_seconds(when) if when else None,
    )


def _text(row: dict[str, object], name: str) -> str | None:
    value = row.get(name)
    if value is None or isinstance(value, str):
        return value
    if name == "id" and type(value) is int:  # numbered rows are common, and a number is as good a name
        return str(value)
    raise ValueError(f'its "{name}" is not text')


def _seconds(when: str) -> float:
    try:
        moment = datetime.fromisoformat(when)
    except ValueError:
        raise ValueError(f'its "when" is not an ISO 8601 time: {when[:40]}') from None
    return (moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)).timestamp()


def export(
    file: Annotated[Path, typer.Argument(metavar="FILE.jsonl", help="Where to write; - writes stdout.")],
    home: HomeOption = None,
) -> None:
    """Write everything that is remembered as .jsonl: turns, flags, decisions, documents, links, procedures.

    `spark memory import` brings it back, in this home or another.

    \b
    Example:
      spark memory export everything.jsonl
    """
    with opened_record(Home.find(home)) as record:
        rows = record.export()
        if str(file) == "-":
            for row in rows:
                emit(row)
            return
        beside = file.with_name(file.name + ".part")
        try:
            with beside.open("w", encoding="utf-8") as out:
                count = sum(1 for row in rows if out.write(json.dumps(row, ensure_ascii=False) + "\n"))
            beside.replace(file)
        except OSError as error:
            beside.unlink(missing_ok=True)
            raise SparkError(f"{file} cannot be written ({error.strerror or error}).") from error
    say(f"{count} rows written to {file}")
