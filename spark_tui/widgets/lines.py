"""Text for narrow places: safe, on one line, cut at a word, at most so many rows."""

from __future__ import annotations

from textual.content import Content

from engine.text import sanitize


def one_line(text: str, most: int = 400) -> str:
    """The safe beginning of `text` with every run of white space as one blank."""
    return " ".join(sanitize(text[: 4 * most]).split())[:most]


def wrapped(text: str, width: int, rows: int, style: str = "") -> list[Content]:
    """`text` in exactly `rows` lines of at most `width` cells; what does not fit ends in "…"."""
    lines = Content.styled(one_line(text), style).wrap(max(1, width)) if text else []
    lines = [line.rstrip() for line in lines]
    if len(lines) > rows > 0:
        last = lines[rows - 1]
        lines = [*lines[: rows - 1], Content.styled(last.plain + "…", style).truncate(width, ellipsis=True)]
    return lines[:rows] + [Content("")] * (rows - len(lines))


def quoted(text: str, width: int) -> str:
    """`text` in typographic quotes within `width` cells."""
    inner = Content(one_line(text)).truncate(max(1, width - 2), ellipsis=True).plain
    return f"“{inner}”"
