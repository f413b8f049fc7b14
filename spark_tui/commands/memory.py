"""`spark memory`: look into what is remembered, and bring conversations in."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engine.decision import Json, memory_as_json
from engine.errors import SparkError
from engine.events import Flag
from engine.settings import Home, load_settings
from spark_tui.commands.shared import (
    HomeOption,
    JsonOption,
    Skipped,
    one_line,
    opened_record,
    read_rows,
    stdin_lines,
    text_argument,
)
from spark_tui.edge import UsageError
from spark_tui.plain import Progress, emit, figure, note, say

if TYPE_CHECKING:
    from engine.memory import Memories
    from engine.record import ImportRow, Item, Record

app = typer.Typer(help="Look into memory, and bring conversations in.", no_args_is_help=True)


class Ranking(StrEnum):
    """The values of --ranking."""

    SEMANTIC = "semantic"
    KEYWORD = "keyword"
    HYBRID = "hybrid"


class Kind(StrEnum):
    """The values of --kind."""

    TURN = "turn"
    IMPORT = "import"
    DOCUMENT = "document"


_MARKS = {None: " ", Flag.IMPORTANT: "★", Flag.WRONG: "✗"}


@contextmanager
def opened_memory(home: Home) -> Iterator[Memories]:
    """Memory alone: the record, the embedder and the index over it; no language model is loaded."""
    from engine.memory import Memories
    from engine.memory.embedder import Embedder

    settings = load_settings(home)
    with opened_record(home) as record:
        memories = Memories.open(record, home.memory, Embedder.load(), settings.memory)
        try:
            yield memories
        finally:
            memories.close()


@app.command("search")
def search(
    query: Annotated[list[str] | None, typer.Argument(metavar="QUERY", help="Else one query a stdin line.")] = None,
    k: Annotated[int, typer.Option("-k", min=1, max=1000, help="Most results of a query.")] = 10,
    ranking: Annotated[Ranking, typer.Option(help="By meaning, by words, or by both.")] = Ranking.HYBRID,
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Find what is remembered about a query, best first.

    \b
    Examples:
      spark memory search -k 3 "the port of the dev server"
      spark memory search --json < queries.txt
    """
    queries = [text_argument(" ".join(query))] if query else None
    if queries is not None and not queries[0].strip():
        raise UsageError("There is nothing to search for: the query is empty.")
    with opened_memory(Home.find(home)) as memories:
        for text in queries if queries is not None else stdin_lines():
            began = time.perf_counter()
            found = memories.search(text, k, ranking=ranking.value)
            milliseconds = (time.perf_counter() - began) * 1000
            if as_json:
                emit({"query": text, "ms": milliseconds, "results": [memory_as_json(memory) for memory in found]})
                continue
            for memory in found:
                say(f"{figure(memory.score):>3}  {memory.id:<16}  {one_line(memory.text)}")
            if not found:
                note(f"Nothing is remembered about “{one_line(text)}”.")


@app.command("import")
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


@app.command("list")
def list_(
    limit: Annotated[int, typer.Option("-n", "--limit", min=1, help="How many, the newest.")] = 20,
    kind: Annotated[Kind | None, typer.Option(help="Only these.")] = None,
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """What was remembered last, the newest at the bottom.

    \b
    Example:
      spark memory list --kind turn -n 5
    """
    with opened_record(Home.find(home)) as record:
        for item in _newest(record, limit, kind):
            if as_json:
                emit(_item_as_json(item))
                continue
            said = " → ".join(one_line(part) for part in (item.text, item.answer) if part)
            say(f"{_MARKS[item.flag]} {item.id:<16}  {_day(item)}  {item.kind:<8}  {said}")


def _item_as_json(item: Item) -> Json:
    return {
        "id": item.id,
        "kind": item.kind,
        "session": item.session,
        "when": item.when,
        "speaker": item.speaker,
        "title": item.title,
        "text": item.text,
        "answer": item.answer,
        "flag": None if item.flag is None else item.flag.value,
        "uses": item.uses,
    }


def _day(item: Item) -> str:
    return datetime.fromtimestamp(item.when).strftime("%Y-%m-%d %H:%M")


def _newest(record: Record, limit: int, kind: Kind | None) -> list[Item]:
    """The newest `limit` items of a kind, oldest of them first: read from the end, a stretch at a time."""
    found: list[Item] = []
    end = record.last_number()
    while end > 0 and len(found) < limit:
        start = max(0, end - 1000)
        stretch = [item for item in record.items_since(start) if item.number <= end]
        found = [item for item in stretch if kind is None or item.kind == kind.value] + found
        end = start
    return found[-limit:]


@app.command("show")
def show(
    item: Annotated[str, typer.Argument(metavar="ID", help="As search and list show it.")],
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """One memory whole: its text, what its importance is made of, the facts it states, and what it is linked to.

    \b
    Example:
      spark memory show 1f0c9a7be2d4
    """
    with opened_memory(Home.find(home)) as memories:
        around = memories.neighbourhood(item)
    one, weight = around.item, around.importance
    parts: Json = {
        "referred": weight.referred,
        "length": weight.length,
        "correction": weight.correction,
        "fading": weight.fading,
        "value": weight.value,
    }
    if as_json:
        emit(
            {
                **_item_as_json(one),
                "importance": parts,
                "facts": [{"topic": topic, "value": value} for topic, value in around.facts],
                "links": [
                    {"relation": link.relation, "strength": link.strength, "id": link.item.id, "text": link.item.text}
                    for link in around.links
                ],
            }
        )
        return
    say(f"{_MARKS[one.flag]} {one.id}  {one.kind}  {_day(one)}  session {one.session or '–'}  read {one.uses} times")
    for name, text in (("title", one.title), (one.speaker or "text", one.text), ("answer", one.answer)):
        if text:
            say(f"{name}: {text}")
    say("importance " + " · ".join(f"{name} {figure(float(str(value)))}" for name, value in parts.items()))
    for topic, value in around.facts:
        say(f"states {topic.strip('/')}: {value}")
    for link in around.links:
        strength = "" if link.strength == 1 else f" {figure(link.strength)}"
        say(f"{link.relation + strength:<18} {link.item.id:<16}  {one_line(link.item.text)}")


@app.command("forget")
def forget(
    ids: Annotated[list[str], typer.Argument(metavar="ID...", help="As search and list show them.")],
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Delete memories for good: from the record, from decisions that quote them, from the index and its old versions.

    A procedure that learned from a forgotten turn stays: `spark cache forget` is for those.

    \b
    Example:
      spark memory forget 1f0c9a7be2d4
    """
    with opened_memory(Home.find(home)) as memories:
        gone = memories.forget(ids)
    missing = len(ids) - len(gone.numbers)
    if as_json:
        emit({"forgotten": len(gone.numbers), "unknown": missing, "quotations": gone.quotations})
    else:
        say(
            f"{len(gone.numbers)} forgotten: deleted from the record, from {gone.quotations} decisions that quoted "
            "them, and from the search index with all its older versions."
        )
    if missing:
        raise SparkError(f"{missing} of these ids are not remembered; `spark memory list` shows the ids.")


@app.command("export")
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


@app.command("stats")
def stats(as_json: JsonOption = False, home: HomeOption = None) -> None:
    """How much is remembered, and where.

    \b
    Example:
      spark memory stats
    """
    place = Home.find(home)
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
            "index_bytes": _bytes(place.memory),
            "read_lately": read,
            "fetched_ahead": ahead,
            "home": str(place.path),
        }
    if as_json:
        emit(figures)
    else:
        for name, value in figures.items():
            say(f"{name.replace('_', ' '):<14} {value}")


def _fetched_ahead(record: Record, turns: int = 1_000) -> tuple[int, int]:
    """How many memories the last turns read, and how many of those had been fetched while the person typed."""
    decisions = [json.loads(decision.json) for decision in record.decisions(turns)]
    return sum(len(one.get("memories", ())) for one in decisions), sum(one.get("ahead", 0) for one in decisions)


def _bytes(path: Path) -> int:
    """Size of a file, or of all files in a folder; 0 when there is none."""
    files = path.rglob("*") if path.is_dir() else [path]
    return sum(file.stat().st_size for file in files if file.is_file())
