"""The attention drawer: words, layers and heads by key, the lens beneath, and back to typing."""

from __future__ import annotations

import pytest
from fakes import FakeSpark
from hypothesis import given
from hypothesis import strategies as st
from textual import events

from engine.observation.attention import Word
from spark_tui.chat.attention.layout import chosen_rows, draw, rows_of, shown


async def test_f3_shows_where_the_answer_looked_and_which_layer_knew(start):
    async with start(FakeSpark("joins path parts")) as chat:
        await chat.ask("what does join do?")
        await chat.pilot.press("f3")
        await chat.sees("where did it look", "“joins” word 1/3 · layer 3/4 · all 2 heads", "question", "do? 60%")
        await chat.sees("what each layer would have said ─ known from layer 3 on (1.0)", "▸ 3 joins")
        await chat.pilot.press("right", "up", "h")
        await chat.sees("“path” word 2/3 · layer 4/4 · head 1/2", "▸ 4 path")
        await chat.pilot.press("h", "h")
        await chat.sees("all 2 heads")
        await chat.pilot.press("end", "down", "down", "down", "down")
        await chat.sees("“parts” word 3/3 · layer 1/4", "▸ 1 other")
        await chat.pilot.press("escape", "x")
        assert chat.app.prompt.text == "x" and not chat.app.attention.open


async def test_a_letter_typed_into_the_drawer_is_for_the_prompt(start):
    async with start() as chat:
        await chat.ask("what is a list?")
        await chat.pilot.press("f3")
        await chat.sees("word 1/")
        for character in "what":  # faster than the focus can follow
            chat.app.attention.post_message(events.Key(character, character))
        await chat.until(lambda: chat.app.prompt.text == "what")


async def test_the_drawer_follows_the_selection(start):
    async with start(FakeSpark("one two")) as chat:
        await chat.ask("say first answer")
        await chat.ask("say second answer")
        await chat.pilot.press("f3")
        await chat.sees("“second”")
        await chat.pilot.press("alt+up", "alt+up")
        await chat.sees("“first”")


@pytest.mark.parametrize(("question", "why"), [(None, "no finished answer"), ("hit me", "no model looked")])
async def test_where_there_is_nothing_to_see_it_says_why(start, question, why):
    async with start() as chat:
        if question:
            await chat.ask(question)
        await chat.pilot.press("f3")
        assert why in chat.app.hints.said
        assert not chat.app.attention.open


@pytest.mark.parametrize("size", [(10, 3), (40, 10), (80, 24), (200, 50)])
async def test_it_fits_every_size(start, size):
    async with start(size=size) as chat:
        await chat.ask("what does os.path.join do?")
        await chat.pilot.press("f3", "right", "up", "h")
        await chat.until(lambda: chat.app.attention.token == 1 or size[1] < 8)
        assert chat.app._exception is None and all(len(line) <= size[0] for line in chat.screen().split("\n"))


WORDS = st.lists(st.builds(Word, st.text(max_size=12), st.sampled_from(["start", "question", "answer"])), min_size=1)


@given(WORDS, st.integers(1, 40), st.integers(0, 8), st.data())
def test_rows_hold_every_word_in_order_and_never_more_cells(words, width, height, data):
    rows = rows_of(words, width)
    assert [index for row in rows for _, _, index in row.places] == list(range(len(words)))
    assert all(row.places[-1][1] <= width for row in rows)
    token = data.draw(st.integers(0, len(words) - 1))
    look = [1.0 / token] * token if token else []
    kept = chosen_rows(rows, look, token, height)
    assert len(kept) <= height and kept == [row for row in rows if row in kept]
    if height:
        assert any(index == token for row in kept for _, _, index in row.places)
    drawn = draw(kept, words, look, token, "red", width + 20)
    assert all("\n" not in line.plain and "\x1b" not in line.plain for line in drawn)


def test_white_space_has_signs():
    assert shown("\n\t x\x1b[31m") == "⏎⇥ x"
