"""Curves in braille: two by four dots a cell, what lies between the extremes of a column is always drawn.

A value that is no number leaves a gap in its curve and never bends the axis.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import ClassVar

from rich.segment import Segment
from textual.strip import Strip
from textual.widget import Widget

from spark_tui.widgets.bars import amount
from spark_tui.widgets.series import Bucket, Series

_DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
"""Bit of each dot of U+2800, by row and column."""

LABEL = 6
"""Cells left of the curves: a figure of five and a blank."""


@dataclass(frozen=True)
class Scale:
    """Values on an axis of `dots` dots, low at the bottom; on a log axis what is not above zero has no place."""

    low: float
    high: float
    dots: int
    log: bool = False

    def dot(self, value: float) -> int:
        """The dot of a value, counted from the top."""
        low, high, value = self._placed(self.low), self._placed(self.high), self._placed(value)
        share = (value - low) / (high - low) if high > low else 0.5
        return self.dots - 1 - round(min(1.0, max(0.0, share)) * (self.dots - 1))

    def holds(self, value: float) -> bool:
        return math.isfinite(value) and (value > 0 or not self.log)

    def ticks(self) -> list[float]:
        """Round values (1, 2 or 5 times a power of ten) inside the axis, not more than it has room for."""
        most = max(2, self.dots // 10)
        if self.log and self.low > 0 and self.high / self.low >= 3:
            decades = range(math.floor(math.log10(self.low)), math.ceil(math.log10(self.high)) + 1)
            for factors in ((1, 2, 5), (1, 3), (1,)):
                found = [f * 10.0**decade for decade in decades for f in factors]
                found = [value for value in found if self.low <= value <= self.high]
                if len(found) <= 2 * most and (len(found) > 1 or factors == (1, 2, 5)):
                    break
            return found[:: max(1, math.ceil(len(found) / (2 * most)))]  # many decades on a small chart
        span = self.high - self.low
        if span <= 0:
            return [self.low]
        step = 10.0 ** math.floor(math.log10(span / most))
        step *= next(factor for factor in (1, 2, 5, 10, 20) if span / (factor * step) <= most)
        first = math.ceil(self.low / step - 1e-9)
        return [
            (first + index) * step for index in range(most + 1) if (first + index) * step <= self.high + 1e-9 * step
        ]

    def _placed(self, value: float) -> float:
        return math.log10(value) if self.log else value


def scale_of(curves: Sequence[Series], dots: int, log: bool, start: float = -math.inf) -> Scale | None:
    """The axis that holds all curves from x = `start` on; None while there is nothing to show."""
    spans = [
        (bucket.low, bucket.high)
        for curve in curves
        for bucket in curve
        if bucket.x >= start and not math.isnan(bucket.low)
    ]
    if log:
        spans = [(low if low > 0 else high, high) for low, high in spans if high > 0]
    if not spans:
        return None
    low, high = min(low for low, _ in spans), max(high for _, high in spans)
    if low == high:  # one value: put it in the middle
        low, high = (low / 1.1, high * 1.1) if log else (low - (abs(low) or 1) * 0.1, high + (abs(high) or 1) * 0.1)
    return Scale(low, high, dots, log)


def columns(series: Series, start: float, end: float, count: int) -> Iterator[tuple[int, Bucket]]:
    """The buckets of a curve from `start` on, gathered into dot columns, in order; empty ones are left out."""
    gathered: Bucket | None = None
    at = -1
    for bucket in series:
        if bucket.x < start:
            continue
        column = round((bucket.x - start) / (end - start) * (count - 1)) if end > start else count - 1
        if gathered is not None and column == at:
            gathered.merge(bucket)
            continue
        if gathered is not None:
            yield at, gathered
        gathered, at = replace(bucket), column
    if gathered is not None:
        yield at, gathered


@dataclass
class Canvas:
    """Dots in cells; each cell remembers the curve that drew there last."""

    width: int
    height: int
    bits: list[int] = field(init=False)
    owner: list[int] = field(init=False)

    def __post_init__(self) -> None:
        self.bits = [0] * (self.width * self.height)
        self.owner = [-1] * (self.width * self.height)

    def span(self, column: int, top: int, bottom: int, owner: int) -> None:
        """A vertical stroke of dots, from `top` to `bottom`, both included."""
        cell_x, bit = column // 2, column % 2
        for row in range(top, bottom + 1):
            cell = (row // 4) * self.width + cell_x
            self.bits[cell] |= _DOTS[row % 4][bit]
            self.owner[cell] = owner

    def draw(self, series: Series, owner: int, start: float, end: float, scale: Scale) -> None:
        """One curve: a stroke from the lowest to the highest value of each column, joined to the column before.

        A column with a value that is no number stays empty and joins nothing.
        """
        before: tuple[int, int] | None = None
        for column, bucket in columns(series, start, end, 2 * self.width):
            if bucket.missing or not scale.holds(bucket.low):
                before = None
                continue
            if before is not None:
                self._join(before, (column, scale.dot(bucket.first)), owner)
            self.span(column, scale.dot(bucket.high), scale.dot(bucket.low), owner)
            before = (column, scale.dot(bucket.last))

    def _join(self, start: tuple[int, int], end: tuple[int, int], owner: int) -> None:
        (x0, y0), (x1, y1) = start, end
        last = y0
        for column in range(x0 + 1, x1 + 1):
            row = y0 + round((y1 - y0) * (column - x0) / (x1 - x0))
            if abs(row - last) <= 1:  # side by side or corner to corner: they touch
                self.span(column, row, row, owner)
            else:  # each covers half of the way: steep lines have no holes
                middle, sign = last + int((row - last) / 2), 1 if row > last else -1
                self.span(column - 1, min(last, middle), max(last, middle), owner)
                self.span(column, min(middle + sign, row), max(middle + sign, row), owner)
            last = row

    def runs(self, row: int) -> Iterator[tuple[str, int]]:
        """A row of cells as (text, owner), neighbours of one owner together; -1 owns blanks."""
        text, current = "", -1
        for cell in range(row * self.width, (row + 1) * self.width):
            owner = self.owner[cell]
            if owner != current and text:
                yield text, current
                text = ""
            current = owner
            text += chr(0x2800 + self.bits[cell]) if self.bits[cell] else " "
        if text:
            yield text, current


def figure(value: float) -> str:
    """An axis label in at most five cells."""
    size = abs(value)
    if size >= 9999.5:
        return amount(value)
    if size == 0:
        return "0"
    if size < 0.00996:  # two digits of what is less take six cells
        return f"{value:.0e}"
    return f"{value:.0f}" if size >= 999.5 else f"{value:.3g}" if size >= 0.1 else f"{value:.2g}"


class LineChart(Widget):
    """Curves over one x axis (steps). Give each a look in CSS: `line-chart--first`, `line-chart--second`."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "line-chart--axis", "line-chart--label", "line-chart--first", "line-chart--second"
    }  # fmt: skip
    DEFAULT_CSS = """
    LineChart { height: 1fr; width: 1fr; }
    LineChart .line-chart--axis { color: $foreground 30%; }
    LineChart .line-chart--label { color: $foreground 62%; }
    LineChart .line-chart--first { color: $foreground 55%; }
    LineChart .line-chart--second { color: $primary; text-style: bold; }
    """
    ALLOW_SELECT = False

    def __init__(self, *curves: Series, idle: str = "", x_name: str = "step", id: str | None = None) -> None:
        super().__init__(id=id)
        assert 1 <= len(curves) <= 2, "there are looks for two"
        self.curves = curves
        self.log_scale = False
        self.newest = 1.0
        """The share of the x axis that is shown, ending at its end."""
        self._idle, self._x_name = idle, x_name
        self._rows: list[Strip] | None = None
        self._drawn_for: tuple[int, int] = (0, 0)

    def redraw(self) -> None:
        """The curves have grown."""
        self._rows = None
        self.refresh()

    def toggle_log(self) -> None:
        self.log_scale = not self.log_scale
        self.redraw()

    def zoom(self) -> float:
        """Show the newest half, quarter, tenth, and all again; the share that is shown now."""
        steps = (1.0, 0.5, 0.25, 0.1)
        self.newest = steps[(steps.index(self.newest) + 1) % len(steps)]
        self.redraw()
        return self.newest

    def notify_style_update(self) -> None:
        """Another theme: colours are part of the rows."""
        self._rows = None
        super().notify_style_update()

    def render_line(self, y: int) -> Strip:
        size = (self.size.width, self.size.height)
        if self._rows is None or self._drawn_for != size:
            self._rows, self._drawn_for = self._draw(*size), size
        return self._rows[y] if y < len(self._rows) else Strip.blank(size[0], self.rich_style)

    def _draw(self, width: int, height: int) -> list[Strip]:
        label = LABEL if width >= 4 * LABEL else 0
        footer = 1 if height >= 4 and label else 0
        canvas = Canvas(max(0, width - label), max(0, height - footer))
        begins = [curve.start for curve in self.curves if len(curve)]
        ends = [curve.end for curve in self.curves if len(curve)]
        start, end = min(begins, default=0.0), max(ends, default=0.0)
        start = end - self.newest * (end - start)
        scale = scale_of(self.curves, 4 * canvas.height, self.log_scale, start)
        if scale is None or not canvas.bits:
            return [self._strip([(self._idle[:width] if y == height // 2 else "", "label")]) for y in range(height)]
        for index, curve in enumerate(self.curves):
            canvas.draw(curve, index, start, end, scale)
        labels: dict[int, str] = {}
        for tick in reversed(scale.ticks()):
            labels.setdefault(scale.dot(tick) // 4, figure(tick))
        looks = {-1: "axis", 0: "first", 1: "second"}
        rows = []
        for y in range(canvas.height):
            left = [(labels.get(y, "").rjust(label - 1) + " ", "label")] if label else []
            rows.append(self._strip([*left, *((text, looks[owner]) for text, owner in canvas.runs(y))]))
        if footer:
            rows.append(self._strip([(" " * label + self._x_axis(start, end, canvas.width), "label")]))
        return rows

    def _x_axis(self, start: float, end: float, width: int) -> str:
        left, right = f"{self._x_name} {start:,.0f}", f"{end:,.0f}"
        gap = width - len(left) - len(right)
        return left + " " * gap + right if gap > 0 else right.rjust(width)[:width]

    def _strip(self, pieces: Sequence[tuple[str, str]]) -> Strip:
        segments = [
            Segment(text, self.get_component_rich_style(f"line-chart--{look}")) for text, look in pieces if text
        ]
        return Strip(segments).adjust_cell_length(self.size.width, self.rich_style)
