"""Important and wrong: keys, commands, marks and the palette all do the same, and show at once what changed."""

from __future__ import annotations

import pytest
from fakes import FakeSpark

from engine.events import Flag


@pytest.mark.parametrize(
    ("press", "flag"),
    [("f8", Flag.IMPORTANT), ("ctrl+s", Flag.IMPORTANT), ("f9", Flag.WRONG), ("ctrl+o", Flag.WRONG)],
)
async def test_a_key_flags_the_last_answer_and_again_clears_it(start, press, flag):
    async with start() as chat:
        await chat.ask("what is a list?")
        turn = chat.app.conversation.turns[-1]
        await chat.pilot.press(press)
        await chat.until(lambda: turn.exchange.flag is flag)
        await chat.sees("Memory knows that turn1 is")
        await chat.pilot.press(press)
        await chat.until(lambda: turn.exchange.flag is None)
        assert chat.mind.flags == [("turn1", flag), ("turn1", None)]


@pytest.mark.parametrize(("command", "flag"), [("/important", Flag.IMPORTANT), ("/wrong", Flag.WRONG)])
async def test_a_command_does_the_same(start, command, flag):
    async with start() as chat:
        await chat.ask("what is a list?")
        await chat.type(command)
        await chat.until(lambda: chat.mind.flags == [("turn1", flag)])
        assert [text for text, _ in chat.mind.asked] == ["what is a list?"]


async def test_the_marks_can_be_clicked(start):
    async with start() as chat:
        await chat.ask("what is a list?")
        header = chat.app.conversation.turns[-1].header
        await chat.pilot.click(header, offset=(header.size.width - 4, 0))
        await chat.until(lambda: header.facts.flag is Flag.IMPORTANT)
        await chat.pilot.click(header, offset=(header.size.width - 2, 0))
        await chat.until(lambda: header.facts.flag is Flag.WRONG)


async def test_the_palette_has_the_commands(start):
    async with start() as chat:
        await chat.ask("what is a list?")
        await chat.pilot.press("ctrl+p")
        await chat.pilot.press(*"Wrong")
        await chat.sees("Wrong")
        await chat.pilot.pause(0.3)
        await chat.pilot.press("enter")
        await chat.until(lambda: chat.mind.flags == [("turn1", Flag.WRONG)])


async def test_the_selected_answer_is_the_one_that_is_flagged(start):
    async with start() as chat:
        await chat.ask("one")
        await chat.ask("two")
        await chat.pilot.press("alt+up", "alt+up", "f8")
        await chat.until(lambda: chat.mind.flags == [("turn1", Flag.IMPORTANT)])


async def test_flagging_an_older_answer_need_not_wait_for_the_one_being_written(start):
    mind = FakeSpark("word " * 500, pause=0.05)
    async with start(mind) as chat:
        await chat.ask("say first")
        await chat.type("what is a list?")
        await chat.until(lambda: chat.app.conversation.turns[-1].exchange.answer)
        await chat.pilot.press("f9")
        await chat.until(lambda: mind.flags)
        assert mind.flagged_while_writing
        assert mind.flags == [("turn1", Flag.WRONG)]
        await chat.pilot.press("escape")
        await chat.settled()


async def test_with_nothing_to_flag_it_says_so(start):
    async with start() as chat:
        await chat.pilot.press("f8")
        assert "no finished answer" in chat.app.hints.said
        assert chat.mind.flags == []


async def test_the_panes_show_what_the_flag_changed(start):
    async with start() as chat:
        await chat.ask("what is a list?")
        await chat.pilot.press("f9")
        await chat.sees("1 wrong")
        await chat.sees("+ Memory knows that turn1 is wrong.")


async def test_wrong_offers_another_answer_until_it_is_cleared(start):
    async with start() as chat:
        await chat.ask("what is a list?")
        await chat.pilot.press("f9")
        await chat.sees("/again has the")
        await chat.pilot.press("f9")
        await chat.until(lambda: "/again" not in chat.app.conversation.turns[-1].exchange.note)
