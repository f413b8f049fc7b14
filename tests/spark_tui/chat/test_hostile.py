"""Every widget of the chat is given every hostile text from everywhere: nothing of it reaches the terminal."""

from __future__ import annotations

from dataclasses import replace

import pytest
from fakes import FakeSpark, FakeWord, opening
from textual import events

from engine.events import Answered, Assessed, Learned, Loading, ProcedureMissed, Recalled, Wrote
from engine.record import Turn
from engine.routing.categories import Route
from engine.text import FORBIDDEN
from spark_tui.chat.engine_worker import Failed
from spark_tui.chat.mind import Opened
from tests.hostile import HOSTILE


class Hostile(FakeSpark):
    """Whatever this mind says in words is one text; its answer comes a character at a time."""

    def __init__(self, text: str) -> None:
        super().__init__(past=[Turn("old", "default", 1.0, text, text, Route.CORE)])
        self.text = text

    def reply(self, text, **options):
        for event in super().reply("say x", **options):
            match event:
                case Assessed():
                    yield replace(event, text=self.text, reason=self.text)
                case ProcedureMissed():
                    yield replace(event, why=self.text, nearest=self.text)
                case Recalled(memories=memories):
                    yield replace(event, memories=tuple(replace(one, text=self.text) for one in memories))
                case Wrote():
                    for count, character in enumerate(self.text, 1):
                        yield replace(event, text=character, tokens=count)
                case Answered():
                    self.record.turns[-1] = replace(self.record.turns[-1], text=self.text, answer=self.text)
                    yield replace(event, answer=self.text, note=self.text)
                case Learned():
                    yield Learned((self.text,))
                case _:
                    yield event

    def flag(self, turn_id, flag):
        yield from (Learned((self.text,)) if isinstance(one, Learned) else one for one in super().flag(turn_id, flag))

    def attention(self, turn_id):
        seen = super().attention(turn_id)
        seen.words = tuple(FakeWord(self.text, word.part) for word in seen.words)
        return seen


TEXTS = list(HOSTILE.values())
THREES = ["\n".join(TEXTS[start : start + 3]) for start in range(0, len(TEXTS), 3)]
"""Several at once, a line each: a line's end ends what is unfinished."""


@pytest.mark.parametrize("text", THREES)
async def test_nothing_hostile_reaches_the_terminal(start, text):
    mind = Hostile(text)

    def open_mind(progress):
        progress(Loading(text, 0, 5))
        return Opened(mind, text)

    async with start(mind, size=(120, 40), open_mind=open_mind) as chat:

        async def safe() -> None:
            await chat.pilot.pause()
            found = FORBIDDEN.search(chat.screen().replace("\n", ""))
            assert found is None, repr(found)
            assert chat.app.is_running and chat.app._exception is None

        await safe()
        await chat.ask(text if text.strip() else "x")
        await safe()
        for keys in (["f8"], ["f2"], ["escape"], ["f3", "right"], ["escape"], ["f4"], ["f4"], ["f5"], ["escape"],
                     ["ctrl+r"], ["f2", "1", "f8"], ["escape"], ["f7"], ["f10"], ["ctrl+u"]):  # fmt: skip
            await chat.pilot.press(*keys)
            await safe()
        chat.app.post_message(events.Paste(text))
        await safe()
        chat.app.prompt.text = ""
        chat.app.enter_session(text)
        await chat.ask("x")
        await chat.pilot.press("ctrl+t")
        await safe()
        await chat.pilot.press("escape")
        for command in (
            f"/question {text}",
            f"/rename {text}",
            f"/hypothesis {text}",
            f"/theme {text}",
            "/export",
            "/journal",
        ):
            await chat.type(command)
            await safe()
        await chat.pilot.press("escape")
        chat.app.hints.say(text)
        chat.app.conversation.say(text)
        await safe()
        assert mind.asked


async def test_an_answer_that_fails_with_a_hostile_sentence(start):
    mind = FakeSpark()
    async with start(mind, open_mind=opening(mind)) as chat:
        for text in HOSTILE.values():
            chat.app.worker._say(Failed(text))  # as a failing engine would
        await chat.pilot.pause(0.2)
        assert FORBIDDEN.search(chat.screen().replace("\n", "")) is None
