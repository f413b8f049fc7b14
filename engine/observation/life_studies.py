"""What a stretch of Spark's life says: how it was used, what its cache is worth, where it fails."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from itertools import accumulate
from operator import attrgetter

from engine.observation.replay import Outcome
from engine.observation.report import Json, Plot, Prose, Report, Series, Table, quoted
from engine.routing.categories import Category, Route
from engine.routing.policy import POLICY

PATHS = tuple(route.value for route in Route)
_WINDOW = 20
"""Turns that a moving share looks back on."""
_SPENT: Callable[[Outcome], float] = attrgetter("flops")
_ALONE: Callable[[Outcome], float] = attrgetter("alone")
_WHOLE: Callable[[Outcome], float] = attrgetter("monolith")


def usage_study(outcomes: Sequence[Outcome], source: str) -> Report:
    """Shares of paths and categories, compute beside the monolith, and whether it changed over time."""
    count = len(outcomes)
    paths = Counter(one.path for one in outcomes)
    kinds = Counter(one.category for one in outcomes)
    sure = [one for one in outcomes if one.confidence >= one.threshold]
    routine = kinds[Category.ROUTINE.value] / max(1, count)
    spent, alone, whole = (sum(map(cost, outcomes)) for cost in (_SPENT, _ALONE, _WHOLE))
    shortcut = [float(one.path != Route.CORE.value) for one in outcomes]
    half = count // 2
    before, after = _mean(shortcut[:half]), _mean(shortcut[half:])
    judged = [one.routed_right for one in outcomes if one.routed_right is not None]
    answered = [one.right for one in outcomes if one.right is not None]
    flagged = Counter(one.flag for one in outcomes if one.flag)
    summary = [
        f"{count:,} turns: {_share(paths, 'procedure', count)} from procedures, {_share(paths, 'fast', count)} by the "
        f"fast path, {_share(paths, 'core', count)} by the core.",
        f"{routine:.0%} were routine by the router's word; it was sure of itself in {len(sure) / max(1, count):.0%}.",
        f"Compute: {_ratio(spent, alone)} of what a core alone would have spent that reads no more than it can hold at "
        f"once; {_ratio(spent, whole)} of one that reads the whole conversation anew at every turn.",
    ]
    if judged:
        summary.append(
            f"The router was right about {_mean(judged):.0%} of the {len(judged)} queries whose kind is known."
        )
    if answered:
        summary.append(f"{_mean(answered):.0%} of {len(answered)} answers say what a right answer must say.")
    if count >= 2 * _WINDOW and all(one.when for one in outcomes):  # a list asked once is in no order that means time
        summary.append(
            f"Shortcuts answered {before:.0%} of the first half of these turns and {after:.0%} of the second."
        )
    if flagged:
        summary.append(f"Flags: {flagged['wrong']} wrong, {flagged['important']} important.")
    rows = [
        (path, paths[path], paths[path] / max(1, count), *_costs([one for one in outcomes if one.path == path]))
        for path in PATHS
    ]
    parts = (
        Table("Paths", ("path", "turns", "share", "median ms", "MFLOP a turn", "right"), tuple(rows)),
        Table(
            "Kinds of questions, as the router took them",
            ("kind", "turns", "share", "mean confidence"),
            tuple(
                (kind, number, number / count, _mean([o.confidence for o in outcomes if o.category == kind]))
                for kind, number in kinds.most_common()
            ),
        ),
        Plot(
            "What answered, over time",
            "turn",
            f"share of the last {_WINDOW} turns",
            tuple(_moving_share(path, [one.path == path for one in outcomes]) for path in PATHS),
        ),
        Plot(
            "Compute so far",
            "turn",
            "floating-point operations",
            (
                Series("Spark", _counts(count), tuple(accumulate(map(_SPENT, outcomes)))),
                Series("core alone, what it can hold", _counts(count), tuple(accumulate(map(_ALONE, outcomes)))),
                Series("core alone, everything", _counts(count), tuple(accumulate(map(_WHOLE, outcomes)))),
            ),
        ),
        Prose("Source", source),
    )
    figures: dict[str, Json] = {
        "turns": count,
        "shares": {path: paths[path] / max(1, count) for path in PATHS},
        "routine": routine,
        "routed_right": _mean(judged) if judged else None,
        "right": _mean(answered) if answered else None,
        "compute_of_core_alone": spent / alone if alone else None,
        "compute_of_monolith": spent / whole if whole else None,
        "shortcuts_first_half": before,
        "shortcuts_second_half": after,
    }
    return Report("usage", "How is Spark used: what answers, and what does it cost?", tuple(summary), parts, figures)


def cache_study(outcomes: Sequence[Outcome], learned: int, source: str) -> Report:
    """Growth and worth of the procedures, the patterns used most, and what they got or would have got wrong.

    `learned`: procedures that are known at the end.
    """
    hits = [one for one in outcomes if one.hit and one.path == Route.PROCEDURE.value]
    used = Counter(one.procedure for one in hits)
    wrong = [one for one in hits if one.flag == "wrong" or one.right is False]
    differing = _differing_repeats(outcomes)
    saved = sum(one.alone - one.flops for one in hits)
    count = len(outcomes)
    summary = [
        f"{len(hits)} of {count:,} turns ({len(hits) / max(1, count):.0%}) were answered by a procedure; "
        f"{learned} {'is' if learned == 1 else 'are'} known now.",
        f"Wrong hits, as far as flags and references tell: {len(wrong)}."
        if hits
        else "No procedure has answered yet: one is learned after several agreeing answers to the same question.",
    ]
    if differing:
        summary.append(
            f"{len(differing)} questions got other answers when they were asked again: answering those from the first "
            "answer would have been a mistake, or the second answer was."
        )
    if saved:
        summary.append(
            f"The hits saved {saved:.2e} operations beside a core alone that reads what it can hold at once."
        )
    parts = (
        Table(
            "Most used",
            ("pattern", "hits", "median ms"),
            tuple(
                (quoted(name, 70), number, _median([h.total_ms for h in hits if h.procedure == name]))
                for name, number in used.most_common(15)
            ),
        ),
        Table(
            "Answered wrongly from the cache",
            ("question", "answer", "how we know"),
            tuple(
                (quoted(o.text, 60), quoted(o.answer, 60), "flagged" if o.flag == "wrong" else "the reference")
                for o in wrong
            ),
        ),
        Table(
            "Same question, other answer",
            ("question", "first", "later"),
            tuple((quoted(text, 50), quoted(first, 50), quoted(later, 50)) for text, first, later in differing[:20]),
        ),
        Plot(
            "Growth of the cache",
            "turn",
            "so far",
            (
                Series("hits", _counts(count), tuple(map(float, accumulate(one in hits for one in outcomes)))),
                Series("distinct patterns used", _counts(count), _distinct(outcomes)),
            ),
        ),
        Prose("Source", source),
    )
    figures: dict[str, Json] = {
        "turns": count,
        "hits": len(hits),
        "learned": learned,
        "wrong_hits": len(wrong),
        "differing_repeats": len(differing),
        "operations_saved": saved,
    }
    return Report(
        "cache", "What is the cache of procedures worth, and what does it get wrong?", tuple(summary), parts, figures
    )


def failures_study(outcomes: Sequence[Outcome], source: str) -> Report:
    """Where routing and answers went wrong, grouped by likely cause."""
    known = [one for one in outcomes if one.wanted or one.flag == "wrong" or one.right is not None]
    grouped: dict[str, list[Outcome]] = defaultdict(list)
    for one in outcomes:
        if cause := likely_cause(one):
            grouped[cause].append(one)
    failed = sum(map(len, grouped.values()))
    ordered = sorted(grouped.items(), key=lambda pair: -len(pair[1]))
    summary = [f"{failed} failures among {len(known)} turns that can be judged (of {len(outcomes)})."]
    summary += [f"{len(group)} × {cause}." for cause, group in ordered[:4]]
    if not known:
        summary = ["Nothing can be judged here: flag answers, or study a file with references."]
    tables = [
        Table(
            cause,
            ("question", "took it for", "was", "confidence", "answered by", "answer"),
            tuple(
                (quoted(o.text, 50), o.category, o.wanted or "?", o.confidence, o.path, quoted(o.answer, 50))
                for o in sorted(group, key=lambda o: -o.confidence)[:12]
            ),
        )
        for cause, group in ordered
    ]
    bars = Plot(
        "Failures by likely cause",
        "",
        "turns",
        (Series("", _counts(len(ordered), 0), tuple(float(len(group)) for _, group in ordered)),),
        "bars",
        labels=tuple(cause for cause, _ in ordered),
    )
    figures: dict[str, Json] = {
        "judged": len(known),
        "failures": failed,
        "causes": {cause: len(group) for cause, group in ordered},
    }
    return Report(
        "failures", "Where does Spark fail, and why?", tuple(summary), (bars, *tables, Prose("Source", source)), figures
    )


def likely_cause(one: Outcome) -> str | None:
    """Why a turn failed, in words; None if nobody says that it did. The first cause that fits, the surest first."""
    misrouted = one.routed_right is False
    if not misrouted and one.flag != "wrong" and one.right is not False:
        return None
    if misrouted and one.wanted == "outside":
        return "an outside question was taken for Spark's business"
    if misrouted and one.confidence >= one.threshold:
        wanted = POLICY[Category(one.wanted)].route if one.wanted in set(Category) else None
        if wanted is not None and wanted is not POLICY[Category(one.category)].route:
            return f"sure and wrong: {one.wanted} taken for {one.category}, on another path"
        return f"sure and wrong: {one.wanted} taken for {one.category}, on the same path"
    if misrouted:
        return "the kind was mistaken, but it knew that it was unsure"
    if one.hit:
        return "the learned answer is wrong"
    if not one.answer.strip():
        return "nothing was answered"
    if one.path == Route.FAST.value:
        return "rightly sent to the fast path, which did not know"
    if one.wanted == "outside":
        return "an outside question was not turned down well"
    return "the core read memories and still got it wrong" if one.memories else "the core did not know"


def _differing_repeats(outcomes: Sequence[Outcome]) -> list[tuple[str, str, str]]:
    """(question, first answer, later answer) of questions that were answered in another way later."""
    first: dict[str, str] = {}
    found: dict[str, tuple[str, str, str]] = {}
    for one in outcomes:
        key = " ".join(one.text.lower().split())
        told = " ".join(first.setdefault(key, one.answer).lower().split())
        if told != " ".join(one.answer.lower().split()):
            found.setdefault(key, (one.text, first[key], one.answer))
    return list(found.values())


def _distinct(outcomes: Sequence[Outcome]) -> tuple[float, ...]:
    seen: set[str] = set()
    counts = []
    for one in outcomes:
        if one.hit:
            seen.add(one.procedure)
        counts.append(float(len(seen)))
    return tuple(counts)


def _costs(some: Sequence[Outcome]) -> tuple[float | None, float | None, float | None]:
    """(median ms, millions of operations a turn, share right where known)."""
    judged = [one.right for one in some if one.right is not None]
    if not some:
        return None, None, None
    return _median([o.total_ms for o in some]), _mean([o.flops for o in some]) / 1e6, _mean(judged) if judged else None


def _moving_share(name: str, hits: Sequence[bool]) -> Series:
    """From the first turn that has a whole window behind it, in a life of several: less would be noise."""
    first = min(_WINDOW, max(1, len(hits) // 2))
    ends = range(first, len(hits) + 1)
    return Series(name, tuple(map(float, ends)), tuple(_mean(hits[max(0, end - _WINDOW) : end]) for end in ends))


def _counts(count: int, first: int = 1) -> tuple[float, ...]:
    return tuple(float(number) for number in range(first, first + count))


def _share(counts: Counter[str], name: str, of: int) -> str:
    return f"{counts[name] / max(1, of):.0%}"


def _ratio(a: float, b: float) -> str:
    return f"{a / b:.0%}" if b else "nothing to compare"


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0


def _median(values: Sequence[float]) -> float:
    ordered = sorted(values)
    middle = len(ordered) // 2
    if not ordered:
        return 0.0
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2
