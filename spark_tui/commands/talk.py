"""`spark ask`, `spark route` and `spark flag`: a turn, an assessment, a word on an answer."""

from __future__ import annotations

import math
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from engine.decision import turn_as_json
from engine.events import Flag, Flagged, Learned
from engine.routing.categories import Route
from engine.settings import Home, load_settings
from spark_tui.commands.shared import (
    HomeOption,
    JsonOption,
    awake,
    opened_record,
    read_stdin,
    stdin_lines,
    text_argument,
)
from spark_tui.edge import UsageError
from spark_tui.first_reading import LIBRARY, due
from spark_tui.plain import assessed_as_json, emit, figure, note, say, stream_turn

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from engine.reflex import Reflex
    from engine.settings import RoutingSettings


class PathChoice(StrEnum):
    """The values of --path."""

    AUTO = "auto"
    FAST = "fast"
    CORE = "core"


ThresholdOption = Annotated[
    float | None,
    typer.Option(min=0.0, max=1.0, metavar="X", help="Confidence below which the core thinks (else the setting)."),
]


def ask(
    text: Annotated[list[str] | None, typer.Argument(metavar="TEXT", help="The question; - reads stdin.")] = None,
    path: Annotated[PathChoice, typer.Option(help="Who answers.")] = PathChoice.AUTO,
    threshold: ThresholdOption = None,
    seed: Annotated[int | None, typer.Option(min=0, metavar="N", help="Makes the answer repeatable.")] = None,
    max_tokens: Annotated[int | None, typer.Option(min=1, metavar="N", help="Most tokens of the answer.")] = None,
    no_memory: Annotated[bool, typer.Option("--no-memory", help="Answer without reading memory.")] = False,
    no_cache: Annotated[bool, typer.Option("--no-cache", help="Answer without learned procedures.")] = False,
    session: Annotated[str, typer.Option(metavar="NAME", help="The conversation this turn belongs to.")] = "default",
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """One turn, its answer streamed to stdout.

    \b
    Examples:
      spark ask "what does os.path.join do?"
      cat error.txt | spark ask -
      spark ask --json --seed 1 "def add(a, b):"
    """
    question = _question(text)
    check_number("--threshold", threshold)
    if seed is not None and seed >= 2**63:
        raise UsageError("--seed must be under 2**63.")
    place = Home.find(home)
    with awake(place, reading=not no_memory) as spark:
        events = spark.reply(
            question,
            path=None if path is PathChoice.AUTO else Route(path.value),
            threshold=threshold,
            seed=seed,
            max_tokens=max_tokens,
            use_memory=not no_memory,
            use_cache=not no_cache,
            session=text_argument(session),
        )
        if as_json:
            emit(turn_as_json(events))
        else:
            stream_turn(events)
            if due(place, (LIBRARY,)):
                note("The standard library is not read yet: spark learn stdlib, or open the chat once.")


def _question(words: list[str] | None) -> str:
    if not words:
        raise UsageError('Say what to ask, as in: spark ask "what does os.path.join do?" (or - to read stdin).')
    question = read_stdin() if words == ["-"] else text_argument(" ".join(words))
    if not question.strip():
        raise UsageError("There is nothing to ask: the text is empty.")
    return question


def check_number(option: str, value: float | None) -> None:
    """A range check lets "nan" through, since nothing is smaller or larger."""
    if value is not None and math.isnan(value):
        raise UsageError(f"{option} must be a number.")


def route(
    text: Annotated[list[str] | None, typer.Argument(metavar="TEXT", help="Queries; else one a stdin line.")] = None,
    threshold: ThresholdOption = None,
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Say which path queries would take, without answering.

    In a query, \\n stands for a line break.

    \b
    Examples:
      spark route "fix this: TypeError: 'int' object is not iterable"
      spark route --json < queries.txt
    """
    check_number("--threshold", threshold)
    if text and not all(query.strip() for query in text):
        raise UsageError("There is nothing to assess: a text is empty.")
    place = Home.find(home)
    routing = load_settings(place).routing
    reflex, limit = None, threshold
    for given in map(text_argument, text) if text else stdin_lines():
        reflex = reflex or _reflex(place)  # loaded at the first query: an empty pipe costs nothing
        if limit is None:
            limit = _threshold(place, reflex, routing)
        query = given.replace("\\n", "\n")
        assessed = reflex.assess(query, limit, "").event
        if as_json:
            emit(assessed_as_json(query, assessed))
        else:
            say(f"{assessed.path.value:<9} {assessed.category.value:<10} {figure(assessed.confidence):>3}  {given}")


def _reflex(home: Home) -> Reflex:
    """The fast path and the embedder alone: a route needs no core, no record and no memory."""
    from engine.bundle import Bundle, chosen
    from engine.reflex import Reflex

    return Reflex.load(Bundle.load(chosen(home)), home.router)


def _threshold(home: Home, reflex: Reflex, routing: RoutingSettings) -> float:
    if isinstance(routing.threshold, float):
        return routing.threshold
    with opened_record(home) as record:  # an automatic threshold heeds the flags
        return reflex.threshold(routing, record)


class Mark(StrEnum):
    """What can be said of an answer."""

    IMPORTANT = "important"
    WRONG = "wrong"


def flag(
    turn_id: Annotated[str, typer.Argument(metavar="TURN_ID", help="As `spark ask --json` gives it.")],
    mark: Annotated[Mark, typer.Argument(metavar="important|wrong", help="What the answer was.")],
    clear: Annotated[bool, typer.Option("--clear", help="Take the flag back.")] = False,
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Flag an answer important or wrong, as F8 and F9 do in the chat.

    \b
    Examples:
      spark flag 3f2a9c01b7de wrong
      spark flag 3f2a9c01b7de wrong --clear
    """
    learned: list[str] = []
    flagged: Flag | None = None
    from engine.flagging import flag_turn
    from engine.procedures import Procedures

    place = Home.find(home)
    with opened_record(place) as record:
        procedures = Procedures(record, load_settings(place).cache)
        for event in flag_turn(record, procedures, text_argument(turn_id), None if clear else Flag(mark.value), _embed):
            if isinstance(event, Flagged):
                flagged = event.flag
            elif isinstance(event, Learned):
                learned += event.changes
    if as_json:
        emit({"turn_id": turn_id, "flag": None if flagged is None else flagged.value, "learned": learned})
        return
    say("cleared" if flagged is None else flagged.value)
    for change in learned:
        note(change)


def _embed(text: str) -> NDArray[np.float32]:
    from engine.memory.embedder import Embedder

    meaning: NDArray[np.float32] = Embedder.load().embed([text])[0]
    return meaning
