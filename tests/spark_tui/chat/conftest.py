"""The chat with a scripted mind, in Textual's headless terminal."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest
from textual.pilot import Pilot

sys.path.insert(0, str(Path(__file__).parents[1]))  # for fakes.py, whatever the import mode

from fakes import FakeSpark, opening

from engine.settings import Home
from spark_tui.chat.app import ChatApp
from spark_tui.chat.mind import Open
from spark_tui.preferences import Preferences

SECONDS = 10.0


class Chat:
    """An app under test and its mind, with waits for conditions rather than pauses."""

    def __init__(self, app: ChatApp, pilot: Pilot[int], mind: FakeSpark) -> None:
        self.app, self.pilot, self.mind = app, pilot, mind

    async def until(self, condition: Callable[[], object], what: str = "") -> None:
        for _ in range(int(SECONDS / 0.02)):
            if condition():
                return
            await self.pilot.pause(0.02)
        raise AssertionError(f"waited {SECONDS} s for {what or 'a condition'}; the screen:\n{self.screen()}")

    async def awake(self) -> None:
        await self.until(lambda: self.app.line.state == "ready", "Spark to be awake")

    async def type(self, text: str) -> None:
        self.app.prompt.put(text)
        await self.pilot.press("enter")

    async def ask(self, text: str) -> None:
        """Send a text and wait for the whole answer."""
        await self.type(text)
        await self.settled()

    async def settled(self) -> None:
        await self.pilot.pause()
        await self.until(lambda: not any(turn.exchange.running for turn in self.app.conversation.turns), "the answer")
        await self.pilot.pause()

    async def sees(self, *texts: str) -> None:
        """Wait until the screen shows all of these: a frame may be due."""
        for text in texts:
            await self.until(lambda text=text: text in self.screen(), repr(text))

    def screen(self) -> str:
        """What a person sees, as lines of text."""
        return "\n".join(strip.text.rstrip() for strip in self.app.screen._compositor.render_strips())


Start = Callable[..., AbstractAsyncContextManager[Chat]]


@pytest.fixture
def start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Start:
    """`async with start(mind, size) as chat`: the app, ready unless `wait` is false."""
    monkeypatch.chdir(tmp_path)  # whatever is written by a name alone

    @asynccontextmanager
    async def starting(
        mind: FakeSpark | None = None,
        size: tuple[int, int] = (120, 36),
        open_mind: Open | None = None,
        wait: bool = True,
        home: Path | None = None,
    ) -> AsyncIterator[Chat]:
        mind = mind or FakeSpark()
        app = ChatApp(open_mind or opening(mind), preferences=Preferences(Home(home or tmp_path / "home")))
        async with app.run_test(size=size) as pilot:
            chat = Chat(app, pilot, mind)
            if wait:
                await chat.awake()
            yield chat

    return starting
