"""What watching costs, computed from a run's own events and the times at which the app was stopped."""

from __future__ import annotations

import dataclasses

import pytest

from engine.errors import SparkError
from spark_tui.commands.bench.app import cost_of, first_click
from train.events import Clicked, Started, Step, TrainEvent

BEGAN = 1_000_000.0


def told(seconds_of: dict[bool, float], switched: list[tuple[float, bool]], between: float) -> list[TrainEvent]:
    """A run whose steps take so long while the app runs or not, with so much between two of them."""
    events: list[TrainEvent] = [Started("r", "1m", 0, None, 600.0, 1, {}, [], "cpu", 1, False, when=BEGAN)]
    now, number = 0.0, 0
    while BEGAN + now < switched[-1][0]:
        running = next((state for when, state in reversed(switched) if when <= BEGAN + now), True)
        number += 1
        now += seconds_of[running]
        events.append(Step(number, 1.0, number, 1.0, 0.1, 1.0, 0.1, now, 1.0, 1, update_seconds=seconds_of[running]))
        now += between
    return events


def test_the_cost_is_what_the_windows_say() -> None:
    switched = [(BEGAN + 5 + 3.0 * turn, turn % 2 == 0) for turn in range(18)]
    cost = cost_of(told({True: 0.106, False: 0.1}, switched, between=0.02), switched)
    assert cost.app_percent == pytest.approx(6.0)
    assert cost.all_in - cost.alone == pytest.approx(0.02)
    assert cost.pairs == 7 and cost.interval == pytest.approx((6.0, 6.0))


def test_what_few_steps_pay_counts() -> None:
    """A drawing makes one step in ten half as long again: 5%, though the median step takes as long as ever."""
    switched = [(BEGAN + 5 + 10.8 * turn, turn % 2 == 0) for turn in range(18)]
    events = told({True: 0.1, False: 0.1}, switched, between=0.0)
    on = [start for start, running in switched if running]
    slow = [
        dataclasses.replace(event, update_seconds=0.15)
        if isinstance(event, Step) and event.step % 10 == 0 and any(0 < BEGAN + event.seconds - s < 10.8 for s in on)
        else event
        for event in events
    ]
    assert 4.0 < cost_of(slow, switched).app_percent < 6.0


def test_too_few_steps_are_no_measurement() -> None:
    switched = [(BEGAN + 1.5 * turn, turn % 2 == 0) for turn in range(9)]
    with pytest.raises(SparkError, match="Too few steps"):
        cost_of(told({True: 2.0, False: 2.0}, switched, between=0.0), switched)


def test_the_first_click_counts_from_the_command() -> None:
    events = told({True: 1.0, False: 1.0}, [(BEGAN, True), (BEGAN + 9, False)], between=0.5)
    assert first_click(events, BEGAN - 4) is None
    events += [Clicked(3, "brackets match", 0.7), Clicked(5, "samples parse", 0.6)]
    assert first_click(events, BEGAN - 4) == ("brackets match", 4 + 3 + 2 * 0.5)
