"""What if the confidence threshold were 0.6 instead of 0.8? A sweep over queries that the router never learned from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from engine.observation.comparison import compare
from engine.observation.report import Json, Plot, Prose, Report, Series, Table
from engine.routing.categories import Category, Route
from engine.routing.policy import choose
from engine.routing.threshold import Controlled

LEVELS = tuple(round(0.5 + step / 100, 2) for step in range(50))
SHOWN = (0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99)


@dataclass(frozen=True, slots=True)
class Judged:
    """A query of a known kind (`wanted`: a category or "outside") and what the router makes of it."""

    text: str
    wanted: str
    category: Category
    confidence: float

    @property
    def right(self) -> bool:
        return self.category.value == self.wanted


@dataclass(frozen=True, slots=True)
class Cost:
    """What an answer takes: floating-point operations and milliseconds."""

    flops: float
    ms: float


@dataclass(frozen=True, slots=True)
class Level:
    """Shares of all queries at one threshold. `wrong`: over it and of another kind; `cache`: may be answered from the
    cache; `flops` and `ms` are means, with nothing learned in the cache."""

    threshold: float
    fast: float
    cache: float
    core: float
    wrong: float
    wrong_of_sure: float
    flops: float
    ms: float


def level(judged: Sequence[Judged], threshold: float, costs: Mapping[Route, Cost]) -> Level:
    """What happens at one threshold. A routine question without a learned answer costs what the core costs."""
    count = max(1, len(judged))
    routes = [choose(one.category, one.confidence, threshold).route for one in judged]
    spent = [costs[Route.FAST if route is Route.FAST else Route.CORE] for route in routes]
    sure = [one for one in judged if one.confidence >= threshold]
    wrong = sum(not one.right for one in sure)
    return Level(
        threshold=threshold,
        fast=routes.count(Route.FAST) / count,
        cache=routes.count(Route.PROCEDURE) / count,
        core=routes.count(Route.CORE) / count,
        wrong=wrong / count,
        wrong_of_sure=wrong / len(sure) if sure else 0.0,
        flops=sum(cost.flops for cost in spent) / count,
        ms=sum(cost.ms for cost in spent) / count,
    )


def threshold_study(
    judged: Sequence[Judged],
    costs: Mapping[Route, Cost],
    now: float,
    auto: Controlled,
    risk: float,
    asked: float = 0.6,
) -> Report:
    """`now`: the threshold in use; `asked`: the one that is compared with it; `auto`: what `risk` allows."""
    sweep = [level(judged, threshold, costs) for threshold in LEVELS]
    here, there = level(judged, now, costs), level(judged, asked, costs)
    paid = compare([_wrong(one, now) for one in judged], [_wrong(one, asked) for one in judged])
    gained = compare([_sure(one, now) for one in judged], [_sure(one, asked) for one in judged])
    outside = [one for one in judged if one.wanted == "outside"]
    kept = sum(one.confidence < asked for one in outside) / max(1, len(outside))
    kept_now = sum(one.confidence < now for one in outside) / max(1, len(outside))
    summary = (
        f"{asked:g} instead of {now:g}: {gained.mean:+.1%} of all queries would be trusted to the router's word "
        f"({1 - _unsure(judged, now):.0%} → {1 - _unsure(judged, asked):.0%}), {paid.mean:+.1%} of all wrongly "
        f"({here.wrong:.1%} → {there.wrong:.1%}{'' if paid.more_than_chance else ', no more than chance'}).",
        f"What an answer costs would change by {there.flops / here.flops - 1:+.1%} in operations and by "
        f"{there.ms / here.ms - 1:+.1%} in time, with an empty cache.",
        f"Of {len(outside)} queries from outside {kept_now:.0%} stay off the shortcuts at {now:g}, "
        f"{kept:.0%} at {asked:g}.",
        f'threshold = "auto" with max_error {risk:g} is {auto.threshold:.3f} here. It goes by {auto.queries:,} queries '
        f"that were held back while the router learned, and by {auto.flags} of your flags: of those {auto.sure:.0%} "
        f"are trusted, {auto.error:.1%} wrongly.",
    )
    x = LEVELS
    parts = (
        Table(
            "The threshold, from trusting to careful",
            ("threshold", "trusted", "fast", "cache", "core", "wrong of all", "wrong of trusted", "MFLOP", "ms"),
            tuple(
                (
                    one.threshold,
                    1 - _unsure(judged, one.threshold),
                    one.fast,
                    one.cache,
                    one.core,
                    one.wrong,
                    one.wrong_of_sure,
                    one.flops / 1e6,
                    one.ms,
                )
                for one in sweep
                if one.threshold in SHOWN
            ),
            "*Trusted* queries whose path is the core (explanations, mistakes) go there all the same.",
        ),
        Plot(
            "What answers",
            "threshold",
            "share of queries",
            (
                Series("fast path", x, tuple(one.fast for one in sweep)),
                Series("cache, if learned", x, tuple(one.cache for one in sweep)),
                Series("core", x, tuple(one.core for one in sweep)),
            ),
        ),
        Plot(
            "What goes wrong",
            "threshold",
            "share",
            (
                Series("trusted wrongly, of all", x, tuple(one.wrong for one in sweep)),
                Series("wrong, of those trusted", x, tuple(one.wrong_of_sure for one in sweep)),
                Series("the stated risk", (x[0], x[-1]), (risk, risk)),
            ),
        ),
        Plot(
            "What it costs",
            "threshold",
            "share of the cost at 0.5",
            (
                Series("operations", x, tuple(one.flops / sweep[0].flops for one in sweep)),
                Series("time", x, tuple(one.ms / sweep[0].ms for one in sweep)),
            ),
        ),
        Prose(
            "How it was done",
            f"{len(judged)} labelled queries that the router has not learned from. An answer by the fast path takes "
            f"{costs[Route.FAST].flops:.2e} operations and {costs[Route.FAST].ms:.0f} ms, one by the core "
            f"{costs[Route.CORE].flops:.2e} and {costs[Route.CORE].ms:.0f} ms: medians, measured here. *Trusted* means "
            "at or over the threshold; below it the core thinks, with memory, whatever the kind.",
        ),
    )
    figures: dict[str, Json] = {
        "queries": len(judged),
        "now": {"threshold": now, "fast": here.fast, "cache": here.cache, "wrong": here.wrong},
        "asked": {"threshold": asked, "fast": there.fast, "cache": there.cache, "wrong": there.wrong},
        "auto": {
            "threshold": auto.threshold,
            "error": auto.error,
            "sure": auto.sure,
            "risk": risk,
            "flags": auto.flags,
        },
        "sweep": [
            {"threshold": o.threshold, "fast": o.fast, "cache": o.cache, "core": o.core, "wrong": o.wrong}
            for o in sweep
        ],
    }
    return Report(
        "threshold", "What happens if the confidence threshold is lowered, or raised?", summary, parts, figures
    )


def _sure(one: Judged, threshold: float) -> float:
    return float(one.confidence >= threshold)


def _wrong(one: Judged, threshold: float) -> float:
    return float(one.confidence >= threshold and not one.right)


def _unsure(judged: Sequence[Judged], threshold: float) -> float:
    return sum(one.confidence < threshold for one in judged) / max(1, len(judged))
