"""The sweep: against counting by hand."""

from __future__ import annotations

import pytest

from engine.observation.threshold_study import Cost, Judged, level, threshold_study
from engine.routing.categories import Category, Route
from engine.routing.threshold import Controlled

COSTS = {Route.FAST: Cost(1.0, 10.0), Route.CORE: Cost(5.0, 50.0)}
JUDGED = [
    Judged("def f(", "completion", Category.COMPLETION, 0.99),
    Judged("x =", "completion", Category.COMPLETION, 0.70),
    Judged("sort a list", "routine", Category.ROUTINE, 0.90),
    Judged("why", "explain", Category.COMPLETION, 0.65),
    Judged("bake a cake", "outside", Category.ROUTINE, 0.55),
]


def test_a_level_counts_what_the_policy_would_do() -> None:
    strict, loose = level(JUDGED, 0.8, COSTS), level(JUDGED, 0.6, COSTS)
    assert (strict.fast, strict.cache, strict.core) == pytest.approx((0.2, 0.2, 0.6))
    assert (loose.fast, loose.cache, loose.core) == pytest.approx((0.6, 0.2, 0.2))
    assert (strict.wrong, loose.wrong, loose.wrong_of_sure) == pytest.approx((0.0, 0.2, 0.25))
    assert (strict.flops, loose.flops) == pytest.approx(((1 + 4 * 5) / 5, (3 * 1 + 2 * 5) / 5))


def test_the_answer_to_the_question_is_in_the_summary() -> None:
    report = threshold_study(JUDGED, COSTS, 0.8, Controlled(0.71, 0.02, 0.9, 100, 3), 0.03)
    assert report.summary[0].startswith("0.6 instead of 0.8: +40.0%")
    assert "(0.0% → 20.0%" in report.summary[0]
    assert "100% stay off the shortcuts at 0.8, 100% at 0.6" in report.summary[2]
    assert "0.710" in report.summary[3] and "3 of your flags" in report.summary[3]
    assert report.figures["now"] == {"threshold": 0.8, "fast": 0.2, "cache": 0.2, "wrong": 0.0}
