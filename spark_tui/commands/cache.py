"""`spark cache`: look into the learned procedures, and ask what they would take for the same question."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engine.errors import SparkError
from engine.settings import Home, Settings, load_settings
from spark_tui.commands.judging import judge
from spark_tui.commands.shared import HomeOption, JsonOption, one_line, opened_record
from spark_tui.plain import emit, note, say

if TYPE_CHECKING:
    from engine.procedures import Procedures
    from engine.record import Record

app = typer.Typer(help="Look into the learned procedures.", no_args_is_help=True)
app.command("judge")(judge)


@app.command("list")
def list_(as_json: JsonOption = False, home: HomeOption = None) -> None:
    """Every procedure, learned or on its way to it; templates show their slots as ⟨number⟩, ⟨name⟩ ...

    \b
    Example:
      spark cache list
    """
    with _opened(home) as (procedures, *_):
        known = procedures.all()
    for procedure in known:
        if as_json:
            emit(
                {
                    "pattern": procedure.pattern,
                    "answer": procedure.answer,
                    "learned": procedure.learned,
                    "agreed": procedure.agreed,
                    "needed": procedure.needed,
                    "uses": procedure.uses,
                    "hits": procedure.hits,
                    "wrong": procedure.wrong,
                    "texts": list(procedure.texts),
                    "created": procedure.created,
                    "used": procedure.used,
                    "trust": procedure.trust,
                    "banned": procedure.banned,
                    "template": procedure.template,
                }
            )
            continue
        learned = "template" if procedure.template else "learned"
        state = learned if procedure.learned else f"{procedure.agreed} of {procedure.needed}"
        wrong = f", {procedure.wrong} wrong" if procedure.wrong else ""
        say(f"{state:<8} {procedure.uses:>4} uses, {procedure.hits:>4} hits{wrong}  {one_line(procedure.pattern)}")
    if not known:
        note("Nothing is learned yet: a routine question answered alike a few times becomes a procedure.")


@app.command("show")
def show(
    text: Annotated[str, typer.Argument(metavar="TEXT", help="A question, or a pattern from `spark cache list`.")],
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """One procedure in full: its answer, how it was learned, what it is worth.

    \b
    Example:
      spark cache show "how do i exit vim"
    """
    with _opened(home) as (procedures, *_):
        procedure = procedures.get(text)
    if procedure is None:
        raise SparkError(f"Nothing is learned for “{one_line(text, 60)}”; `spark cache list` shows what is.")
    if as_json:
        emit(asdict(procedure))
        return
    say(one_line(procedure.pattern))
    agreeing = f"{procedure.agreed} of {procedure.needed} agreeing {'examples' if procedure.template else 'answers'}"
    state = "learned" if procedure.learned else agreeing
    say(f"{'never answered from habit again' if procedure.banned else state}, trust {procedure.trust:.2f}")
    say(f"{procedure.uses} uses, {procedure.hits} of them answered by it, {procedure.wrong} flagged wrong")
    for asked in procedure.texts:
        say(f"{'learned from' if procedure.template else 'asked as'}: {one_line(asked)}")
    if procedure.answer:
        say("")
        say(procedure.answer)


@app.command("forget")
def forget(
    text: Annotated[str, typer.Argument(metavar="TEXT", help="A question, or a pattern from `spark cache list`.")],
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Unlearn one procedure or template. What was flagged wrong stays barred.

    \b
    Example:
      spark cache forget "how do i exit vim"
    """
    with _opened(home) as (procedures, *_):
        changes = procedures.forget(text)
    if not changes:
        raise SparkError(f"Nothing is learned for “{one_line(text, 60)}”; `spark cache list` shows what is.")
    if as_json:
        emit({"forgotten": changes})
    for change in [] if as_json else changes:
        say(change)


@app.command("stats")
def stats(as_json: JsonOption = False, home: HomeOption = None) -> None:
    """How much is learned, how often it answers, and how often it is estimated to be wrong.

    \b
    Example:
      spark cache stats
    """
    with _opened(home) as (procedures, record, settings):
        known, rates, usage = procedures.all(), procedures.error_rates(), record.usage()
    rate = usage.procedure_hits / usage.turns if usage.turns else 0.0
    learned = sum(procedure.learned for procedure in known)
    wrong = sum(procedure.wrong for procedure in known)
    families = {family.value: {**asdict(seen), "estimate": seen.estimate(family)} for family, seen in rates.items()}
    if as_json:
        emit(
            {
                "learned": learned,
                "learning": len(known) - learned,
                "turns": usage.turns,
                "hits": usage.procedure_hits,
                "hit_rate": rate,
                "wrong": wrong,
                "max_error": settings.cache.max_error,
                "families": families,
            }
        )
        return
    say(f"{learned} learned, {len(known) - learned} being learned")
    say(f"{usage.procedure_hits} of {usage.turns} turns answered by them ({rate:.0%}), {wrong} flagged wrong")
    for family, seen in rates.items():
        estimate = seen.estimate(family)
        state = "served" if estimate < settings.cache.max_error else "compared with the core first"
        say(
            f"{family.value:<10} wrong in an estimated {estimate:.1%} "
            f"({seen.served} served, {seen.flagged} flagged, {seen.compared} compared, {seen.differed} differed): "
            f"{state}"
        )


@contextmanager
def _opened(home: Path | None) -> Iterator[tuple[Procedures, Record, Settings]]:
    """The procedures of a home, the record that they are in, and the settings."""
    place = Home.find(home)
    settings = load_settings(place)
    with opened_record(place) as record:
        from engine.procedures import Procedures

        yield Procedures(record, settings.cache), record, settings
