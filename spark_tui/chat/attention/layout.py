"""Words of a context laid out in rows, part by part, each shaded by how much it was looked at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.content import Content

from engine.text import sanitize
from spark_tui.theme import DIM, FAINT
from spark_tui.widgets.bars import percent

if TYPE_CHECKING:
    from engine.observation.attention import Word

LABEL = 10
"""Cells for the name of a part; its text begins behind them."""
FIGURE = 5
"""Cells for its share of the attention, at the right."""
_SHADES = (0, 14, 26, 40, 56, 74)
"""Per cent of the path's hue behind a word, from "hardly looked at" to "looked at most"."""


@dataclass(frozen=True, slots=True)
class Row:
    """`places`: (first cell, cell after the last, index of the word) of each word in the row."""

    part: str
    places: tuple[tuple[int, int, int], ...]


def rows_of(words: Sequence[Word], width: int) -> list[Row]:
    """All words in their order, a new row for each part and wherever `width` cells are full."""
    rows: list[Row] = []
    places: list[tuple[int, int, int]] = []
    part, used = "", 0
    for index, word in enumerate(words):
        cells = min(Content(shown(word.text)).cell_length, max(1, width))
        if word.part != part or used + cells > width:
            if places:
                rows.append(Row(part, tuple(places)))
            part, places, used = word.part, [], 0
        places.append((used, used + cells, index))
        used += cells
    if places:
        rows.append(Row(part, tuple(places)))
    return rows


def shown(text: str) -> str:
    """A token as it stands in a row: white space other than blanks has a sign."""
    return sanitize(text).replace("\n", "⏎").replace("\t", "⇥")


def chosen_rows(rows: list[Row], look: Sequence[float], token: int, height: int) -> list[Row]:
    """The `height` rows most worth seeing, in their order: the chosen token's, then those looked at most.

    Each part but the start keeps at least its best row as long as there is room.
    """
    weight = [sum(look[index] for _, _, index in row.places if index < len(look)) for row in rows]
    best_of: dict[str, int] = {}
    for number, row in enumerate(rows):
        if row.part != "start" and (row.part not in best_of or weight[number] > weight[best_of[row.part]]):
            best_of[row.part] = number
    current = next((n for n, row in enumerate(rows) if any(index == token for _, _, index in row.places)), 0)
    order = sorted(
        range(len(rows)), key=lambda n: (n != current, n not in best_of.values(), -weight[n], abs(n - current))
    )
    return [rows[number] for number in sorted(order[: max(0, height)])]


def draw(
    rows: list[Row], words: Sequence[Word], look: Sequence[float], token: int, hue: str, width: int
) -> list[Content]:
    """The rows with their labels, shades and shares; the chosen token is reversed."""
    # The first token takes what a head has no use for (Xiao et al. 2023): it would dim everything else.
    top = max(look[1:], default=0.0) or 1.0
    shares: dict[str, float] = {}
    for word, share in zip(words, look, strict=False):
        shares[word.part] = shares.get(word.part, 0.0) + share
    drawn: list[Content] = []
    told = ""
    for row in rows:
        pieces = []
        for start, end, index in row.places:
            text = Content(shown(words[index].text)).truncate(end - start).plain
            pieces.append(Content.styled(text, _style(index, look, token, top, hue)))
        line = Content("").join(pieces)
        label, figure = "", ""
        if row.part != told:
            told, label, figure = row.part, row.part, percent(shares.get(row.part, 0.0), 1.0)
        gap = max(0, width - LABEL - line.cell_length - FIGURE)
        drawn.append(
            Content.assemble((label.ljust(LABEL)[:LABEL], DIM), line, " " * gap, (figure.rjust(FIGURE), "bold"))
        )
    return drawn


def _style(index: int, look: Sequence[float], token: int, top: float, hue: str) -> str:
    if index == token:
        return "reverse bold"
    if index > token:
        return FAINT
    shade = _SHADES[min(len(_SHADES) - 1, round((look[index] / top) ** 0.5 * (len(_SHADES) - 1)))]
    return f"$foreground on {hue} {shade}%" if shade else "$foreground 75%"
