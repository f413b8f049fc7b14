"""Colour means one thing each: one hue per path, one for "important", one for "wrong"; light and dark.

The three path hues follow Okabe and Ito (2008, "Color universal design"): blue, orange and bluish green stay
apart for every common kind of colour blindness, and a letter or a word always stands beside the colour.
"""

from __future__ import annotations

from textual.theme import Theme

from engine.routing.categories import Category, Route

HUE: dict[Route, str] = {route: f"$spark-{route.value}" for route in Route}
"""The style of each path: `f"{HUE[path]} bold"` works wherever Textual takes a style."""

LETTER: dict[Route, str] = {Route.PROCEDURE: "p", Route.FAST: "f", Route.CORE: "c"}
MARK = "▌"
"""Stands before whatever a path did, in the hue of that path."""

IMPORTANT = "$spark-important"
WRONG = "$spark-wrong"
STAR, CROSS, TICK = "★", "✗", "✓"
DIM = "$foreground 62%"
FAINT = "$spark-faint"
"""Rules, empty tracks, marks that are not set."""

CATEGORY_NAME: dict[Category, str] = {
    Category.COMPLETION: "complete",
    Category.EXPLAIN: "explain",
    Category.DEBUG: "debug",
    Category.ROUTINE: "routine",
}
"""Short enough for a column."""

_DARK = {
    "spark-core": "#7fb4ff",
    "spark-fast": "#f0a85a",
    "spark-procedure": "#4fd1a5",
    "spark-important": "#ff9ad5",
    "spark-wrong": "#ff6b6b",
    "spark-faint": "#4a5160",
}
_LIGHT = {
    "spark-core": "#1f5fbf",
    "spark-fast": "#a65300",
    "spark-procedure": "#0a7357",
    "spark-important": "#a8327d",
    "spark-wrong": "#c02020",
    "spark-faint": "#b9bdc7",
}
# Okabe and Ito's own eight colours, for a black ground: no pair of meanings differs by red against green alone.
_CLEAR = {
    "spark-core": "#56b4e9",
    "spark-fast": "#e69f00",
    "spark-procedure": "#f0e442",
    "spark-important": "#cc79a7",
    "spark-wrong": "#d55e00",
    "spark-faint": "#5c5c5c",
}


def path_variables(dark: bool) -> dict[str, str]:
    """The hues as CSS variables, for Textual's own themes too (`App.get_theme_variable_defaults`)."""
    return _DARK if dark else _LIGHT


THEMES = (
    Theme(
        name="spark-dark",
        primary="#8fa3bf",
        secondary="#5d6b82",
        accent="#8fa3bf",
        foreground="#dfe3ea",
        background="#14161b",
        surface="#1a1d24",
        panel="#232732",
        warning="#f0a85a",
        error="#ff6b6b",
        success="#4fd1a5",
        dark=True,
        variables={**_DARK, "block-cursor-text-style": "none", "input-selection-background": "#8fa3bf 35%"},
    ),
    Theme(
        name="spark-light",
        primary="#4a5a75",
        secondary="#76849c",
        accent="#4a5a75",
        foreground="#23262d",
        background="#fbfbf9",
        surface="#f2f2ee",
        panel="#e6e6e0",
        warning="#a65300",
        error="#c02020",
        success="#0a7357",
        dark=False,
        variables={**_LIGHT, "block-cursor-text-style": "none", "input-selection-background": "#4a5a75 25%"},
    ),
    Theme(
        name="spark-clear",
        primary="#c8c8c8",
        secondary="#8a8a8a",
        accent="#c8c8c8",
        foreground="#ffffff",
        background="#000000",
        surface="#0d0d0d",
        panel="#262626",
        warning="#e69f00",
        error="#d55e00",
        success="#009e73",
        dark=True,
        variables={**_CLEAR, "block-cursor-text-style": "none", "input-selection-background": "#c8c8c8 35%"},
    ),
)
"""Dark, light, and one safe for colour blindness and weak screens; the first is the default."""


def path_style(path: Route | None) -> str:
    """The style for a path, or a quiet one while no path is chosen."""
    return HUE[path] if path is not None else DIM
