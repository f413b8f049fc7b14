"""From Enter to the first words: nothing that a person does not wait for comes before them."""

from __future__ import annotations

import threading

from fakes import FakeSpark, opening

from engine.events import Answered, Assessed, Learned, ProcedureFound, ProcedureMissed, Recalled, Wrote
from spark_tui.chat import grace
from spark_tui.chat.engine_worker import EngineWorker, Finished, Said
from tests.spark_tui.chat.fuzz import key


async def test_first_words_are_drawn_at_once_and_the_panes_after_them(start):
    async with start(FakeSpark()) as chat:
        told, drawn = [], []
        route, draw = chat.app.panes.panes[0], chat.app.conversation.draw
        hear = route.hear
        route.hear = lambda event: (told.append(event), hear(event))

        def draw_and_look():
            draw()
            drawn.append((chat.screen(), list(told)))

        chat.app.conversation.draw = draw_and_look
        await chat.ask("hit me")
        ((screen, explained),) = drawn
        answer = chat.app.conversation.last_answered().exchange.answer
        assert answer.split()[0].strip("`") in screen, "on the screen without waiting for its next tick"
        assert not explained, "the panes are drawn after the answer"
        await chat.until(lambda: any(isinstance(event, ProcedureFound) for event in told), "the panes to be told")


async def test_an_answer_that_comes_at_once_is_drawn_with_its_question(start, monkeypatch):
    monkeypatch.setattr(grace, "SECONDS", 10.0)  # at once for this machine, however busy it is
    async with start(FakeSpark()) as chat:
        frames, display = [], chat.app._display

        def look(screen, update):
            display(screen, update)
            frames.append(chat.screen())

        chat.app._display = look
        await chat.ask("hit me")
        first = next(frame for frame in frames if "you   hit me" in frame)
        assert chat.app.conversation.last_answered().exchange.answer.split()[0].strip("`") in first


async def test_a_question_whose_answer_takes_its_time_is_shown_meanwhile(start):
    mind = FakeSpark()
    mind.hold.clear()
    async with start(mind) as chat:
        await chat.type("what is a list?")
        await chat.sees("you   what is a list?")
        mind.hold.set()
        await chat.settled()


async def test_the_room_for_an_answer_is_made_while_it_is_thought_about(start):
    go_on = threading.Event()
    mind = FakeSpark()
    reply = mind.reply

    def slow(*args, **kwargs):
        go_on.wait(10)
        yield from reply(*args, **kwargs)

    mind.reply = slow
    async with start(mind) as chat:
        await chat.type("what is a list?")
        await chat.until(lambda: chat.app.conversation.turns[-1]._body is not None, "the body")
        assert not chat.app.conversation.turns[-1].exchange.answer
        assert chat.app.conversation.turns[-1]._body.size.height == 0, "nothing jumps"
        go_on.set()
        await chat.settled()


def test_the_screen_is_woken_for_words_and_for_the_end_but_not_on_the_way():
    woken: list[list[type]] = []
    done = threading.Event()
    said: list[object] = []

    def wake() -> None:
        said.extend(worker.drain())
        woken.append([type(each.event) if isinstance(each, Said) else type(each) for each in said])
        if any(isinstance(each, Finished) for each in said):
            done.set()

    worker = EngineWorker(opening(FakeSpark()), wake)
    worker.start()
    worker.ask(1, "what is a list?")
    assert done.wait(10)
    assert worker.stop()
    last = {types[-1] for types in woken}
    assert not last & {Assessed, ProcedureMissed, Recalled}
    assert {Wrote, Answered, Learned, Finished} <= last
    first = next(types for types in woken if Wrote in types)
    assert first[-1] is Wrote and Assessed in first


async def test_a_key_is_drawn_at_once_and_by_itself(start):
    async with start() as chat:
        app, shown = chat.app, []
        app.screen._update_timer.pause()
        app.screen._update_timer.resume = lambda: None  # the screen's own tick never comes

        def display(screen, update):
            shown.append("" if update is None else update.render_segments(app.console))

        app._display = display
        app.panes.panes[0].refresh()
        app.post_message(key("ж"))
        await chat.until(lambda: any("ж" in text for text in shown), "the key")
        assert not any("ж" in text and "route" in text for text in shown), "a pane that has changed too can wait"
        with app.batch_update():
            app.post_message(key("щ"))
            await chat.until(lambda: app.prompt.text == "жщ", "the second key")
        assert not any("щ" in text for text in shown)


async def test_the_widgets_of_a_turn_are_there_before_it_is_asked(start):
    async with start(FakeSpark()) as chat:
        conversation = chat.app.conversation
        await chat.until(lambda: conversation._next is not None, "the widgets of the first turn")
        ready = conversation._next
        assert not conversation.turns, "they are no turn yet"
        conversation.say("a notice that comes between")
        await chat.ask("hit me")
        assert conversation.turns == [ready]
        lines = chat.screen().splitlines()
        place = {word: next(n for n, line in enumerate(lines) if word in line) for word in ("notice", "you   hit me")}
        assert place["notice"] < place["you   hit me"], "what was said before stands above"
        await chat.until(lambda: conversation._next not in (None, ready), "the widgets of the next turn")
        await conversation.clear()
        await chat.ask("hit me")
        assert [turn.exchange.text for turn in conversation.turns] == ["hit me"]
        assert not any(turn.exchange.running for turn in conversation.turns)
