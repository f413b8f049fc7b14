"""Two pictures of a decision: confidence against the threshold, and where the time of a turn went."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content

from engine.routing.categories import Route
from spark_tui.theme import DIM, FAINT, HUE, LETTER
from spark_tui.widgets.bars import clamp, share_text


def gauge(value: float | None, threshold: float, width: int, style: str) -> Content:
    """A line from 0 to 1 with the threshold marked on it and a dot where the value is.

        ──────────────┤.80├──●───────

    The dot wins where the two meet; without a value only the threshold shows.
    """
    if width < 7:
        return Content("")
    mark = f"┤{share_text(threshold)}├"
    start = min(width - len(mark), max(0, round(clamp(threshold) * (width - 1)) - len(mark) // 2))
    cells = list("─" * start + mark + "─" * (width - start - len(mark)))
    content = Content("".join(cells)).stylize(FAINT).stylize(DIM, start, start + len(mark))
    if value is None:
        return content
    dot = round(clamp(value) * (width - 1))
    cells[dot] = "●"
    content = Content("".join(cells)).stylize(FAINT).stylize(DIM, start, start + len(mark))
    return content.stylize(f"{style} bold", dot, dot + 1)


# One neutral hue from dark to bright: the stages are an order, not five meanings.
_TINTS = ("$foreground 45%", "$foreground 58%", "$foreground 70%", "$foreground 84%", "$foreground")


def stage_tint(index: int) -> str:
    return _TINTS[index % len(_TINTS)]


def timeline(parts: Sequence[float], width: int) -> Content:
    """Stages side by side in `width` cells, each as wide as its share; a stage that took time has a cell.

    ▐▐███████████
    """
    cells = cells_of(parts, width)
    pieces = [Content.styled("━" * count, stage_tint(index)) for index, count in enumerate(cells) if count]
    used = sum(cells)
    if used < width:
        pieces.append(Content.styled("─" * (width - used), FAINT))
    return Content("").join(pieces)


def cells_of(parts: Sequence[float], width: int) -> list[int]:
    """Cells for each part: proportional, at least one for a part above nothing, `width` in all."""
    present = [max(0.0, part) for part in parts]
    total = sum(present)
    if total <= 0 or width < len(present):
        return [0] * len(present)
    cells = [max(1, int(part / total * width)) if part > 0 else 0 for part in present]
    longest = max(range(len(present)), key=lambda index: present[index])
    cells[longest] += width - sum(cells)
    if cells[longest] < 1:  # too many slivers: let the bar be a little short of the truth
        return [1 if part > 0 else 0 for part in present]
    return cells


def decisions(recent: Sequence[Route], count: int = 20) -> Content:
    """The newest decisions, oldest first, a letter each in the hue of its path."""
    shown = recent[-count:]
    pieces = [Content.styled(LETTER[path], f"{HUE[path]} bold") for path in shown]
    pieces.append(Content.styled("·" * (count - len(shown)), FAINT))
    return Content("").join(pieces)
