"""A plot as an SVG of a few kilobytes: axes, ticks, a legend; readable on a light page and on a dark one.

The drawing follows the reader's colour scheme by a media query. Colours are those of Okabe and Ito (2008), told apart
by people who see colours differently; each series has a mark or a dash of its own as well.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise
from typing import Literal

from engine.text import sanitize


@dataclass(frozen=True, slots=True)
class Series:
    """One line (or set of points, or of bars) of a plot; values that are not finite are left out."""

    name: str
    x: tuple[float, ...]
    y: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Plot:
    """`labels`: words under the bars, in the order of x = 0, 1, 2 ..., instead of numbers.

    `reading`: how to read it, in a sentence or two.
    """

    title: str
    x_label: str
    y_label: str
    series: tuple[Series, ...]
    kind: Literal["line", "points", "bars"] = "line"
    log_x: bool = False
    log_y: bool = False
    labels: tuple[str, ...] = ()
    reading: str = ""


WIDTH, HEIGHT = 720, 400
_LEFT, _RIGHT, _TOP, _BOTTOM = 72, 20, 44, 56
_TINY = 1e-300
"""The least that a logarithmic axis shows: below it floats lose their digits."""
_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#8c6bb1", "#7f7f7f")
_DARK = ("#56b4e9", "#ff8c42", "#2fd6a5", "#f0a3cf", "#ffc24d", "#a6d8f5", "#c3aee0", "#b5b5b5")
_DASHES = ("", "7 4", "2 3", "9 3 2 3", "4 2", "12 4", "1 4", "6 2 1 2")

_STYLE = """
text { font: 12px system-ui, sans-serif; fill: #333 } .title { font-size: 14px; font-weight: 600 }
.page { fill: #fff } .grid { stroke: #e3e3e3 } .axis { stroke: #888 } .note { fill: #777 }
"""
_STYLE_DARK = """
text { fill: #ddd } .page { fill: #16181d } .grid { stroke: #2c3038 } .axis { stroke: #888 } .note { fill: #999 }
"""


@dataclass(frozen=True, slots=True)
class Axis:
    """Where values lie on a line of `length` pixels. `low` and `high` are values; both above zero when `log`."""

    low: float
    high: float
    length: float
    log: bool = False

    def at(self, value: float) -> float:
        low, high = (math.log10(self.low), math.log10(self.high)) if self.log else (self.low, self.high)
        return ((math.log10(value) if self.log else value) - low) / (high - low) * self.length

    def ticks(self) -> list[float]:
        return log_ticks(self.low, self.high) if self.log else nice_ticks(self.low, self.high)


def draw(plot: Plot) -> str:
    """The plot as SVG text; with no finite point in it, a frame that says so."""
    series = [_finite(each, plot.log_x, plot.log_y) for each in plot.series]
    points = [point for each in series for point in each]
    wide, tall = WIDTH - _LEFT - _RIGHT, HEIGHT - _TOP - _BOTTOM
    pieces = [_text(WIDTH / 2, 22, plot.title, "title", "middle")]
    if points:
        bars = plot.kind == "bars"
        x = _axis(
            [p[0] for p in points], wide, plot.log_x and not bars, margin=0.6 if bars else 0.0
        )  # bars stand apart
        y = _axis([*(p[1] for p in points), *([0.0] if bars and not plot.log_y else [])], tall, plot.log_y)
        pieces += _frame(plot, x, y)
        marks = {"line": _line, "points": _points, "bars": _bars}[plot.kind]
        for number, each in enumerate(series):
            pieces += marks(each, number, len(series), x, y)
        if len(series) > 1 or (series and plot.series[0].name):
            pieces += _legend(plot.series)
    else:
        pieces.append(_text(WIDTH / 2, HEIGHT / 2, "nothing to show", "note", "middle"))
    return _svg(pieces)


def nice_ticks(low: float, high: float, about: int = 6) -> list[float]:
    """Round values (1, 2 or 5 times a power of ten apart) inside [low, high], about so many."""
    if not high > low:
        return [low]
    raw = (high - low) / about
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= raw * 0.999)
    first = math.ceil(low / step - 1e-9)
    count = math.floor(high / step + 1e-9) - first
    return [(first + number) * step for number in range(count + 1)]


def log_ticks(low: float, high: float) -> list[float]:
    """Powers of ten inside [low, high], with 2 and 5 times them where few fit."""
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    factors = (1, 2, 5) if len(powers) <= 4 else (1,)
    inside = [f * 10.0**p for p in powers for f in factors if low * 0.999 <= f * 10.0**p <= high * 1.001]
    return inside or [low, high]


def tick_label(value: float) -> str:
    """Short: 0.2, 1,500, 2M, 1e-05."""
    size = abs(value)
    for limit, letter in ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e4, "k")):
        if size >= limit:
            scaled = value / (limit if letter != "k" else 1e3)
            return f"{scaled:.4g}{letter}"
    return f"{value:,.0f}" if size >= 1000 else f"{round(value, 10):.3g}"


def _finite(series: Series, log_x: bool, log_y: bool) -> list[tuple[float, float]]:
    return [
        (x, y)
        for x, y in zip(series.x, series.y, strict=True)
        if math.isfinite(x) and math.isfinite(y) and (x > _TINY or not log_x) and (y > _TINY or not log_y)
    ]


def _axis(values: Sequence[float], length: float, log: bool, margin: float = 0.0) -> Axis:
    low, high = min(values) - margin, max(values) + margin
    if log:
        return Axis(low / 1.1, high * 1.1, length, True) if low < high else Axis(low / 2, high * 2, length, True)
    if low == high:
        low, high = low - (abs(low) / 10 or 1), high + (abs(high) / 10 or 1)
    if not margin:
        room = (high - low) * 0.04
        low, high = (low if low == 0 else low - room), high + room
    return Axis(low, high, length)


def _frame(plot: Plot, x: Axis, y: Axis) -> list[str]:
    bottom, right = HEIGHT - _BOTTOM, WIDTH - _RIGHT
    pieces = []
    for tick in y.ticks():
        at = bottom - y.at(tick)
        pieces.append(f'<line class="grid" x1="{_LEFT}" x2="{right}" y1="{at:.1f}" y2="{at:.1f}"/>')
        pieces.append(_text(_LEFT - 8, at + 4, tick_label(tick), anchor="end"))
    named = list(enumerate(plot.labels))
    room = x.length / max(1, len(named)) / 6.6  # characters that fit under a bar
    for tick, words in [(float(place), words) for place, words in named] or [(t, tick_label(t)) for t in x.ticks()]:
        if not x.low <= tick <= x.high:
            continue
        at = _LEFT + x.at(tick)
        pieces.append(f'<line class="axis" x1="{at:.1f}" x2="{at:.1f}" y1="{bottom}" y2="{bottom + 5}"/>')
        cut = words if not named or len(words) <= room else words[: max(1, int(room) - 1)] + "…"
        pieces.append(_text(at, bottom + 19, cut, anchor="middle"))
    pieces.append(f'<path class="axis" fill="none" d="M{_LEFT} {_TOP}V{bottom}H{right}"/>')
    pieces.append(_text(_LEFT + x.length / 2, HEIGHT - 14, plot.x_label, anchor="middle"))
    middle = _TOP + y.length / 2
    return [*pieces, _text(16, middle, plot.y_label, anchor="middle", turn=f"rotate(-90 16 {middle:.1f})")]


def _line(points: list[tuple[float, float]], number: int, _: int, x: Axis, y: Axis) -> list[str]:
    place = _placed(x, y)
    path = " ".join(f"{px:.1f},{py:.1f}" for px, py in map(place, points))
    dash = f' stroke-dasharray="{_DASHES[number % len(_DASHES)]}"' if number else ""
    drawn = [f'<polyline class="s{number % len(_COLOURS)} line" points="{path}"{dash}/>']
    return drawn + (_points(points, number, 1, x, y, radius=2.5) if len(points) <= 30 else [])


def _points(points: list[tuple[float, float]], number: int, _: int, x: Axis, y: Axis, radius: float = 4.0) -> list[str]:
    place = _placed(x, y)
    return [
        f'<circle class="f{number % len(_COLOURS)}" cx="{px:.1f}" cy="{py:.1f}" r="{radius}"/>'
        for px, py in map(place, points)
    ]


def _bars(points: list[tuple[float, float]], number: int, of: int, x: Axis, y: Axis) -> list[str]:
    place = _placed(x, y)
    apart = sorted({point[0] for point in points})
    step = min((b - a for a, b in pairwise(apart)), default=1.0)
    slot = abs(x.at(apart[0] + step) - x.at(apart[0])) * 0.8 if apart else 0.0
    wide = max(1.0, slot / of)
    base = HEIGHT - _BOTTOM - (0.0 if y.log else y.at(max(0.0, y.low)))
    drawn = []
    for px, py in map(place, points):
        left = px - slot / 2 + number * wide
        top, height = min(py, base), abs(base - py)
        drawn.append(
            f'<rect class="f{number % len(_COLOURS)}" x="{left:.1f}" y="{top:.1f}" width="{wide * 0.94:.1f}"'
            f' height="{height:.1f}"/>'
        )
    return drawn


def _placed(x: Axis, y: Axis) -> Callable[[tuple[float, float]], tuple[float, float]]:
    return lambda point: (_LEFT + x.at(point[0]), HEIGHT - _BOTTOM - y.at(point[1]))


def _legend(series: Sequence[Series]) -> list[str]:
    """One row under the title, so that it covers no data."""
    widths = [len(each.name) * 6.6 + 30 for each in series]
    at = max(8.0, WIDTH / 2 - sum(widths) / 2)
    pieces = []
    for number, (each, wide) in enumerate(zip(series, widths, strict=True)):
        dash = f' stroke-dasharray="{_DASHES[number % len(_DASHES)]}"' if number else ""
        colour = number % len(_COLOURS)
        pieces.append(f'<line class="s{colour} line" x1="{at:.1f}" x2="{at + 16:.1f}" y1="35" y2="35"{dash}/>')
        pieces.append(_text(at + 20, 39, each.name))
        at += wide
    return pieces


def _text(x: float, y: float, words: str, name: str = "", anchor: str = "start", turn: str = "") -> str:
    extra = (f' class="{name}"' if name else "") + (f' transform="{turn}"' if turn else "")
    clean = escape(" ".join(sanitize(words).split()))
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{extra}>{clean}</text>'


def _svg(pieces: list[str]) -> str:
    def coloured(colours: Sequence[str]) -> str:
        return "".join(f".s{n}{{stroke:{c}}}.f{n}{{fill:{c}}}" for n, c in enumerate(colours))

    style = f"{_STYLE}.line{{fill:none;stroke-width:2}}{coloured(_COLOURS)}"
    dark = f"@media (prefers-color-scheme: dark) {{{_STYLE_DARK}{coloured(_DARK)}}}"
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}">',
            f"<style>{style}{dark}</style>",
            f'<rect class="page" width="{WIDTH}" height="{HEIGHT}"/>',
            *pieces,
            "</svg>\n",
        ]
    )
