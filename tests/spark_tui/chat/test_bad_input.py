"""Nothing that is typed, pasted or answered breaks the screen, and nothing typed is lost."""

from __future__ import annotations

import pytest
from fakes import FakeSpark, opening
from textual import events

from spark_tui.chat.answer_body import MOST_BLOCKS, blocks
from tests.spark_tui.chat.fuzz import fuzz


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
        chat.app.post_message(events.Paste(text))
        await chat.until(lambda: "⟦paste 1: 1,050,000 characters, 75,001 lines⟧" in chat.app.prompt.text)
        await chat.pilot.press(*"why?", "enter")
        await chat.settled()
        assert chat.mind.asked == [(text + "why?", None)]
        await chat.sees("1,050,004 characters")


async def test_what_is_pasted_is_sanitised(start):
    async with start() as chat:
        chat.app.post_message(events.Paste("a\x1b[31mb\x07\tc\r\nd\u202e"))
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
async def test_random_keys_and_sizes_break_nothing(tmp_path, seed):
    await fuzz(seed, 150, tmp_path)
