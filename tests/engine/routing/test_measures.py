"""The router's figures, against the same things counted in another way."""

from __future__ import annotations

import numpy as np
import pytest

from engine.routing.calibration import expected_calibration_error
from engine.routing.categories import Category
from engine.routing.measures import measure

NAMES = [*(category.value for category in Category), "outside"]


def test_figures_are_those_of_numpy() -> None:
    random = np.random.default_rng(4)
    p = random.dirichlet(np.full(5, 0.3), size=300)
    labels = np.array([random.choice(5, p=row) for row in p])
    got = measure(p.tolist(), [NAMES[label] for label in labels], ["?"] * 300, 0.8)
    inside, guess, sure = labels < 4, p[:, :4].argmax(1), p[:, :4].max(1) >= 0.8
    assert got.accuracy == pytest.approx((guess == labels)[inside].mean())
    assert got.confident == pytest.approx(sure[inside].mean())
    assert got.confident_error == pytest.approx((guess != labels)[sure].mean())
    assert got.outside_kept == pytest.approx((~sure)[~inside].mean())
    assert got.calibration_error == pytest.approx(
        expected_calibration_error(p[:, :4].max(1).tolist(), (guess == labels).tolist())
    )
    assert got.queries == sum(bin.count for bin in got.curve) == 300


def test_a_confident_answer_to_a_query_from_outside_is_a_mistake() -> None:
    rows = [[0.9, 0.0, 0.0, 0.1, 0.0], [0.1, 0.0, 0.0, 0.0, 0.9], [0.2, 0.7, 0.05, 0.05, 0.0]]
    got = measure(rows, ["outside", "outside", "completion"], ["bake", "fly", "def f("], 0.8)
    assert (got.outside_kept, got.confident_error, got.accuracy) == (0.5, 1.0, 0.0)
    assert got.mistakes == (("bake", "outside", "completion", 0.9), ("def f(", "completion", "explain", 0.7))


def test_nothing_to_measure_is_zero() -> None:
    got = measure([], [], [], 0.8)
    assert (got.queries, got.accuracy, got.outside_kept, got.calibration_error, got.curve) == (0, 0.0, 0.0, 0.0, ())


def test_the_floor_is_what_a_perfect_router_shows() -> None:
    random = np.random.default_rng(8)
    few, many = (
        measure([[c, 0, 0, 0, 1 - c] for c in random.uniform(0.3, 1.0, n)], ["completion"] * n, ["?"] * n, 0.8)
        for n in (50, 3000)
    )
    assert few.calibration_floor > 0.05 > 0.025 > many.calibration_floor > 0
    # Labels drawn by the confidence itself land near the floor.
    confidences = random.uniform(0.3, 1.0, 3000)
    labels = ["completion" if right else "outside" for right in random.uniform(size=3000) < confidences]
    honest = measure([[c, 0, 0, 0, 1 - c] for c in confidences], labels, ["?"] * 3000, 0.8)
    assert honest.calibration_error == pytest.approx(honest.calibration_floor, abs=0.012)
