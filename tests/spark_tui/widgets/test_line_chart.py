"""The chart shows every extreme, breaks at what is no number, and costs the same however long the run."""

from __future__ import annotations

import math

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from textual.app import App, ComposeResult

from spark_tui.widgets.line_chart import Canvas, LineChart, Scale, figure, scale_of
from spark_tui.widgets.series import Series

values = st.floats(-1e6, 1e6)
mixed = st.one_of(values, st.sampled_from([math.nan, math.inf, -math.inf]))


def series(*ys: float, most: int = 64) -> Series:
    made = Series(most)
    for x, y in enumerate(ys):
        made.add(x, y)
    return made


def picture(curve: Series, width: int, height: int, log: bool = False) -> list[str]:
    canvas = Canvas(width, height)
    scale = scale_of([curve], 4 * height, log)
    assert scale is not None
    canvas.draw(curve, 0, curve.start, curve.end, scale)
    return ["".join(text for text, _ in canvas.runs(row)) for row in range(height)]


def dots(rows: list[str]) -> set[tuple[int, int]]:
    """(column, row) of every dot, read back from the characters."""
    order = ((0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2), (0, 3), (1, 3))
    return {
        (2 * x + dx, 4 * y + dy)
        for y, row in enumerate(rows)
        for x, char in enumerate(row)
        if char != " "
        for bit, (dx, dy) in enumerate(order)
        if ord(char) - 0x2800 >> bit & 1
    }


@given(st.lists(mixed, min_size=1, max_size=400))
def test_a_series_of_any_length_keeps_its_extremes_and_its_gaps_in_few_buckets(ys: list[float]) -> None:
    made = series(*ys, most=16)
    finite = [y for y in ys if math.isfinite(y)]
    assert len(made) <= 16 and made.count == len(ys)
    assert made.missing == len(ys) - len(finite) == sum(bucket.missing for bucket in made)
    lows = [bucket.low for bucket in made if not math.isnan(bucket.low)]
    highs = [bucket.high for bucket in made if not math.isnan(bucket.high)]
    assert (min(lows), max(highs)) == (min(finite), max(finite)) if finite else not lows
    xs = [bucket.x for bucket in made]
    assert xs == sorted(xs) and xs[0] == 0


@given(st.lists(values, min_size=2, max_size=300), st.integers(2, 40), st.integers(1, 12))
def test_a_curve_without_gaps_has_a_dot_in_every_column_from_its_top_to_its_bottom(
    ys: list[float], width: int, height: int
) -> None:
    drawn = dots(picture(series(*ys, most=1000), width, height))
    assert {column for column, _ in drawn} == set(range(2 * width))
    if min(ys) < max(ys):
        assert min(row for _, row in drawn) == 0 and max(row for _, row in drawn) == 4 * height - 1


@given(st.lists(values, min_size=2, max_size=60), st.integers(4, 20))
def test_neighbouring_columns_touch(ys: list[float], height: int) -> None:
    drawn = dots(picture(series(*ys), 30, height))
    for column in range(59):
        here = {row for at, row in drawn if at == column}
        there = {row for at, row in drawn if at == column + 1}
        assert min(abs(a - b) for a in here for b in there) <= 1


def test_a_rising_line_rises() -> None:
    assert picture(series(*range(8)), 4, 2) == ["  ⡠⠊", "⡠⠊  "]


def test_one_wild_value_is_never_lost() -> None:
    ys = [1.0] * 5000
    ys[2345] = 9.0
    drawn = dots(picture(series(*ys, most=2048), 40, 4))
    assert 0 in {row for _, row in drawn}


@pytest.mark.parametrize("hole", [math.nan, math.inf, -math.inf])
def test_what_is_no_number_is_a_gap_and_bends_no_axis(hole: float) -> None:
    whole = series(*(float(y) for y in range(40)), most=100)
    broken = series(*(hole if y == 20 else float(y) for y in range(40)), most=100)
    assert scale_of([whole], 32, False) == scale_of([broken], 32, False)
    missing = {column for column, _ in dots(picture(whole, 20, 8))} - {
        column for column, _ in dots(picture(broken, 20, 8))
    }
    assert missing == {20}


def test_nothing_but_gaps_has_no_axis() -> None:
    assert scale_of([series(math.nan, math.inf)], 8, False) is None
    assert scale_of([series(-1.0, 0.0)], 8, True) is None
    assert scale_of([series()], 8, False) is None


def test_a_log_axis_puts_equal_factors_at_equal_distances() -> None:
    scale = Scale(1.0, 100.0, 41, log=True)
    assert [scale.dot(value) for value in (100.0, 10.0, 1.0)] == [0, 20, 40]
    drawn = dots(picture(series(1.0, 10.0, -5.0, 100.0), 10, 4, log=True))
    assert drawn, "what is below zero is a gap, the rest is drawn"


@given(st.floats(1e-6, 1e6), st.floats(1.0001, 1e6), st.integers(8, 200), st.booleans())
@example(1.0, 1e6, 8, True)
def test_ticks_are_inside_and_few(low: float, factor: float, count: int, log: bool) -> None:
    scale = Scale(low, low * factor, count, log)
    ticks = scale.ticks()
    assert all(low * (1 - 1e-6) <= tick <= low * factor * (1 + 1e-6) for tick in ticks)
    assert ticks == sorted(ticks) and len(ticks) <= 2 * max(2, count // 10) + 2


@given(st.one_of(st.just(0.0), st.floats(1e-9, 1e12), st.floats(-1e12, -1e-9), st.floats(0.001, 1.0)))
@example(0.009765625)
@example(0.0996)
def test_axis_labels_fit(value: float) -> None:
    assert len(figure(value)) <= 5 + (value < 0)


async def test_the_widget_draws_at_any_size_and_log_changes_it() -> None:
    curve = series(*(8 * math.exp(-x / 30) + 0.5 for x in range(200)), most=2048)

    class Shown(App[None]):
        def compose(self) -> ComposeResult:
            yield LineChart(curve, series(), idle="nothing yet")

    app = Shown()
    async with app.run_test(size=(60, 12)) as pilot:
        chart = app.query_one(LineChart)
        linear = [chart.render_line(y).text for y in range(12)]
        assert all(len(row) == 60 for row in linear)
        assert (
            "    8 " in {row[:6] for row in linear} and linear[-1].rstrip().endswith("199") and "step 0" in linear[-1]
        )
        chart.toggle_log()
        assert [chart.render_line(y).text for y in range(12)] != linear
        for size in ((1, 1), (3, 2), (10, 3), (200, 60)):
            await pilot.resize_terminal(*size)
            await pilot.pause()
            assert all(chart.render_line(y).cell_length == size[0] for y in range(size[1]))
