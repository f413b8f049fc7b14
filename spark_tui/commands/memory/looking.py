"""`spark memory search|list|show`: what is remembered, and what each memory is linked to."""

from __future__ import annotations

import time
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from engine.decision import Json, memory_as_json
from engine.events import Flag
from engine.settings import Home
from spark_tui.commands.memory.opened import opened_memory
from spark_tui.commands.shared import HomeOption, JsonOption, one_line, opened_record, stdin_lines, text_argument
from spark_tui.edge import UsageError
from spark_tui.plain import emit, figure, note, say

if TYPE_CHECKING:
    from engine.record import Item, Record


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
        say(f"states {topic}: {value}")
    for link in around.links:
        strength = "" if link.strength == 1 else f" {figure(link.strength)}"
        say(f"{link.relation + strength:<18} {link.item.id:<16}  {one_line(link.item.text)}")
