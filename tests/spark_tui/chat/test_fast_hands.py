"""What the fuzz found, each once more by itself: keys and clicks that come faster than the screen follows."""

from __future__ import annotations

import pytest
from fakes import FakeSpark
from textual import events
from textual.command import CommandList, CommandPalette
from textual.widgets import OptionList

from engine.record import Turn
from engine.routing.categories import Category, Route
from engine.text import FORBIDDEN
from tests.hostile import HOSTILE
from tests.spark_tui.chat.fuzz import key

PAST = [
    Turn("w1", "walks", 1e9, "where to?", "north", Route.CORE, Category.EXPLAIN, 0.9),
    Turn("t1", "tea", 2e9, "which?", "green", Route.CORE, Category.EXPLAIN, 0.9),
]


async def burst(chat, *keys):
    """All keys in one read, as a held key or a script sends them."""
    for name in keys:
        chat.app.post_message(key(name))
    await chat.pilot._wait_for_screen()
    await chat.pilot.pause()


async def test_what_is_pasted_is_safe_in_every_input(start):
    async with start() as chat:
        await chat.pilot.press("ctrl+t")
        for text in HOSTILE.values():
            chat.app.post_message(events.Paste(text))
            await chat.pilot.pause()
            assert FORBIDDEN.search(chat.screen().replace("\n", "")) is None


async def test_a_screen_is_left_once(start):
    async with start() as chat:
        for opening in ("f1", "ctrl+t", "ctrl+p"):
            await burst(chat, opening)
            await burst(chat, "escape", "escape", "escape", "enter", "enter")
            assert len(chat.app.screen_stack) == 1 and chat.app._exception is None


async def test_enter_in_the_palette_as_often_as_one_likes(start):
    async with start() as chat:
        await burst(chat, "ctrl+p")
        await burst(chat, *"help", "enter", "enter", "enter", "enter", "pagedown")
        assert chat.app._exception is None and chat.app.is_running


async def test_a_theme_is_chosen_once(start):
    async with start() as chat:
        chat.app.search_themes()
        await chat.until(lambda: isinstance(chat.app.screen, CommandPalette) and chat.app.screen.query(CommandList))
        themes = chat.app.screen.query_one(CommandList)
        await chat.until(lambda: themes.option_count > 3)
        for _ in range(2):  # a second click lands while the list is still drawn
            themes.post_message(OptionList.OptionSelected(themes, themes.options[2], 2))
        await chat.until(lambda: not isinstance(chat.app.screen, CommandPalette))
        await chat.pilot.pause()
        assert chat.app._exception is None and chat.app.is_running


async def test_enter_that_comes_before_the_list_goes_to_what_was_typed(start):
    async with start(FakeSpark(past=PAST)) as chat:
        await burst(chat, "ctrl+t")
        await burst(chat, *"walks", "enter")
        await chat.until(lambda: chat.app.worker.session == "walks")
        await burst(chat, "ctrl+t")
        await burst(chat, *"brand new", "enter")
        await chat.until(lambda: chat.app.worker.session == "brand new")


async def test_undoing_takes_the_cursors_line_away(start):
    async with start(size=(40, 14)) as chat:
        prompt = chat.app.prompt
        for _ in range(12):
            await burst(chat, "a", "ctrl+j")
        for _ in range(15):
            await burst(chat, "ctrl+z", "ctrl+z")
        assert not prompt.text
        await burst(chat, *["ctrl+y"] * 30)
        assert prompt.text and chat.app._exception is None


async def test_leaving_while_old_turns_come_back(start):
    past = [Turn(f"p{n}", "default", n, f"question {n}", "some *words*\n" * 9, Route.CORE) for n in range(60)]
    async with start(FakeSpark(past=past)) as chat:
        await chat.until(lambda: chat.app.conversation.turns)
        for _ in range(4):
            chat.app.post_message(key("pageup"))
            await chat.pilot._wait_for_screen()  # and out at once: what fails on the way out is raised here


@pytest.mark.parametrize("keys", [("ctrl+t",), ("f1",), ("ctrl+p",), ("f2",), ("enter",)])
async def test_leaving_while_something_opens_and_keys_come_behind(start, keys):
    async with start() as chat:
        await chat.ask("what is a list?")
        for name in (*keys, "ctrl+q", "enter", "a"):
            chat.app.post_message(key(name))


async def test_somebody_who_types_is_known_to(start):
    async with start() as chat:
        await chat.pilot.press("x")
        assert not chat.app._pace.due(), "the answer is drawn less often now"
