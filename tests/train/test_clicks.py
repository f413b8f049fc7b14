"""Clicks: the first step at which the mean of the last three looks passes a half, once each, resumes included."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from train.clicks import ABILITIES, HALF, WINDOW, Clicks
from train.events import Clicked, Observed
from train.grid import on_grid
from train.runs import RunFolder


def looks(rates: list[float], figure: str = "brackets") -> list[Observed]:
    return [Observed(10 * i, "writing", {figure: rate}) for i, rate in enumerate(rates, start=1)]


def heard(clicks: Clicks, events: list[Observed]) -> list[Clicked]:
    return [click for event in events for click in clicks.hear(event)]


def test_one_lucky_sample_is_no_ability() -> None:
    assert heard(Clicks(), looks([0, 0, 1, 0, 0, 1, 0])) == []
    (click,) = heard(Clicks(), looks([0, 0.4, 0.6, 0.7, 1.0, 0, 1, 1]))
    assert (click.step, click.what) == (40, "brackets match")
    assert abs(click.rate - 1.7 / 3) < 1e-9


@given(st.lists(st.floats(0, 1), max_size=40))
def test_the_first_step_whose_smoothed_rate_passes_half(rates: list[float]) -> None:
    means = {i: sum(rates[i - WINDOW : i]) / WINDOW for i in range(WINDOW, len(rates) + 1)}
    first = next((i for i, mean in means.items() if mean > HALF), None)
    clicks = heard(Clicks(), looks(rates))
    assert [click.step for click in clicks] == ([] if first is None else [10 * first])


def test_a_resumed_run_says_nothing_twice_and_goes_on_where_it_was() -> None:
    events = looks([0, 1, 1, 1, 1])
    resumed = Clicks()
    earlier = [*events[:3], Clicked(30, "brackets match", 0.67)]
    for event in earlier:
        list(resumed.hear(event))
    assert heard(resumed, events[3:]) == []
    parse = looks([0.9, 0.9, 0.9], "parses")
    half_way = Clicks()
    heard(half_way, parse[:2])
    assert [click.what for click in heard(half_way, parse[2:])] == ["samples parse"]


def test_every_ability_is_told_by_an_observer_that_exists() -> None:
    from train.observers import NAMES

    assert {observer for observer, _ in ABILITIES.values()} <= set(NAMES)


def test_the_grid_is_dense_first() -> None:
    assert [step for step in range(40) if on_grid(step, 1)] == [1, 2, 4, 8, 16, 32]
    assert [step for step in range(24) if on_grid(step, 4)] == [1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 13, 16, 19, 23]
    assert sum(on_grid(step, 4) for step in range(1, 10_001)) < 55


def test_pictures_are_kept_on_the_grid_and_figures_always(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    for step in (16, 17):
        folder.append(Observed(step, "attention", {"a": 1.0}, {"1.1": "0_"}))
    folder.close()
    told = [event for event in folder.told() if isinstance(event, Observed)]
    assert [event.maps for event in told] == [{"1.1": "0_"}, {}]
    assert [event.figures for event in told] == [{"a": 1.0}] * 2
