"""Random keys, clicks, pastes and sizes against the chat: python -m tests.spark_tui.chat.fuzz --keys 10000 --seed 1

The suite runs a few hundred. Says what broke it with the keys that led there; quitting is not among the keys.
"""

from __future__ import annotations

import argparse
import asyncio
import faulthandler
import random
import sys
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from fakes import FakeSpark, opening
from textual import events
from textual.geometry import Size
from textual.keys import REPLACED_KEYS, _character_to_key
from textual.pilot import Pilot, WaitForScreenTimeout

from engine.settings import Home
from engine.text import FORBIDDEN
from spark_tui.chat.app import ChatApp
from spark_tui.preferences import Preferences
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
BURST = 6
"""Keys at most that arrive together, as when a script types: the app gets time for itself after each burst."""
LOOK_EVERY = 50
"""Keys after which the whole screen is read."""
PATIENCE = 10
"""Half minutes in which a burst must be dealt with, however busy the machine is; longer is a hang."""


class Fenced(ChatApp):
    """The chat, without what reaches out of the terminal and the home."""

    CSS_PATH = Path(sys.modules[ChatApp.__module__].__file__ or "").with_name("style.tcss")  # else sought beside this

    def action_export(self, name: str = "") -> None:
        super().action_export(name and f"{self.preferences.home.path}/{name.replace('/', '-')}-")

    def action_editor(self) -> None:
        """It would lend the terminal away."""

    async def action_quit(self) -> None:
        """The palette offers it too."""

    def deliver_screenshot(self, *_: object, **__: object) -> None:
        """A file among a person's downloads."""


async def fuzz(seed: int, keys: int, home: Path) -> None:
    """Raises AssertionError with the last keys when the app breaks or shows what it must not."""
    dice = random.Random(seed)
    pressed: list[str] = []
    mind = FakeSpark("some *words* and `code`\n```\nx\n```", pause=0.002)
    app = Fenced(opening(mind), preferences=Preferences(Home(home)))
    async with app.run_test(size=(120, 36)) as pilot:
        while len(pressed) < keys:
            faulthandler.dump_traceback_later(60 * PATIENCE, exit=True, file=sys.__stderr__)  # the loop itself stands
            for _ in range(dice.randint(1, BURST)):
                for event in _something(dice, app, pressed):
                    app.post_message(event)
            told = f"seed {seed}, after {len(pressed)}: {pressed[-12:]}"
            await _all_dealt_with(pilot, told)
            await asyncio.sleep(0)
            assert app.is_running and app._exception is None, told
            if len(pressed) % LOOK_EVERY < BURST:
                await pilot.pause()
                shown = "".join(strip.text for strip in app.screen._compositor.render_strips())
                assert FORBIDDEN.search(shown) is None, f"{told} shows {FORBIDDEN.search(shown)!r}"
        app.exit()  # in whatever state it is
    faulthandler.cancel_dump_traceback_later()
    app.worker.stop()


async def _all_dealt_with(pilot: Pilot[int], told: str) -> None:
    """The pilot's own `press` waits 40 ms of idleness for every key; this waits until every message is handled."""
    for _ in range(PATIENCE):
        with suppress(WaitForScreenTimeout):
            await pilot._wait_for_screen()
            return
    raise AssertionError(f"{told} hangs")


def _something(dice: random.Random, app: ChatApp, pressed: list[str]) -> Iterator[events.Event]:
    """What a person or their terminal might do next; noted in `pressed`."""
    what = dice.random()
    size = app.size
    at = dice.randrange(size.width), dice.randrange(size.height)
    if what < 0.03:
        width, height = dice.choice(SIZES)
        pressed.append(f"resize {width}x{height}")
        app._driver._size = (width, height)  # type: ignore[union-attr]
        yield events.Resize(Size(width, height), Size(width, height))
    elif what < 0.08:
        text = dice.choice(WORDS)
        pressed.append(f"paste {text!r}")
        yield events.Paste(text)
    elif what < 0.12:
        pressed.append(f"click {at}")
        for kind in (events.MouseDown, events.MouseUp):
            yield kind(None, *at, 0, 0, 1, False, False, False, *at)
    elif what < 0.15:
        kind = dice.choice((events.MouseScrollUp, events.MouseScrollDown))
        pressed.append(f"{kind.__name__} {at}")
        yield kind(None, *at, 0, 0, 0, False, False, False, *at)
    else:
        pressed.append(dice.choice(KEYS))
        yield key(pressed[-1])


def key(name: str) -> events.Key:
    """The event that Textual makes of a key with this name."""
    full = _character_to_key(name) if len(name) == 1 and not name.isalnum() else name
    return events.Key(REPLACED_KEYS.get(full, full), name if len(name) == 1 else None)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--keys", type=int, default=10_000)
    parser.add_argument("--seed", type=int, nargs="+", default=[1])
    options = parser.parse_args()
    for seed in options.seed:
        with tempfile.TemporaryDirectory() as folder:
            asyncio.run(fuzz(seed, options.keys, Path(folder)))
        print(f"{options.keys:,} keys, seed {seed}: nothing broke", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
