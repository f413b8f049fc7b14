"""Reports and plots: what is written is what was found, whatever the words in it."""

from __future__ import annotations

import json
import math
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import SparkError
from engine.observation.plots import draw, log_ticks, nice_ticks, tick_label
from engine.observation.report import Plot, Prose, Report, Series, Table, quoted, shown, write_report

numbers = st.floats(-1e12, 1e12) | st.sampled_from([math.nan, math.inf, -math.inf, 0.0])


def elements(svg: str, name: str) -> list[ElementTree.Element]:
    return ElementTree.fromstring(svg).findall(f"{{http://www.w3.org/2000/svg}}{name}")


def report(**change: object) -> Report:
    parts = (
        Table("Shares", ("path", "share"), (("core | x", 0.5), ("fast\nnow", None))),
        Plot("Curve", "x", "y", (Series("one", (0, 1), (0, 1)),)),
        Prose("Words", "said so"),
    )
    return Report("usage", "What?", ("This.",), parts, {"share": 0.5})


def test_a_report_is_a_page_with_its_plots_and_figures(tmp_path: Path) -> None:
    page = write_report(report(), tmp_path / "new" / "folder")
    text = page.read_text(encoding="utf-8")
    assert "- This." in text
    assert "| core \\| x | 0.5 |" in text
    assert "| fast now | – |" in text
    for name in re.findall(r"\]\((.+?)\)", text):
        ElementTree.parse(page.parent / name)
    assert json.loads((page.parent / "figures.json").read_text()) == {"share": 0.5}


def test_a_folder_that_cannot_be_made_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SparkError, match="cannot be written"):
        write_report(report(), tmp_path / "file" / "x")


@given(
    st.lists(st.lists(st.tuples(numbers, numbers), max_size=12), max_size=4),
    st.sampled_from(["line", "points", "bars"]),
    st.booleans(),
    st.booleans(),
    st.text(max_size=30),
)
@settings(deadline=None)
def test_any_plot_is_well_formed_and_stays_on_the_page(
    rows: list[list[tuple[float, float]]], kind: str, log_x: bool, log_y: bool, words: str
) -> None:
    series = tuple(Series(words, tuple(x for x, _ in row), tuple(y for _, y in row)) for row in rows)
    svg = draw(Plot(words, words, words, series, kind, log_x, log_y))  # type: ignore[arg-type]
    for circle in elements(svg, "circle"):
        assert -1 <= float(circle.attrib["cx"]) <= 721
        assert -1 <= float(circle.attrib["cy"]) <= 401
    assert "nan" not in svg.lower().replace(words.lower(), "") or "nan" in words.lower()


def test_points_lie_where_the_axes_say() -> None:
    svg = draw(Plot("t", "x", "y", (Series("", (0, 5, 10), (0, 5, 10)),), "points"))
    xs = [float(circle.attrib["cx"]) for circle in elements(svg, "circle")]
    ys = [float(circle.attrib["cy"]) for circle in elements(svg, "circle")]
    assert xs[1] - xs[0] == pytest.approx(xs[2] - xs[1], abs=0.11)
    assert ys[0] > ys[1] > ys[2]  # up is more


def test_bars_are_as_high_as_their_values() -> None:
    svg = draw(Plot("t", "x", "y", (Series("", (0, 1), (1, 3)),), "bars", labels=("a", "b")))
    heights = [float(bar.attrib["height"]) for bar in elements(svg, "rect") if "x" in bar.attrib]
    assert heights[1] == pytest.approx(3 * heights[0], rel=0.01)
    words = [element.text for element in elements(svg, "text")]
    assert {"a", "b"} <= set(words)


@given(st.floats(-1e9, 1e9), st.floats(1e-6, 1e9))
def test_ticks_are_few_and_inside(low: float, width: float) -> None:
    width = max(width, abs(low) * 1e-9)  # a float has no more digits to tell ticks apart
    high = low + width
    if high > low:
        ticks = nice_ticks(low, high)
        assert 0 <= len(ticks) <= 13
        assert all(low - width * 1e-3 <= tick <= high + width * 1e-3 for tick in ticks)


def test_log_ticks_and_their_words() -> None:
    assert log_ticks(1, 1000) == [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000]
    assert [tick_label(v) for v in (0, 0.1 + 0.2, 1500, 25_000, 2e6, 3e9, -0.5)] == [
        "0", "0.3", "1,500", "25k", "2M", "3G", "-0.5",
    ]  # fmt: skip


def test_cells_read_like_figures() -> None:
    assert [shown(v) for v in (None, math.inf, 0.95321, 12400, 1234.5, 0.0000123, "x", True)] == [
        "–", "–", "0.953", "12,400", "1,234", "1.23e-05", "x", "yes",
    ]  # fmt: skip


def test_figures_are_json_even_where_numbers_are_not() -> None:
    found = Report("n", "q", (), figures={"a": math.nan, "b": [math.inf, 1.0, {"c": 2}], "d": "nan"})
    assert found.figures == {"a": None, "b": [None, 1.0, {"c": 2}], "d": "nan"}


def test_what_others_wrote_is_quoted_on_one_line() -> None:
    assert quoted("a `b`\n# c \x1b[31mred") == "`a 'b' # c red`"
    assert len(quoted("x" * 500)) == 102
