"""Fair timing: everyone runs as often as everyone else, and nobody always first."""

from __future__ import annotations

import random

import pytest

from engine.observation.interleave import interleave, ratio_interval, ratio_of_medians


def test_each_runs_in_each_round_and_the_order_rotates() -> None:
    calls: list[str] = []
    taken = interleave({name: lambda name=name: calls.append(name) for name in "abc"}, rounds=3)  # type: ignore[misc]
    assert {name: len(seconds) for name, seconds in taken.items()} == {"a": 3, "b": 3, "c": 3}
    assert calls == [*"abc", *"abc", *"bca", *"cab"]  # the first three are not timed


def test_the_ratio_says_how_many_times_as_fast() -> None:
    assert ratio_of_medians({"ours": [1.0, 1.0, 9.0], "theirs": [3.0, 2.0, 2.0]}, "ours", "theirs") == 2.0


def test_no_rounds_is_refused() -> None:
    with pytest.raises(ValueError, match="one round"):
        interleave({}, 0)


def test_the_interval_of_a_ratio_holds_the_true_one_and_the_drift_cancels() -> None:
    chance = random.Random(1)
    pairs = []
    for turn in range(30):  # the machine becomes twice as slow, both alike
        slow = 1 + turn / 30
        a, b = ([slow * base * chance.uniform(0.97, 1.03) for _ in range(5)] for base in (1.02, 1.0))
        pairs.append((a, b))
    ratio, low, high = ratio_interval(pairs)
    assert low < 1.02 < high and low < ratio < high and high - low < 0.1
    assert ratio_interval([([2.0], [1.0]), ([2.0], [1.0])]) == (2.0, 2.0, 2.0)
    with pytest.raises(ValueError, match="pairs"):
        ratio_interval([([1.0], [])])
