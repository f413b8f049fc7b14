"""Random keys, pastes and sizes against the chat: python -m tests.spark_tui.chat.fuzz --keys 10000 --seed 1

The suite runs a few hundred. Says what broke it with the keys that led there; quitting is not among the keys.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from fakes import FakeSpark, opening
from textual import events

from engine.settings import Home
from engine.text import FORBIDDEN
from spark_tui.chat.app import ChatApp
from spark_tui.chat.preferences import Preferences
from tests.hostile import HOSTILE

KEYS = [
    *"abc /[]<>|hHq12", "enter", "enter", "enter", "escape", "escape", "tab", "backspace", "delete", "up", "down",
    "left", "right", "home", "end", "pageup", "pagedown", "ctrl+home", "ctrl+end", "ctrl+j", "shift+enter", "ctrl+s",
    "ctrl+o", "ctrl+r", "ctrl+t", "ctrl+n", "ctrl+g", "ctrl+a", "ctrl+e", "ctrl+k", "ctrl+u", "ctrl+w", "ctrl+z",
    "ctrl+y", "ctrl+x", "ctrl+v", "ctrl+c", "ctrl+l", "alt+up", "alt+down", "alt+enter", "f1", "f2", "f3", "f4", "f5",
    "f6", "f7", "f8", "f9", "f10", "shift+tab", "shift+left", "ctrl+p",
]  # fmt: skip
WORDS = ["/journal", "/theme", "/new x", "/clear", "/export", "/question why", "/rename y", "what is a list?", "hit me",
         "def double(x):", "boom", "silent", *HOSTILE.values()]  # fmt: skip
SIZES = ((10, 3), (30, 10), (80, 24), (120, 36), (200, 60))


async def fuzz(seed: int, keys: int, home: Path) -> None:
    """Raises AssertionError with the last keys when the app breaks or shows what it must not."""
    dice = random.Random(seed)
    pressed: list[str] = []
    app = ChatApp(opening(FakeSpark("some *words* and `code`\n```\nx\n```")), preferences=Preferences(Home(home)))
    app.action_editor = lambda: None  # type: ignore[method-assign]  # it would lend the terminal away
    async with app.run_test(size=(120, 36)) as pilot:
        for _ in range(keys):
            what = dice.random()
            if what < 0.03:
                size = dice.choice(SIZES)
                pressed.append(f"resize {size}")
                await pilot.resize_terminal(*size)
            elif what < 0.08:
                text = dice.choice(WORDS)
                pressed.append(f"paste {text!r}")
                app.screen.post_message(events.Paste(text))
                if app.focused is not None:
                    app.focused.post_message(events.Paste(text))
            else:
                pressed.append(dice.choice(KEYS))
                await pilot.press(pressed[-1])
            told = f"seed {seed}, after {len(pressed)}: {pressed[-12:]}"
            assert app.is_running and app._exception is None, told
        await pilot.pause(0.2)
        shown = "".join(strip.text for strip in app.screen._compositor.render_strips())
        assert FORBIDDEN.search(shown) is None, told
    app.worker.stop()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--keys", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(fuzz(options.seed, options.keys, Path(folder)))
    print(f"{options.keys:,} keys, seed {options.seed}: nothing broke")
    return 0


if __name__ == "__main__":
    sys.exit(main())
