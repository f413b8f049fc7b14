"""Bars and small figures as text of a fixed width, so that nothing jumps when numbers change."""

from __future__ import annotations

import math
from collections.abc import Sequence

_LEVELS = "▁▂▃▄▅▆▇"


def clamp(share: float) -> float:
    """`share` within [0, 1]; what is not a number is nothing."""
    return 0.0 if math.isnan(share) else min(1.0, max(0.0, share))


def bar(share: float, width: int) -> str:
    """A horizontal bar in `width` cells, half a cell fine; a share that its figure (".01") shows has a sliver."""
    if width <= 0:
        return ""
    halves = round(clamp(share) * width * 2)
    if halves == 0 and share >= 0.005:
        halves = 1
    full, rest = divmod(halves, 2)
    return ("━" * full + "╸" * rest).ljust(width)


def level(share: float) -> str:
    """One cell whose height is the share."""
    return _LEVELS[min(6, int(clamp(share) * 7))]


def sparkline(values: Sequence[float], width: int) -> str:
    """The newest `width` values as heights against the largest of them, right-aligned in `width` cells."""
    shown = values[-width:] if width > 0 else []
    top = max((value for value in shown if math.isfinite(value)), default=0.0)
    return "".join(level(value / top if top > 0 else 0.0) for value in shown).rjust(max(0, width))


def share_text(share: float) -> str:
    """A share in three cells: " .07", ".93", "1.0"."""
    text = f"{clamp(share):.2f}"
    return "1.0" if text.startswith("1") else text[1:]


def percent(part: float, whole: float) -> str:
    """ "14%"; "?" when there is nothing to compare with; "<1%" rather than a nought that is none."""
    if whole <= 0 or not math.isfinite(part / whole):
        return "?"
    value = 100 * part / whole
    return "<1%" if 0 < value < 1 else f"{value:.0f}%"


def amount(number: float) -> str:
    """A large number in at most five cells: "950", "1.2k", "41M", "3.1G", "12T"."""
    for unit in ("", "k", "M", "G", "T", "P"):
        if abs(number) < 999.5 or unit == "P":
            return f"{number:.1f}{unit}" if unit and abs(number) < 9.95 else f"{number:.0f}{unit}"
        number /= 1000
    raise AssertionError("unreachable")


def duration(ms: float) -> str:
    """Milliseconds for a person: "<1 ms", "85 ms", "0.6 s", "12 s", "3 min"."""
    if ms < 0.5:
        return "<1 ms"
    if ms < 99.5:
        return f"{ms:.0f} ms"
    if ms < 9950:
        return f"{ms / 1000:.1f} s"
    return f"{ms / 1000:.0f} s" if ms < 119_500 else f"{ms / 60_000:.0f} min"
