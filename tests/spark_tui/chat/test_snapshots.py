"""Each screen as a person sees it, kept as plain text beside this file.

    SPARK_SNAPSHOTS=write pytest tests/spark_tui/chat/test_snapshots.py     # after a change that is meant; then look

Times that depend on the machine are masked; colours are not kept.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from fakes import FakeSpark

from engine.record import Turn
from engine.routing.categories import Category, Route
from tests.spark_tui.kept import looks_as_kept

FOLDER = Path(__file__).parent / "snapshots"
PAST = [Turn("w1", "walks", 1e9, "where to?", "north", Route.CORE, Category.EXPLAIN, 0.9)]

# name: (what is asked, what is pressed, what must be there before the picture is taken)
SCREENS = {
    "welcome": ("", [], "Awake."),
    "answer": ("what does os.path.join do?", [], "15% of core alone"),
    "procedure": ("hit me", [], "of core alone"),
    "side-by-side": ("what is a list?", ["ctrl+r"], "fast 74 tokens"),
    "attention": ("what does os.path.join do?", ["f3", "right", "right"], "word 3/"),
    "recalled": ("what does os.path.join do?", ["f2"], "states dog"),
    "one-pane": ("what does os.path.join do?", ["f5"], "why this path?"),
    "menu": ("", ["/"], "/important"),
    "sessions": ("", ["ctrl+t"], "walks"),
    "help": ("", ["f1"], "new line"),
    "journal": ("what is a list?", [*"/journal", "enter"], "drafted from the log"),
}
_MASKED = re.compile(r"<?\d[\d.]* (?:ms|s)\b")


def masked(screen: str) -> str:
    """Times of any length become `#`, so that a slow machine draws the same; the scroll bar's place is no matter."""
    lines = [re.sub(r"[▁▂▃▄▅▆▇█]", " ", _MASKED.sub("#", line)) for line in screen.split("\n")]
    return "\n".join(re.sub(r"(?<=#)\s+", " ", line).rstrip() for line in lines) + "\n"


@pytest.mark.parametrize("size", [(80, 24), (120, 36)], ids=["80x24", "120x36"])
@pytest.mark.parametrize("name", SCREENS)
async def test_the_screen_looks_as_it_did(start, name, size):
    asked, keys, there = SCREENS[name]
    async with start(FakeSpark(past=PAST), size=size) as chat:
        await chat.sees("Awake.")
        if asked:
            await chat.ask(asked)
        if keys:
            await chat.pilot.press(*keys)
        await chat.settled()
        if there != "15% of core alone" or size[0] < 100:
            await chat.sees(there.replace("of core alone", "of core alone" if size[0] < 100 else "of the core alone"))
        await chat.pilot.pause(0.15)
        seen = masked(chat.screen())
    looks_as_kept(FOLDER / f"{name}-{size[0]}x{size[1]}.txt", seen)
