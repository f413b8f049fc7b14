"""Asking, reading, stopping, selecting: what a person does all day."""

from __future__ import annotations

import threading

from fakes import ANSWER, FakeSpark, opening

from engine.record import Turn
from engine.routing.categories import Category, Route
from spark_tui.chat.conversation import WINDOW


async def test_an_answer_comes_with_its_reasons(start):
    async with start() as chat:
        await chat.ask("what does os.path.join do?")
        await chat.sees("joins path parts", "▌core · explain .93 · 2 memories")
        turn = chat.app.conversation.turns[-1]
        assert turn.exchange.answer == ANSWER and turn.exchange.turn_id == "turn1"
        assert chat.app.line.state == "ready"


async def test_a_message_sent_while_spark_wakes_up_is_answered_when_it_is_awake(start):
    mind, gate = FakeSpark(), threading.Event()
    async with start(mind, open_mind=opening(mind, gate=gate), wait=False) as chat:
        await chat.type("first")
        await chat.type("second")
        await chat.sees("waiting until Spark is awake")
        assert mind.asked == []
        gate.set()
        await chat.settled()
        assert [text for text, _ in mind.asked] == ["first", "second"]
        assert [turn.exchange.answer for turn in chat.app.conversation.turns] == [ANSWER, ANSWER]


async def test_esc_stops_between_words_and_keeps_what_was_written(start):
    async with start(FakeSpark(pause=0.5)) as chat:  # far longer than the key takes, however busy the machine
        await chat.type("what does os.path.join do?")
        await chat.until(lambda: "joins" in chat.app.conversation.turns[-1].exchange.answer)
        await chat.pilot.press("escape")
        await chat.settled()
        turn = chat.app.conversation.turns[-1]
        assert turn.exchange.answer and ANSWER.startswith(turn.exchange.answer) and turn.exchange.answer != ANSWER
        await chat.sees("stopped")
        assert chat.app.prompt.text == "what does os.path.join do?"


async def test_ctrl_c_stops_an_answer_and_where_it_is_narrow_that_is_still_said(start):
    async with start(FakeSpark(pause=0.5), size=(38, 24)) as chat:
        await chat.type("what does os.path.join do?")
        await chat.until(lambda: "joins" in chat.app.conversation.turns[-1].exchange.answer)
        await chat.pilot.press("ctrl+c")
        await chat.settled()
        await chat.sees("· stopped")
        await chat.pilot.press("ctrl+c")
        await chat.sees("ctrl+q quits")
        assert chat.app.is_running


async def test_esc_before_the_first_word_puts_the_question_back(start):
    mind = FakeSpark()
    mind.hold.clear()
    async with start(mind) as chat:
        await chat.type("what is a list?")
        await chat.until(lambda: mind.asked)
        await chat.pilot.press("escape")
        await chat.settled()
        assert chat.app.conversation.turns == []
        assert chat.app.prompt.text == "what is a list?"


async def test_esc_takes_a_queued_question_back(start):
    mind, gate = FakeSpark(), threading.Event()
    async with start(mind, open_mind=opening(mind, gate=gate), wait=False) as chat:
        await chat.type("too early")
        await chat.pilot.press("escape")
        await chat.until(lambda: chat.app.prompt.text == "too early")
        gate.set()
        await chat.awake()
        assert mind.asked == []


async def test_the_last_turns_are_there_again_after_a_restart(start):
    past = [
        Turn(f"old{n}", "default", n, f"question {n}", f"answer {n}", Route.CORE, Category.DEBUG, 0.9) for n in range(3)
    ]
    async with start(FakeSpark(past=past)) as chat:
        await chat.sees("answer 2")
        await chat.sees("question 1", "▌core · debug .90")
        await chat.pilot.press("up")
        assert chat.app.prompt.text == "question 2"


async def test_a_past_answer_can_be_flagged(start):
    past = [Turn("old", "default", 1, "q", "a", Route.FAST, Category.COMPLETION, 0.9)]
    async with start(FakeSpark(past=past)) as chat:
        await chat.until(lambda: chat.app.conversation.turns)
        await chat.pilot.press("f9")
        await chat.until(lambda: chat.mind.flags)
        assert [turn_id for turn_id, _ in chat.mind.flags] == ["old"]


async def test_ctrl_r_answers_again_by_the_other_path(start):
    async with start() as chat:
        await chat.ask("what is a list?")
        await chat.pilot.press("ctrl+r")
        await chat.settled()
        assert chat.mind.asked == [("what is a list?", None), ("what is a list?", Route.FAST)]
        assert chat.mind.anew == "turn1"
        await chat.pilot.press("ctrl+r")
        await chat.settled()
        assert chat.mind.asked[-1] == ("what is a list?", Route.CORE)


async def test_selecting_an_answer_shows_how_it_came_about(start):
    async with start() as chat:
        await chat.ask("what is a list?")
        await chat.ask("def double(x):")
        assert "fast" in str(chat.app.summary.line())
        await chat.pilot.press("alt+up")
        await chat.pilot.press("alt+up")
        assert chat.app.conversation.selected is chat.app.conversation.turns[0]
        assert "core ▸ explain" in str(chat.app.summary.line())
        await chat.pilot.press("alt+down", "alt+down")
        assert chat.app.conversation.selected is None
        assert "fast ▸ complete" in str(chat.app.summary.line())


async def test_scrolling_up_is_not_undone_by_the_stream(start):
    async with start(FakeSpark("word " * 300), size=(80, 24)) as chat:
        await chat.ask("one")
        conversation = chat.app.conversation
        assert conversation.scroll_y == conversation.max_scroll_y > 0
        chat.mind.pause = 0.005
        await chat.type("two")
        await chat.until(lambda: len(conversation.turns[-1].exchange.answer) > 50)
        await chat.pilot.press("pageup")
        await chat.until(lambda: conversation.scroll_y < conversation.max_scroll_y)
        before = conversation.scroll_y
        await chat.until(lambda: len(conversation.turns[-1].exchange.answer) > 300)
        assert conversation.scroll_y <= before
        await chat.pilot.press("ctrl+end")
        await chat.settled()
        await chat.until(lambda: conversation.scroll_y == conversation.max_scroll_y)


async def test_one_page_down_too_many_still_follows_the_stream(start):
    async with start(FakeSpark("word " * 2000, pause=0.002), size=(80, 24)) as chat:
        conversation = chat.app.conversation
        await chat.type("go")
        await chat.until(lambda: conversation.max_scroll_y > conversation.size.height)
        chat.mind.hold.clear()
        await chat.pilot.pause(0.2)
        await chat.pilot.press("pageup")
        await chat.sees("ctrl+end newest ↓")
        await chat.pilot.press("pagedown", "pagedown", "pagedown")
        await chat.until(lambda: "newest ↓" not in chat.screen())
        end = conversation.max_scroll_y
        chat.mind.hold.set()
        await chat.until(lambda: conversation.max_scroll_y > end + 3)
        assert conversation.scroll_y > end
        await chat.pilot.press("escape")
        await chat.settled()


async def test_old_turns_become_data_and_come_back_when_scrolled_to(start):
    past = [Turn(f"old{n}", "default", n, f"q{n}", f"a{n}") for n in range(12)]
    async with start(FakeSpark("short", past=past), size=(80, 24)) as chat:
        conversation = chat.app.conversation
        for number in range(10):
            await chat.ask(f"question {number}")
        assert len(conversation.turns) == WINDOW
        assert conversation.turns[-1].exchange.text == "question 9"
        for _ in range(12):
            await chat.pilot.press("pageup")
            await chat.pilot.pause()
        await chat.until(lambda: conversation.turns[0].exchange.text == "q0")
        assert [turn.exchange.text for turn in conversation.turns][:13] == [*(f"q{n}" for n in range(12)), "question 0"]
        await chat.ask("one more")
        assert len(conversation.turns) == WINDOW


async def test_selecting_reaches_back_too(start):
    async with start(FakeSpark("short")) as chat:
        for number in range(WINDOW + 3):
            await chat.ask(f"question {number}")
        for _ in range(WINDOW + 3):
            await chat.pilot.press("alt+up")
        await chat.pilot.press("f8")
        await chat.until(lambda: chat.mind.flags)
        assert chat.app.conversation.selected.exchange.text == "question 0"
        assert chat.mind.flags[0][0] == "turn1"


async def test_clear_empties_the_screen_and_forgets_nothing(start):
    async with start() as chat:
        await chat.ask("what is a list?")
        await chat.type("/clear")
        await chat.until(lambda: not chat.app.conversation.turns)
        assert len(chat.mind.record.turns) == 1
        await chat.sees("watch it think")


async def test_quitting_closes_the_mind(start):
    async with start() as chat:
        await chat.type("/quit")
        await chat.pilot.pause()
    assert chat.app.worker.stop()
    assert chat.mind.closed
