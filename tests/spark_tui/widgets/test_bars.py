"""Bars, gauges and figures keep their width whatever the numbers are."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st
from textual.content import Content

from engine.routing.categories import Route
from spark_tui.widgets.bars import amount, bar, duration, level, percent, share_text, sparkline
from spark_tui.widgets.gauges import cells_of, decisions, gauge, timeline
from spark_tui.widgets.lines import one_line, quoted, wrapped

shares = st.floats(allow_nan=True, allow_infinity=True)
widths = st.integers(0, 60)


@given(shares, widths)
def test_a_bar_fills_its_width(share, width):
    assert len(bar(share, width)) == width


@given(st.floats(0, 1), st.floats(0, 1), st.integers(1, 60))
def test_more_is_never_shorter(a, b, width):
    low, high = sorted((a, b))
    assert len(bar(low, width).rstrip()) <= len(bar(high, width).rstrip())


def test_a_sliver_shows():
    assert bar(0.006, 10).strip() and not bar(0.004, 10).strip()


@given(shares)
def test_small_figures_are_small(share):
    assert len(share_text(share)) == 3
    assert len(level(share)) == 1


@given(st.floats(0, 1e17))
def test_amounts_fit_in_five_cells(number):
    assert len(amount(number)) <= 5


@given(st.floats(0, 1e9))
def test_durations_are_short(ms):
    assert len(duration(ms)) <= 9


def test_figures_for_people():
    assert [share_text(x) for x in (0, 0.07, 0.93, 0.999, 1)] == [".00", ".07", ".93", "1.0", "1.0"]
    assert [amount(x) for x in (950, 1234, 41e6, 3.14e9)] == ["950", "1.2k", "41M", "3.1G"]
    assert [percent(*x) for x in ((1, 7), (0, 7), (1, 700), (1, 0))] == ["14%", "0%", "<1%", "?"]
    assert [duration(x) for x in (0.1, 85, 600, 12_000, 180_000)] == ["<1 ms", "85 ms", "0.6 s", "12 s", "3 min"]


@given(st.lists(shares, max_size=30), widths)
def test_a_sparkline_fills_its_width(values, width):
    assert len(sparkline(values, width)) == width


@given(st.none() | shares, shares, st.integers(7, 60))
def test_a_gauge_fills_its_width_and_shows_the_value(value, threshold, width):
    drawn = gauge(value, threshold, width, "red").plain
    assert len(drawn) == width
    assert ("●" in drawn) == (value is not None)


def test_a_gauge_orders_value_and_threshold():
    below, above = gauge(0.3, 0.8, 40, "red").plain, gauge(0.95, 0.8, 40, "red").plain
    assert below.index("●") < below.index("┤") < above.index("●")


@given(st.lists(st.floats(0, 1e6), min_size=5, max_size=5), st.integers(5, 60))
def test_a_timeline_has_a_cell_for_every_stage_that_took_time(parts, width):
    cells = cells_of(parts, width)
    assert timeline(parts, width).cell_length == width
    assert sum(cells) <= width
    for part, count in zip(parts, cells, strict=True):
        assert (count > 0) == (part > 0)


@given(st.lists(st.sampled_from(list(Route)), max_size=40))
def test_the_strip_is_always_twenty_wide(recent):
    strip = decisions(recent).plain
    assert len(strip) == 20
    assert strip.rstrip("·") == "".join(route.value[0] for route in recent[-20:])


@given(st.text(), st.integers(1, 50), st.integers(1, 4))
def test_wrapped_text_keeps_its_box(text, width, rows):
    lines = wrapped(text, width, rows)
    assert len(lines) == rows
    assert all(line.cell_length <= max(2, width) for line in lines)  # a wide character may need two cells


@given(st.text(), st.integers(3, 50))
def test_quoted_text_keeps_its_width(text, width):
    assert Content(quoted(text, width)).cell_length <= max(4, width)


def test_one_line_is_safe_and_one_line():
    assert one_line(" a\x1b[31m\n\tb\u202e ") == "a b"
    assert math.isclose(len(one_line("x" * 10_000)), 400)
