"""What does each part of the nervous system save? One realistic day, lived in four ways: by the core alone, with
memory, with the fast path as well, and with procedures as well."""

from __future__ import annotations

import random
import statistics
import threading
from collections.abc import Sequence
from itertools import accumulate

from engine.observation.comparison import compare
from engine.observation.references import Reference, parses
from engine.observation.replay import Manner, Outcome, Watch, replay
from engine.observation.report import Json, Plot, Prose, Report, Series, Table
from engine.routing.categories import Route
from engine.settings import Home, Settings

ARMS = (
    Manner("core alone", Route.CORE, use_memory=False, use_cache=False),
    Manner("+ memory", Route.CORE, use_memory=True, use_cache=False),
    Manner("+ fast path", None, use_memory=True, use_cache=False),
    Manner("+ procedures", None, use_memory=True, use_cache=True),
)
WHOLE, WINDOW, KEPT = "reads all of it anew", "reads anew what it can hold", "keeps all that it read"
MONOLITHS = {WHOLE: "monolith", WINDOW: "window", KEPT: "kept"}
"""Cores alone, and the figure of `Flops` that says what each would have spent."""
RETRIED = "tries after the first (of all this)"
SESSION = 40
"""Turns of one conversation: long, as a working day's are."""


def a_day(
    references: Sequence[Reference], turns: int, seed: int = 0, session: int = SESSION
) -> list[tuple[Reference, str]]:
    """`turns` queries in long conversations, of each kind as many as its share of `references`. Of a kind the r-th most
    usual is asked in proportion to 1/r (Zipf), as people ask search engines and each other; which is usual is drawn.

    Each kind has a ranking of its own, so that no single query is a fifth of the day because the draw put it first.
    """
    chance = random.Random(seed)
    kinds: dict[str, list[Reference]] = {}
    for reference in references:
        kinds.setdefault(reference.category, []).append(reference)
    for ranked in kinds.values():
        chance.shuffle(ranked)
    day = []
    for number, kind in enumerate(chance.choices(list(kinds), [len(ranked) for ranked in kinds.values()], k=turns)):
        weights = [1 / rank for rank in range(1, len(kinds[kind]) + 1)]
        day.append((chance.choices(kinds[kind], weights)[0], f"conversation {number // session + 1}"))
    return day


def compute_study(
    day: Sequence[tuple[Reference, str]],
    settings: Settings,
    *,
    origin: Home | None = None,
    max_tokens: int | None = None,
    library: Home | None = None,
    watch: Watch = lambda done, of: None,
    stop: threading.Event | None = None,
) -> Report:
    """Live the day in each manner, turn by turn side by side, and compare compute, latency and answers.

    The core alone is charged as the monolith: it reads the whole conversation at every turn, as a model without memory
    must. Its answers are those of the same core without memory. With `stop` set, what was lived until then counts.
    """
    minds = [(settings, arm) for arm in ARMS]
    lived = replay(day, minds, origin=origin, max_tokens=max_tokens, library=library, watch=watch, stop=stop)
    return compute_report({arm.name: outcomes for arm, outcomes in zip(ARMS, lived, strict=True)}, len(day))


def compute_report(lived: dict[str, list[Outcome]], planned: int) -> Report:
    """The report over the same turns lived in each manner of `ARMS`."""
    names = list(lived)
    alone, whole = lived[names[0]], lived[names[-1]]
    turns = len(alone)
    if not turns:
        return Report("compute", _QUESTION, ("It was stopped before the first turn: nothing to compare.",))
    spent = {name: [one.flops for one in lived[name]] for name in names}
    spent[names[0]] = [one.monolith for one in alone]
    total = {name: sum(values) for name, values in spent.items()}
    base = total[names[0]] or 1.0
    cores = {name: _part(alone, part) for name, part in MONOLITHS.items()}
    judged = [place for place, one in enumerate(alone) if one.right is not None]
    right = {name: [float(bool(lived[name][place].right)) for place in judged] for name in names}
    quality = compare(right[names[0]], right[names[-1]])
    repeats = 1 - len({one.text for one in alone}) / turns
    verdict = "more than chance" if quality.more_than_chance else "no more than chance"
    shares = {name: share for name, share in went_into(whole).items() if name != RETRIED}
    summary = (
        f"With everything, the day costs {total[names[-1]] / base:.0%} of what the core alone costs "
        f"({base:.2e} operations), which reads the whole conversation anew at every turn.",
        "Beside a core that reads no more than it can hold at once it is "
        f"{_of(total[names[-1]], cores[WINDOW])}; beside one that keeps the keys and values of all it ever read, "
        f"{_of(total[names[-1]], cores[KEPT])}.",
        f"Right answers (by references): {quality.mean_a:.0%} by the core alone, {quality.mean_b:.0%} by all of Spark; "
        f"the difference of {quality.mean:+.1%} (95% interval {quality.low:+.1%} to {quality.high:+.1%}) is {verdict}.",
        f"{turns} turns{'' if turns == planned else f' of {planned} (stopped)'}, {repeats:.0%} of them asked before; "
        f"{sum(one.hit for one in whole)} were answered by procedures, "
        f"{sum(one.path == 'fast' for one in whole)} by the fast path.",
        "Of Spark's operations "
        + ", ".join(f"{share:.0%} went into {name}" for name, share in sorted(shares.items(), key=lambda p: -p[1])[:3])
        + ".",
    )
    rows = []
    for name in names:
        code = [parses(one.text, one.answer) for one in lived[name]]
        coded = [value for value in code if value is not None]
        rows.append(
            (
                name, total[name] / base, total[name] / turns / 1e6,
                statistics.median(one.first_ms for one in lived[name]),
                statistics.median(one.total_ms for one in lived[name]),
                _mean(right[name]) if judged else None, _mean(coded) if coded else None,
            )
        )  # fmt: skip
    places = tuple(map(float, range(1, turns + 1)))
    parts = (
        Table(
            "Four ways through the same day",
            ("what answers", "of core alone", "MFLOP a turn", "first word ms", "whole ms", "right", "code parses"),
            tuple(rows),
        ),
        Table(
            "Beside which core alone?",
            ("a core alone that", "MFLOP a turn", "Spark takes of it"),
            tuple(
                (name, cost / turns / 1e6, total[names[-1]] / cost if cost else None) for name, cost in cores.items()
            ),
        ),
        Table(
            "What the operations went into",
            ("part", *names[1:]),
            tuple((part, *(went_into(lived[name])[part] for name in names[1:])) for part in went_into(whole)),
        ),
        Plot(
            "Compute over the day",
            "turn",
            "floating-point operations so far",
            (
                *(Series(name, places, tuple(accumulate(spent[name]))) for name in names),
                Series("core alone, all kept", places, tuple(accumulate(one.parts.get("kept", 0.0) for one in alone))),
            ),
            log_y=True,
        ),
        Plot(
            "Each turn",
            "turn",
            "floating-point operations",
            tuple(Series(name, places, tuple(spent[name])) for name in (names[0], names[-1])),
            "points",
            log_y=True,
        ),
        Prose(
            "How it was done",
            "Each way starts from an empty home that has read what every Spark reads first, and meets the same queries "
            "in the same conversations with one seed. The core alone is charged for reading the whole conversation at "
            "each turn, as if it could hold all of it, and answers without memory. Operations count every try at an "
            "answer, refused drafts, the drafting, the assessing, and the sentence embedding of the question and of "
            "the turn for memory; what is still held from an earlier prompt is not read and not counted. Every turn is "
            "lived in all ways one after another, so that times compare even where the machine is busy.",
        ),
    )
    figures: dict[str, Json] = {
        "turns": turns,
        "compute": {name: total[name] / base for name in names},
        "of_core_alone": {name: total[names[-1]] / cost if cost else None for name, cost in cores.items()},
        "went_into": {name: went_into(lived[name]) for name in names[1:]},
        "right": {name: _mean(right[name]) for name in names} if judged else None,
        "quality_difference": [quality.mean, quality.low, quality.high],
        "hits": sum(one.hit for one in whole),
        "first_ms": {name: statistics.median(one.first_ms for one in lived[name]) for name in names},
        "total_ms": {name: statistics.median(one.total_ms for one in lived[name]) for name in names},
    }
    return Report("compute", _QUESTION, summary, parts, figures)


def went_into(lived: Sequence[Outcome]) -> dict[str, float]:
    """Shares of all operations by what they were for; they add up to one, without `RETRIED`, which overlaps them."""
    total = sum(one.flops for one in lived) or 1.0
    known = {
        "assessing": _part(lived, "assessing"),
        "embedding the question": _part(lived, "embed") - _part(lived, "remembering"),
        "embedding the turn for memory": _part(lived, "remembering"),
        "reading prompts": _part(lived, "reading"),
        "drafting": _part(lived, "drafting"),
        "refused drafts": _part(lived, "refused"),
    }
    parts = {**known, "writing": total - sum(known.values()), RETRIED: _part(lived, "retried")}
    return {name: value / total for name, value in parts.items()}


def _part(lived: Sequence[Outcome], name: str) -> float:
    return sum(one.parts.get(name, 0.0) for one in lived)


def _of(spent: float, cost: float) -> str:
    return f"{spent / cost:.0%}" if cost else "unknown"


_QUESTION = "What does a day with Spark cost beside one big model, and are the answers as good?"


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0
