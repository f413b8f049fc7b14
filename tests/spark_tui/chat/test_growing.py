"""An answer that grows: whatever the pieces it comes in, it looks as if it had come whole, and what stands stays."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator

import pytest
from textual.app import App
from textual.pilot import Pilot
from textual.widgets._markdown import MarkdownBlock

from spark_tui.chat.answer_body import AnswerBody
from spark_tui.chat.pace import SHARE, Pace

DOCUMENTS = (
    "plain words\nand more",
    "# Title\n\ntext\n\n## Two\n\nmore\n### three",
    "- a\n- b\n  - c **strong**\n    - d\n- e\n\nafter",
    "\n".join(f"{n}. item {n}" for n in range(1, 13)) + "\n\n   loose\n\nend",
    "> quote\n> more\n>\n> - list\n> - in it\n\nend",
    "```python\nx = 1\n\ny = 2\n```\n\nthen\n\n```\nplain\n```\n",
    "- item\n\n  ```python\n  x = 1\n  ```\n\n- next",
    "| a | b |\n|---|---|\n| 1 | 2 |\n| 3 | 4 |\n\nafter table",
    "text\n***\nmore\n\n---\n\nend",
    "Set\n===\n\nbody\n---\n\nx",
    "see [this][ref] and *em* `code` ~~gone~~\n\n- [ref] too\n- b\n\n[ref]: http://example.org\n",
    "    indented\n    code\n\npara  \nbroken\\\nline",
    "one\u2028of\u2028four\u2028lines\n\nanother paragraph",
    "~~~\nnever closed\n\n- no list",
    "",
)


class Bodies(App[None]):
    """Answers one after the other, each alone on the screen."""

    CSS = "AnswerBody { height: auto; }"

    async def body(self) -> AnswerBody:
        await self.query(AnswerBody).remove()
        body = AnswerBody()
        await self.mount(body)
        return body

    async def after(self, pieces: list[str], whole: str | None = None) -> list[str]:
        """What the screen shows after these pieces, and the whole at the end."""
        body = await self.body()
        for piece in pieces:
            await body.feed(piece)
        if whole is not None:
            await body.finish(whole)
        await Pilot(self).pause()
        return [strip.text.rstrip() for strip in self.screen._compositor.render_strips()]


@pytest.fixture
async def app() -> AsyncIterator[Bodies]:
    app = Bodies()
    async with app.run_test(size=(60, 30)):
        yield app


def cut(text: str, size: int) -> list[str]:
    return [text[start : start + size] for start in range(0, len(text), size)]


@pytest.mark.parametrize("text", DOCUMENTS)
async def test_in_pieces_it_ends_up_as_it_would_have_come_whole(app, text):
    at_once = await app.after([], text)
    assert await app.after(cut(text, 5), text) == at_once
    if "[ref]" not in text:  # a link whose target comes last is put right at the end
        assert await app.after(cut(text, 5)) == at_once
        assert any(at_once) == bool(text)


async def test_lines_in_any_order_end_up_as_if_they_had_come_whole(app):
    chance = random.Random(8)
    for _ in range(6):
        lines = chance.choices(("- a", "  - b", "1. c", "> d", "```", "    e", "word", "# f", "", "---", "| g |"), k=9)
        text = "\n".join(lines)
        assert await app.after(cut(text, 6), text) == await app.after([], text), lines


async def test_another_text_at_the_end_than_was_written_replaces_it(app):
    other = "- one\n- 2\n\nfour"
    assert await app.after(["- one\n- two\n\nthree\n"], other) == await app.after([], other)


async def test_what_stands_is_not_made_again(app):
    body = await app.body()
    text = "a paragraph\n\n```python\nx = 1\n```\n\n- one\n- two"
    await body.feed(text)
    before = list(body.query(MarkdownBlock))
    for piece in (" and more", "\n- three", "\n\n  in it", "\n\nafter", "\n\nand after"):
        await body.feed(piece)
        text += piece
    await body.finish(text)
    now = list(body.query(MarkdownBlock))
    assert [block for block in now if block in before] == before
    assert len(now) == len(before) + 4


def test_the_screen_takes_no_more_than_its_share_and_lets_keys_through():
    now, spent = 100.0, 5.0
    pace = Pace(lambda: now, lambda: spent)
    drawn = 0
    for _ in range(200):
        now += 0.1
        if pace.due():
            drawn += 1
            spent += 0.12  # a long time for a frame
    assert 20 * SHARE * 0.8 < drawn * 0.12 < 20 * SHARE
    now += 10
    pace.typed()
    assert [pace.due() for _ in range(4)] == [False, False, False, True]
