"""A small picture of a square matrix of shares as text: one character a cell, 64 levels, to be written into JSON."""

from __future__ import annotations

from collections.abc import Sequence

LEVELS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_"
_VALUE = {character: index / (len(LEVELS) - 1) for index, character in enumerate(LEVELS)}


def draw(rows: Sequence[Sequence[float]]) -> str:
    """The picture of rows of shares in [0, 1], row after row; what is no number is drawn as nothing."""
    return "".join(LEVELS[round(63 * min(1.0, max(0.0, share)))] for row in rows for share in row)


def read(picture: str) -> list[list[float]]:
    """The rows of a picture that `draw` drew, to within 1/126; nothing of a text that is none."""
    side = round(len(picture) ** 0.5)
    if side * side != len(picture) or any(character not in _VALUE for character in picture):
        return []
    return [[_VALUE[character] for character in picture[at : at + side]] for at in range(0, len(picture), side)]
