"""What every pane is made of: a title with a rule, and rows of which the important ones stay when space is scarce."""

from __future__ import annotations

from typing import NamedTuple

from textual.content import Content

from spark_tui.theme import DIM, FAINT


class Line(NamedTuple):
    """A row of a pane. Where rows are scarce the lines with the lowest `keep` go first; those below nought are for a
    pane that was made large."""

    content: Content
    keep: int = 5


def more(rows: list[Content]) -> list[Line]:
    """What there is to say beside, a row apart, where a pane has room for it: the last rows go first."""
    return [Line(row, keep=-1) for row in (Content(""), *rows)] if rows else []


def titled(name: str, what: str, width: int) -> Content:
    """`name ─ what ──────`"""
    title = Content.assemble((name, "bold"), (" ─ ", FAINT), (what, DIM)).truncate(width, ellipsis=True)
    rule = Content.styled("─" * max(0, width - title.cell_length - 1), FAINT)
    return Content.assemble(title, " ", rule).truncate(width)


def fitting(lines: list[Line], height: int) -> list[Content]:
    """The most important lines that fit in `height` rows, in their own order."""
    excess = len(lines) - max(0, height)
    if excess > 0:
        order = sorted(range(len(lines)), key=lambda index: (lines[index].keep, -index))
        dropped = set(order[:excess])
        lines = [line for index, line in enumerate(lines) if index not in dropped]
    return [line.content for line in lines]


def drawn(title: Content, lines: list[Line], width: int, height: int) -> Content:
    """A whole pane of `height` rows: its title, and the lines that fit below it."""
    rows = [title, *fitting(lines, height - 1)]
    return Content("\n").join(row.truncate(width, ellipsis=True) for row in rows)
