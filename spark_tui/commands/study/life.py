"""`spark study usage|cache|failures|compute`: on the logged life of a home, or on a file of queries."""

from __future__ import annotations

import random
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engine.errors import SparkError
from engine.settings import Home, load_settings
from spark_tui.commands.shared import HomeOption, JsonOption, opened_record
from spark_tui.commands.study.library import library
from spark_tui.commands.study.presenting import OutOption, present
from spark_tui.plain import Progress, note

if TYPE_CHECKING:
    from engine.observation.references import Reference
    from engine.observation.replay import Outcome
    from engine.observation.report import Report

QueriesOption = Annotated[
    Path | None,
    typer.Option(
        "--queries", metavar="FILE", help='Ask these instead: rows {"text", "category", "reference", "must"}.'
    ),
]
DiverseOption = Annotated[bool, typer.Option("--diverse", help="Ask the hundred diverse queries that ship.")]
AgainstOption = Annotated[
    str | None,
    typer.Option(metavar="SETTING=VALUE", help="Ask the same with one setting changed, such as routing.threshold=0.6."),
]
MostOption = Annotated[int, typer.Option(min=1, max=100_000, help="Most turns to look at or to ask.")]
ENOUGH = 20
"""Turns that make a life worth studying; below that the shipped queries are asked."""


def usage(
    queries: QueriesOption = None,
    diverse: DiverseOption = False,
    against: AgainstOption = None,
    most: MostOption = 1000,
    as_json: JsonOption = False,
    out: OutOption = None,
    home: HomeOption = None,
) -> None:
    """How Spark is used: what answers, what is routine, what it costs, what changed over time.

    Studies the turns of this home; where there are few, asks the hundred diverse queries of a fresh mind.

    \b
    Examples:
      spark study usage
      spark study usage --diverse --against routing.threshold=0.6
    """
    from engine.observation.life_studies import usage_study

    _study(lambda lived, _, source: usage_study(lived, source), queries, diverse, against, most, as_json, out, home)


def cache(
    queries: QueriesOption = None,
    diverse: DiverseOption = False,
    against: AgainstOption = None,
    most: MostOption = 1000,
    as_json: JsonOption = False,
    out: OutOption = None,
    home: HomeOption = None,
) -> None:
    """What the cache is worth: growth, most used patterns, what it got or would have got wrong.

    \b
    Examples:
      spark study cache
      spark study cache --diverse --against cache.agreements=5
    """
    from engine.observation.life_studies import cache_study

    _study(cache_study, queries, diverse, against, most, as_json, out, home, repeats=True)


def failures(
    queries: QueriesOption = None,
    diverse: DiverseOption = False,
    against: AgainstOption = None,
    most: MostOption = 1000,
    as_json: JsonOption = False,
    out: OutOption = None,
    home: HomeOption = None,
) -> None:
    """Where Spark fails, grouped by likely cause.

    \b
    Examples:
      spark study failures --diverse
      spark study failures --queries mine.jsonl
    """
    from engine.observation.life_studies import failures_study

    _study(lambda lived, _, source: failures_study(lived, source), queries, diverse, against, most, as_json, out, home)


def compute(
    queries: QueriesOption = None,
    turns: Annotated[int, typer.Option(min=4, max=100_000, help="Turns of the day.")] = 120,
    seed: Annotated[int, typer.Option(help="Which day.")] = 0,
    max_tokens: Annotated[int | None, typer.Option(min=1, help="Most tokens of an answer.")] = None,
    against: AgainstOption = None,
    as_json: JsonOption = False,
    out: OutOption = None,
    home: HomeOption = None,
) -> None:
    """What a realistic day costs beside the core alone: core, + memory, + fast path, + procedures.

    Usual questions come again and again (Zipf), in long conversations. Takes some minutes; ctrl+c stops and reports.

    \b
    Example:
      spark study compute --turns 60
    """
    from engine.observation.against import against as compare
    from engine.observation.compute_study import a_day, compute_study
    from engine.observation.references import load_references

    place = Home.find(home)
    settings = load_settings(place)
    day = a_day(load_references(queries), turns, seed)
    with library() as known, interruptible("turn") as (watch, stop):
        live = partial(compare, change=against) if against else compute_study
        report = live(day, settings, origin=place, max_tokens=max_tokens, library=known, watch=watch, stop=stop)
    present(report, as_json, out, home)


def _study(
    study: Callable[[Sequence[Outcome], int, str], Report],
    queries: Path | None,
    diverse: bool,
    against: str | None,
    most: int,
    as_json: bool,
    out: Path | None,
    home: Path | None,
    repeats: bool = False,
) -> None:
    """Find what to study, replay it if need be, and show what `study` says. `repeats`: ask everything four times."""
    from engine.observation.against import against as compare
    from engine.observation.references import Reference, load_references
    from engine.observation.replay import Manner, logged, replay

    place = Home.find(home)
    settings = load_settings(place)
    lived: list[Outcome] = []
    learned = 0
    if not (queries or diverse):
        with opened_record(place) as record:
            lived, learned = logged(record, most), record.usage().procedures
        if len(lived) < ENOUGH:
            note(
                f"This home has {len(lived)} turns, too few to study; asking a fresh mind the diverse queries instead."
            )
            diverse, lived = True, []
    asked: list[Reference] = [Reference(one.text) for one in lived]
    if not asked:
        asked = load_references(queries)
        if queries is None:  # they ship ordered by kind, which would pass for time, and the first few for all
            random.Random(0).shuffle(asked)
        asked = asked[:most]
    source = (
        f"The last {len(lived)} turns of {place.path}." if lived else f"{len(asked)} queries asked of a fresh mind."
    )
    if against or not lived:
        everything = [(reference, "study") for reference in asked * (4 if repeats and not lived else 1)]
        with library() as known, interruptible("query") as (watch, stop):
            if against:
                report = compare(everything, settings, against, origin=place, library=known, watch=watch, stop=stop)
                present(report, as_json, out, home)
                return
            minds = [(settings, Manner())]
            (lived,) = replay(everything, minds, origin=place, library=known, watch=watch, stop=stop)
            learned = len({one.procedure for one in lived if one.hit})
    if not lived:
        raise SparkError("The study was stopped before the first query was answered; nothing was written.")
    present(study(lived, learned, source), as_json, out, home)


@contextmanager
def interruptible(what: str) -> Iterator[tuple[Callable[[int, int], None], threading.Event]]:
    """(progress to call with done and of, an event that the first ctrl+c sets); a second ctrl+c ends at once."""
    stop, progress = threading.Event(), Progress()

    def asked(*_: object) -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        stop.set()
        note("Stopping after this one, then the report of what there is; ctrl+c again ends at once.")

    before = signal.signal(signal.SIGINT, asked)
    try:
        progress.show(f"{what} 1: waking the mind")
        yield lambda done, of: progress.show(f"{what} {done:,} of {of:,}"), stop
    finally:
        signal.signal(signal.SIGINT, before)
        progress.clear()
