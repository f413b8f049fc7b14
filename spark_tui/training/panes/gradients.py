"""Gradients: which block is told to change, how much, and how much does it move?"""

from __future__ import annotations

import math

from textual.content import Content

from spark_tui.theme import DIM
from spark_tui.training.panes.pane import RunPane
from spark_tui.widgets.bars import bar, level
from spark_tui.widgets.rows import Line

_LABEL = 7
_FIGURE = 8


class GradientsPane(RunPane):
    """One bar a block against the largest of them, and the last change over its size.

    Where blocks outnumber rows, one cell each, side by side.
    """

    NAME = "gradients"

    def what(self) -> str:
        seen = self.story.gradients
        return "norm by block" if seen is None else f"norm by block · step {seen.step:,}"

    def lines(self, width: int, height: int) -> list[Line]:
        seen = self.story.gradients
        if seen is None or not seen.figures:
            return [Line(Content.styled("Shows how much each block is moved.", DIM))]
        figures = {label(name): value for name, value in seen.figures.items()}
        top = max((value for value in figures.values() if math.isfinite(value)), default=0.0)
        if len(figures) <= height:
            updates = self.story.seen.get("updates")
            changes = {} if updates is None else {label(name): value for name, value in updates.figures.items()}
            return [Line(_bar(name, value, top, width, changes.get(name)), keep=5) for name, value in figures.items()]
        cells = [
            Content.assemble((f"{name:>5} ", DIM), (_height(value, top), "$primary")) for name, value in figures.items()
        ]
        a_row = max(1, (width + 1) // 8)
        return [Line(Content(" ").join(cells[start : start + a_row])) for start in range(0, len(cells), a_row)]


def label(part: str) -> str:
    """What a part is called in a column: "embed", "1" for the first block, "norm"."""
    name, _, index = part.partition(".")
    if name == "blocks" and index.isdigit():
        return str(int(index) + 1)
    return "embed" if name == "embedding" else part[:_LABEL]


def figure(value: float) -> str:
    """A norm in at most seven cells, its digits one below the other."""
    return f"{value:.3f}" if value == 0 or 5e-4 <= value < 999.5 else f"{value:.1e}"


def _bar(name: str, value: float, top: float, width: int, change: float | None) -> Content:
    if not math.isfinite(value):
        return Content.assemble((name.rjust(_LABEL - 1) + " ", DIM), ("not a number", "$error"))
    share = value / top if top > 0 else 0.0
    told = f"  moved {change:.0e}" if change is not None and width >= 40 else ""
    room = max(0, width - _LABEL - _FIGURE - len(told))
    filled = Content.styled(bar(share, room), "$primary")
    return Content.assemble((name.rjust(_LABEL - 1) + " ", DIM), filled, figure(value).rjust(_FIGURE), (told, DIM))


def _height(value: float, top: float) -> str:
    return level(value / top if top > 0 else 0.0) if math.isfinite(value) else "?"
