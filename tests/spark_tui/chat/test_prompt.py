"""The input: new lines, history, completion, growth."""

from __future__ import annotations

import pytest
from textual import events


@pytest.mark.parametrize("key", ["ctrl+j", "shift+enter", "alt+enter"])
async def test_a_new_line_does_not_send(start, key):
    async with start() as chat:
        await chat.pilot.press("a", key, "b")
        assert chat.app.prompt.text == "a\nb"
        assert chat.mind.asked == []


async def test_it_grows_to_six_rows_and_no_further(start):
    async with start() as chat:
        heights = []
        for _ in range(9):
            await chat.pilot.press("x", "ctrl+j")
            await chat.pilot.pause()
            heights.append(chat.app.prompt.size.height)
        assert heights[0] == 2 and heights[-1] == 6


async def test_earlier_questions_come_back_and_the_draft_is_kept(start):
    async with start() as chat:
        await chat.ask("one")
        await chat.ask("two")
        await chat.pilot.press(*"draft", "up")
        assert chat.app.prompt.text == "two"
        await chat.pilot.press("up")
        assert chat.app.prompt.text == "one"
        await chat.pilot.press("up")
        assert chat.app.prompt.text == "one"
        await chat.pilot.press("down", "down")
        assert chat.app.prompt.text == "draft"


async def test_arrows_move_within_lines_first(start):
    async with start() as chat:
        await chat.ask("one")
        await chat.pilot.press("a", "ctrl+j", "b", "up")
        assert chat.app.prompt.text == "a\nb"
        await chat.pilot.press("up")
        assert chat.app.prompt.text == "one"


async def test_tab_completes_a_command(start):
    async with start() as chat:
        await chat.pilot.press("/", "w")
        await chat.pilot.pause()
        await chat.pilot.press("tab")
        assert chat.app.prompt.text == "/wrong"


async def test_tab_without_a_command_keeps_the_focus(start):
    async with start() as chat:
        await chat.pilot.press("a", "tab", "b")
        assert chat.app.prompt.text == "ab"
        assert chat.app.focused is chat.app.prompt


async def test_a_recalled_long_message_is_folded_again_and_sent_whole(start):
    text = "line\n" * 100
    async with start() as chat:
        await chat.ask(text)
        await chat.pilot.press("up")
        assert "⟦paste" in chat.app.prompt.text
        await chat.pilot.press("enter")
        await chat.settled()
        assert [asked for asked, _ in chat.mind.asked] == [text, text]


async def test_a_chip_that_a_person_typed_is_just_text(start):
    async with start() as chat:
        await chat.ask("⟦paste 7: whatever⟧")
        assert chat.mind.asked == [("⟦paste 7: whatever⟧", None)]


async def test_keys_typed_faster_than_the_app_keep_their_order(start):
    async with start() as chat:
        for key in ("a", "b", "ctrl+u", "c", "ctrl+j", "d", "enter", "e"):
            character = key if len(key) == 1 else "\r" if key == "enter" else None
            chat.app.post_message(events.Key(key, character))
        await chat.settled()
        assert chat.mind.asked == [("c\nd", None)]
        assert chat.app.prompt.text == "e"


def test_of_a_long_message_the_end_is_shown_too():
    from spark_tui.chat.question import shortened

    shown = shortened("\n".join(f"line {n}" for n in range(40_000)) + "\nwhat does this do?\n").plain
    assert shown.startswith("line 0\n") and shown.endswith("what does this do?")
    assert "40,002 lines in all" in shown and shown.count("\n") < 14
    assert shortened("\x1b]52;c;" + "QUJD" * 5000 + "\x07end").plain.endswith("end")
    assert shortened("one\n\ntwo").plain == "one\n\ntwo"
