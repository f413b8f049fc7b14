"""`spark study threshold`: 0.6 instead of 0.8?"""

from __future__ import annotations

import statistics
from typing import TYPE_CHECKING, Annotated

import typer

from engine.routing.categories import Route
from engine.settings import Home, load_settings
from spark_tui.commands.shared import HomeOption, JsonOption, opened_record
from spark_tui.commands.study.life import interruptible
from spark_tui.commands.study.presenting import OutOption, present

if TYPE_CHECKING:
    from engine.observation.threshold_study import Cost

_SAMPLE = 6
"""Queries that are answered both ways to see what an answer costs."""


def threshold(
    instead: Annotated[float, typer.Option(min=0.0, max=1.0, help="The threshold to compare with the one set.")] = 0.6,
    risk: Annotated[
        float | None, typer.Option(min=0.0001, max=0.5, help="Share that may be trusted wrongly (else the setting).")
    ] = None,
    as_json: JsonOption = False,
    out: OutOption = None,
    home: HomeOption = None,
) -> None:
    """What happens if the confidence threshold is lowered to 0.6, or raised: shares, errors, compute, latency.

    \b
    Examples:
      spark study threshold
      spark study threshold --instead 0.95
    """
    from engine.bundle import Bundle, chosen
    from engine.observation.references import load_references
    from engine.observation.threshold_study import Judged, threshold_study
    from engine.reflex import Reflex
    from engine.routing.queries import judging
    from engine.routing.threshold import automatic

    place = Home.find(home)
    settings = load_settings(place)
    reflex = Reflex.load(Bundle.load(chosen(place)), place.router)
    queries = [(query.text, query.label) for query in judging()]
    queries += [(reference.text, reference.category) for reference in load_references()]
    judged = []
    with interruptible("query") as (watch, stop):
        for done, (text, wanted) in enumerate(queries, start=1):
            event = reflex.assess(text, 0.8, "").event
            judged.append(Judged(text, wanted, event.category, event.confidence))
            watch(done, len(queries))
            if stop.is_set():
                break
    with opened_record(place) as record:
        flags = record.judged_shortcuts()
        now = reflex.threshold(settings.routing, record)
    allowed = settings.routing.max_error if risk is None else risk
    auto = automatic(reflex.router, flags, allowed)
    present(threshold_study(judged, _costs(place), now, auto, allowed, instead), as_json, out, home)


def _costs(home: Home) -> dict[Route, Cost]:
    """What a completion takes on either path: measured now, side by side."""
    from engine.observation.references import load_references
    from engine.observation.replay import Manner, replay
    from engine.observation.threshold_study import Cost

    some = [reference for reference in load_references() if reference.category == "completion"][:_SAMPLE]
    routes = (Route.FAST, Route.CORE)
    with interruptible("answer") as (watch, stop):
        told = replay(
            [(reference, "cost") for reference in some],
            [(load_settings(home), Manner(route.value, route)) for route in routes],
            origin=home,
            watch=watch,
            stop=stop,
        )
    return {
        route: Cost(
            statistics.median([one.flops for one in outcomes] or [1.0]),
            statistics.median([one.total_ms for one in outcomes] or [1.0]),
        )
        for route, outcomes in zip(routes, told, strict=True)
    }
