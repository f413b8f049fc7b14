"""Nothing that is typed, pasted or answered breaks the screen, and nothing typed is lost."""

from __future__ import annotations

import random

import pytest
from fakes import FakeSpark, opening
from textual import events

from engine.text import FORBIDDEN
from spark_tui.chat.answer_body import MOST_BLOCKS, blocks

HOSTILE = [
    "[/oops] [bold]not markup[/bold] [@click=app.quit]click[/]",
    "<|end|> <|user|> <memory> </s>",
    "\x1b[31mred\x1b[0m \x1b]52;c;aGk=\x07 \x9b2J \x07 \x00",
    "right\u202eto left\u2069 \u200f",
    "`` ` ``` ~~~ \n```\nunclosed",
    "https://example.com/[x](javascript:alert(1)) ![i](file:///etc/passwd) <b>html</b>",
    "日本語 😀 e\u0301 \u200b ﷽",
    "| a | b |\n|---|---|\n| 1 | 2 |\n\n> > > quote\n\n1. one\n   - two\n",
]


@pytest.mark.parametrize("text", HOSTILE)
async def test_hostile_text_is_shown_not_obeyed(start, text):
    async with start() as chat:
        await chat.ask(f"say {text}")
        await chat.pilot.press("f8")
        await chat.until(lambda: chat.mind.flags)
        screen = chat.screen()
        assert FORBIDDEN.search(screen.replace("\n", "")) is None
        assert chat.app.is_running
        assert chat.app.conversation.turns[-1].exchange.turn_id == "turn1"


@pytest.mark.parametrize("text", ["", "   ", "\n\n \t"])
async def test_an_empty_message_is_no_message(start, text):
    async with start() as chat:
        await chat.type(text)
        assert chat.mind.asked == []
        assert "Type a question" in chat.app.hints.said


async def test_an_unknown_command_stays_in_the_input(start):
    async with start() as chat:
        await chat.type("/imprtant")
        assert "/help" in chat.app.hints.said
        assert chat.app.prompt.text == "/imprtant"
        assert chat.mind.asked == []


async def test_a_path_is_no_command(start):
    async with start() as chat:
        await chat.ask("/usr/bin/env python3: what is that?")
        assert len(chat.mind.asked) == 1


async def test_a_megabyte_is_folded_and_sent_whole(start):
    text = "x = 1  # [/b]\n" * 75_000
    async with start(FakeSpark("fine")) as chat:
        chat.app.prompt.post_message(events.Paste(text))
        await chat.until(lambda: "⟦paste 1: 1,050,000 characters, 75,001 lines⟧" in chat.app.prompt.text)
        await chat.pilot.press(*"why?", "enter")
        await chat.settled()
        assert chat.mind.asked == [(text + "why?", None)]
        await chat.sees("1,050,004 characters")


async def test_what_is_pasted_is_sanitised(start):
    async with start() as chat:
        chat.app.prompt.post_message(events.Paste("a\x1b[31mb\x07\tc\r\nd\u202e"))
        await chat.until(lambda: chat.app.prompt.text)
        assert chat.app.prompt.text == "ab  c\nd"


async def test_a_failed_turn_gives_the_question_back_and_says_why(start):
    async with start() as chat:
        await chat.ask("boom, please")
        await chat.sees("The core's weights are damaged; install Spark again.")
        assert chat.app.prompt.text == "boom, please"
        await chat.ask("a fine question")
        await chat.sees("joins path parts")


async def test_a_bug_in_the_engine_is_named_and_survived(start):
    async with start() as chat:
        await chat.ask("bug")
        await chat.sees("ZeroDivisionError: division by [/zero]")
        assert chat.app.is_running and chat.app.prompt.text == "bug"


async def test_a_spark_that_does_not_open_says_why_and_is_tried_again(start):
    mind = FakeSpark()
    async with start(mind, open_mind=opening(mind, failures=1), wait=False) as chat:
        await chat.until(lambda: chat.app.line.state == "asleep")
        await chat.sees("cannot write to its home folder")
        await chat.ask("are you there?")
        assert mind.asked == [("are you there?", None)]
        assert chat.app.line.state == "ready"


async def test_a_message_sent_before_a_failed_opening_comes_back(start):
    mind = FakeSpark()
    async with start(mind, open_mind=opening(mind, failures=9), wait=False) as chat:
        for _ in range(3):
            await chat.type("are you there?")
            await chat.until(lambda: chat.app.prompt.text == "are you there?" and chat.app.line.state == "asleep")
            await chat.pilot.pause()
        assert chat.screen().count("cannot write to its home folder") == 1


async def test_an_endless_list_falls_back_to_plain_text(start):
    answer = "\n".join(f"- item {number}" for number in range(2000))
    assert blocks(answer) > MOST_BLOCKS
    async with start(FakeSpark(answer)) as chat:
        await chat.ask("list everything")
        await chat.sees("- item 1999")
        assert len(chat.app.conversation.turns[-1].query("MarkdownBlock")) == 0


def test_long_code_is_one_block():
    assert blocks("```python\n" + "x = 1\n" * 1000 + "```\n") == 1


async def test_an_answer_without_words_is_not_an_empty_box(start):
    async with start() as chat:
        await chat.ask("silent")
        assert chat.app.is_running and not chat.app.conversation.turns[-1].exchange.can_flag


@pytest.mark.parametrize("seed", range(3))
async def test_random_keys_and_sizes_break_nothing(start, seed):
    keys = [
        *"abc /[]<>|", "enter", "escape", "tab", "backspace", "delete", "up", "down", "left", "right", "home", "end",
        "pageup", "pagedown", "ctrl+j", "shift+enter", "ctrl+s", "ctrl+o", "ctrl+r", "ctrl+a", "ctrl+k", "ctrl+u",
        "ctrl+w", "ctrl+z", "ctrl+y", "ctrl+x", "ctrl+v", "ctrl+c", "ctrl+end", "alt+up", "alt+down", "alt+enter",
        "f1", "f3", "f4", "f7", "f8", "f9", "shift+tab", "ctrl+p",
    ]  # fmt: skip
    dice = random.Random(seed)
    async with start(FakeSpark("some *words* and `code`")) as chat:
        for _ in range(150):
            if dice.random() < 0.05:
                await chat.pilot.resize_terminal(dice.choice((10, 30, 80, 120, 200)), dice.choice((3, 10, 24, 60)))
            else:
                await chat.pilot.press(dice.choice(keys))
        assert chat.app.is_running and chat.app._exception is None
