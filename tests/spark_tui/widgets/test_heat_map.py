"""Heat maps: two values a cell, a bright spot is never lost, nothing is wider or higher than its room."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from spark_tui.widgets.heat_map import heat_map, pooled


def square(side: int) -> st.SearchStrategy[list[list[float]]]:
    return st.lists(st.lists(st.floats(0, 1), min_size=side, max_size=side), min_size=side, max_size=side)


@given(st.integers(1, 20).flatmap(square), st.integers(0, 40), st.integers(0, 20))
def test_it_fits_and_keeps_the_brightest(rows: list[list[float]], width: int, height: int) -> None:
    lines = heat_map(rows, width, height)
    assert len(lines) <= height
    assert all(line.cell_length <= width for line in lines)
    side = min(len(rows), width, 2 * height)
    if side:
        values = pooled(rows, side)
        assert max(map(max, values)) == max(map(max, rows))
        assert {line.cell_length for line in lines} == {side}


def test_one_cell_holds_two_values_and_brighter_is_brighter() -> None:
    (line,) = heat_map([[0.0, 1.0], [1.0, 0.0]], 2, 1)
    assert line.plain == "▀▀"
    upper_left, upper_right = (str(span.style) for span in line.spans)
    assert upper_left == " on ".join(reversed(upper_right.split(" on ")))
    assert pooled([[math.nan, 2.0], [-1.0, 0.5]], 2) == [[0.0, 1.0], [0.0, 0.5]]
    assert heat_map([], 5, 5) == []
    dark, light = (heat_map([[0.0]], 1, 1, dark)[0].spans[0].style for dark in (True, False))
    assert dark != light
