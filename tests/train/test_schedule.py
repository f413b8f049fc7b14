"""The learning rate rises, holds and falls, whatever the budget is counted in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import SparkError
from train.schedule import Budget, Schedule


def test_the_trapezoid() -> None:
    schedule = Schedule(warmup=9, warmdown=0.5, final=0.0)
    assert schedule.scale(0, 0.0) == pytest.approx(0.1)
    assert schedule.scale(9, 0.01) == 1.0
    assert schedule.scale(500, 0.5) == 1.0
    assert schedule.scale(750, 0.75) == pytest.approx(0.5)
    assert schedule.scale(999, 1.0) == 0.0


@given(
    warmup=st.integers(0, 100),
    warmdown=st.floats(0, 1),
    final=st.floats(0, 1),
    step=st.integers(0, 10_000),
    progress=st.floats(0, 1),
)
def test_it_stays_between_nothing_and_full(
    warmup: int, warmdown: float, final: float, step: int, progress: float
) -> None:
    schedule = Schedule(warmup, warmdown, final)
    assert 0 <= schedule.scale(step, progress) <= 1
    assert schedule.scale(10_000 + step, progress) >= schedule.scale(10_000 + step, min(1.0, progress + 0.01))


@given(steps=st.integers(1, 10_000), done=st.integers(0, 10_000))
def test_progress_counts_steps_or_minutes(steps: int, done: int) -> None:
    assert Budget(steps=steps).progress(done, 1e9) == min(1.0, done / steps)
    assert Budget(minutes=steps / 60).progress(10**9, done) == pytest.approx(min(1.0, done / steps))


def test_what_is_left() -> None:
    assert Budget(steps=10).seconds_left(4, 99.0, 2.0) == 12.0
    assert Budget(minutes=2).seconds_left(4, 90.0, 2.0) == 30.0
    assert Budget(minutes=1).seconds_left(4, 90.0, 2.0) == 0.0


@pytest.mark.parametrize(("steps", "minutes"), [(None, None), (10, 1.0), (0, None), (None, -1.0), (-5, None)])
def test_a_budget_must_be_one_positive_number(steps: int | None, minutes: float | None) -> None:
    with pytest.raises(SparkError, match="--steps or --minutes"):
        Budget(steps, minutes)
