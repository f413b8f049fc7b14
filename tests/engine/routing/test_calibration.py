"""Calibration against independent computations: numpy for the bins, scikit-learn and LBFGS for the rest."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from sklearn.calibration import calibration_curve
from sklearn.metrics import log_loss

from engine.routing.calibration import (
    expected_calibration_error,
    fit_temperature,
    negative_log_likelihood,
    reliability,
    softmax,
)


def overconfident(seed: int, rows: int = 400, sharpness: float = 3.0) -> tuple[list[list[float]], list[int]]:
    """Logits whose true temperature is `sharpness`: labels are drawn from softmax(logits / sharpness)."""
    random = np.random.default_rng(seed)
    logits = random.normal(0, 4, (rows, 5))
    honest = np.exp(logits / sharpness) / np.exp(logits / sharpness).sum(1, keepdims=True)
    labels = [int(random.choice(5, p=row)) for row in honest]
    return logits.tolist(), labels


def test_softmax_is_that_of_torch() -> None:
    logits = [1000.0, 999.0, -1000.0]
    for temperature in (0.5, 1.0, 7.0):
        wanted = torch.softmax(torch.tensor(logits, dtype=torch.float64) / temperature, 0).tolist()
        assert softmax(logits, temperature) == pytest.approx(wanted, abs=1e-12)


def test_likelihood_is_that_of_scikit_learn() -> None:
    logits, labels = overconfident(1)
    probabilities = [softmax(row) for row in logits]
    assert negative_log_likelihood(logits, labels) == pytest.approx(
        log_loss(labels, probabilities, labels=list(range(5))), rel=1e-9
    )


@pytest.mark.parametrize("seed", range(3))
def test_temperature_equals_that_of_lbfgs(seed: int) -> None:
    logits, labels = overconfident(seed)
    log_t = torch.zeros((), dtype=torch.float64, requires_grad=True)
    x, y = torch.tensor(logits, dtype=torch.float64), torch.tensor(labels)
    optimizer = torch.optim.LBFGS([log_t], max_iter=200, tolerance_grad=1e-10, line_search_fn="strong_wolfe")

    def closure() -> float:
        optimizer.zero_grad()
        loss = torch.nn.functional.cross_entropy(x / log_t.exp(), y)
        loss.backward()
        return float(loss.detach())

    optimizer.step(closure)
    assert fit_temperature(logits, labels) == pytest.approx(math.exp(float(log_t.detach())), rel=1e-3)


def test_temperature_finds_the_truth_and_lowers_the_error() -> None:
    logits, labels = overconfident(7, rows=3000)
    temperature = fit_temperature(logits, labels)
    assert temperature == pytest.approx(3.0, rel=0.1)

    def error(t: float) -> float:
        probabilities = [softmax(row, t) for row in logits]
        correct = [row.index(max(row)) == label for row, label in zip(probabilities, labels, strict=True)]
        return expected_calibration_error([max(row) for row in probabilities], correct)

    assert error(temperature) < 0.03 < 0.2 < error(1.0)


def test_temperature_of_perfect_predictions_stays_in_range() -> None:
    assert fit_temperature([[5.0, 0.0], [0.0, 5.0]], [0, 1]) == pytest.approx(0.05, rel=1e-3)


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=60), st.integers(1, 20))
def test_calibration_error_equals_numpy(pairs: list[tuple[float, bool]], bins: int) -> None:
    confidences, correct = np.array([p[0] for p in pairs]), np.array([p[1] for p in pairs], dtype=float)
    # The same bins said differently: (low, high] by searchsorted on the upper edges.
    edges = np.array([(number + 1) / bins for number in range(bins)])
    index = np.clip(np.searchsorted(edges, confidences, side="left"), 0, bins - 1)
    if np.any(index != np.clip(np.ceil(confidences * bins).astype(int) - 1, 0, bins - 1)):
        return  # a confidence within rounding of an edge may fall either side
    wanted = 0.0
    for number in range(bins):
        chosen = index == number
        if chosen.any():
            wanted += chosen.mean() * abs(correct[chosen].mean() - confidences[chosen].mean())
    assert expected_calibration_error(confidences.tolist(), [p[1] for p in pairs], bins) == pytest.approx(wanted)


def test_reliability_is_that_of_scikit_learn() -> None:
    random = np.random.default_rng(5)
    confidences = random.uniform(0.001, 0.999, 500)
    correct = random.uniform(size=500) < confidences
    accuracy, confidence = calibration_curve(correct, confidences, n_bins=10)
    curve = [bin for bin in reliability(confidences.tolist(), correct.tolist(), 10) if bin.count]
    assert [bin.accuracy for bin in curve] == pytest.approx(accuracy.tolist())
    assert [bin.confidence for bin in curve] == pytest.approx(confidence.tolist())
    assert sum(bin.count for bin in curve) == 500


def test_the_edges_belong_to_the_bin_below() -> None:
    curve = reliability([0.0, 0.5, 1.0], [True, True, True], bins=2)
    assert [(bin.low, bin.high, bin.count) for bin in curve] == [(0.0, 0.5, 2), (0.5, 1.0, 1)]


@pytest.mark.parametrize("bad", [-0.01, 1.01, math.nan])
def test_a_confidence_outside_the_unit_interval_is_refused(bad: float) -> None:
    with pytest.raises(ValueError, match="confidence"):
        reliability([bad], [True])


def test_empty_and_uneven_input_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one"):
        expected_calibration_error([], [])
    with pytest.raises(ValueError, match="must be the same"):
        fit_temperature([[1.0, 2.0]], [0, 1])
