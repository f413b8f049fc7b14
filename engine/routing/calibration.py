"""Turning scores into probabilities that hold, and measuring whether they do.

Plain Python on purpose: a few hundred rows need no more, and the chat reads a reliability curve with no torch.
Source: Guo, Pleiss, Sun, Weinberger, "On Calibration of Modern Neural Networks", 2017.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

BINS = 15
"""Equal-width bins of confidence over [0, 1], as in the paper."""

_GOLDEN = (math.sqrt(5) - 1) / 2


@dataclass(frozen=True, slots=True)
class Bin:
    """The answers with a confidence in (low, high]; the first bin also holds a confidence of exactly 0."""

    low: float
    high: float
    count: int
    confidence: float
    """Mean confidence in the bin; 0.0 when it is empty."""
    accuracy: float
    """Share of right answers in the bin; 0.0 when it is empty."""


def softmax(logits: Sequence[float], temperature: float = 1.0) -> list[float]:
    """Probabilities from logits divided by the temperature (more than 1 makes them humbler)."""
    largest = max(logits)
    weights = [math.exp((logit - largest) / temperature) for logit in logits]
    total = sum(weights)
    return [weight / total for weight in weights]


def negative_log_likelihood(
    logits: Sequence[Sequence[float]], labels: Sequence[int], temperature: float = 1.0
) -> float:
    """Mean of -log p(label), in nats. `logits` is [N][C], `labels` [N]."""
    _check(logits, labels)
    total = 0.0
    for row, label in zip(logits, labels, strict=True):
        largest = max(row)
        log_sum = math.log(sum(math.exp((logit - largest) / temperature) for logit in row))
        total += log_sum - (row[label] - largest) / temperature
    return total / len(labels)


def fit_temperature(
    logits: Sequence[Sequence[float]], labels: Sequence[int], lowest: float = 0.05, highest: float = 20.0
) -> float:
    """The temperature that makes the labels most likely; it never changes which class is largest.

    The likelihood is convex in 1/T, so golden-section search finds the one minimum. Labels that are all
    predicted correctly would drive T to zero: it stops at `lowest`.
    """
    _check(logits, labels)

    def loss(inverse: float) -> float:
        return negative_log_likelihood(logits, labels, 1.0 / inverse)

    return 1.0 / _golden_section(loss, 1.0 / highest, 1.0 / lowest)


def reliability(confidences: Sequence[float], correct: Sequence[bool], bins: int = BINS) -> list[Bin]:
    """The reliability curve: for each bin of confidence, how often the answer was right."""
    _check(confidences, correct)
    members: list[list[int]] = [[] for _ in range(bins)]
    for position, confidence in enumerate(confidences):
        if not 0.0 <= confidence <= 1.0:
            raise ValueError(f"a confidence lies in [0, 1], not {confidence}")
        members[max(0, min(bins - 1, math.ceil(confidence * bins) - 1))].append(position)
    return [
        Bin(
            low=number / bins,
            high=(number + 1) / bins,
            count=len(rows),
            confidence=_mean([confidences[row] for row in rows]),
            accuracy=_mean([float(correct[row]) for row in rows]),
        )
        for number, rows in enumerate(members)
    ]


def expected_calibration_error(confidences: Sequence[float], correct: Sequence[bool], bins: int = BINS) -> float:
    """Mean |accuracy - confidence| over the bins of `reliability`, weighted by their counts."""
    curve = reliability(confidences, correct, bins)
    return sum(bin.count * abs(bin.accuracy - bin.confidence) for bin in curve) / len(confidences)


def _golden_section(loss: Callable[[float], float], low: float, high: float, tolerance: float = 1e-6) -> float:
    left = high - _GOLDEN * (high - low)
    right = low + _GOLDEN * (high - low)
    loss_left, loss_right = loss(left), loss(right)
    while high - low > tolerance:
        if loss_left < loss_right:
            high, right, loss_right = right, left, loss_left
            left = high - _GOLDEN * (high - low)
            loss_left = loss(left)
        else:
            low, left, loss_left = left, right, loss_right
            right = low + _GOLDEN * (high - low)
            loss_right = loss(right)
    return (low + high) / 2


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0


def _check(rows: Sequence[object], labels: Sequence[object]) -> None:
    if not labels or len(rows) != len(labels):
        raise ValueError(f"{len(rows)} rows and {len(labels)} labels: both must be the same and at least one")
