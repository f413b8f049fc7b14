"""One exchange on the screen: what was asked, the line of facts, the answer, and what a flag changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from engine.events import Answered, Event, Flag, Wrote
from spark_tui.chat.answer_header import AnswerHeader
from spark_tui.chat.exchange import Exchange
from spark_tui.chat.question import Question
from spark_tui.theme import DIM
from spark_tui.widgets.lines import one_line

if TYPE_CHECKING:
    from spark_tui.chat.answer_body import AnswerBody


class TurnView(Vertical):
    """Shows an exchange. Few widgets each, because the layout visits every one of them at every change."""

    @dataclass
    class Chosen(Message):
        """It was clicked."""

        turn: TurnView

    @dataclass
    class Finished(Message):
        """Its answer is complete."""

        turn: TurnView

    @dataclass
    class FlagWanted(Message):
        """One of its marks was clicked."""

        turn: TurnView
        flag: Flag

    def __init__(self, exchange: Exchange, beside: bool = False) -> None:
        """`beside`: another answer to the same question, which stands above both."""
        super().__init__(classes="turn")
        self.exchange = exchange
        self.beside = beside
        self.header = AnswerHeader(exchange.facts, label=not beside)
        self._question = Question(exchange.text)
        self._note: Static | None = None
        self._body: AnswerBody | None = None

    def compose(self) -> ComposeResult:
        if not self.beside:
            yield self._question
        yield self.header

    async def on_mount(self) -> None:
        if self.exchange.answer.strip():
            await self._show(self.exchange.answer)
        self.note(self.exchange.note)

    def take_up(self, exchange: Exchange) -> None:
        """Show this one from now on: these widgets were made before it was asked."""
        self.exchange = exchange
        self.header.facts = exchange.facts
        self._question.say(exchange.text)
        self.display = True

    async def hear(self, event: Event) -> None:
        """Take in one event other than `Wrote`."""
        self.exchange.hear(event)
        self.header.refresh()
        if isinstance(event, Answered):
            if self.exchange.answer.strip():
                await self._show(self.exchange.answer)
            self.note(self.exchange.note)
            self.post_message(self.Finished(self))

    async def write(self, pieces: list[Wrote]) -> None:
        """More of the answer, as it came since the last time."""
        safe = self.exchange.write(pieces)
        self.header.refresh()
        if safe:
            await (await self._make_body()).feed(safe)

    async def prepare(self) -> None:
        """Make room for the answer while it is thought about, so that its first words need not wait for that."""
        if self.exchange.running and self.is_attached:
            await self._make_body()

    def tick(self) -> None:
        self.exchange.tick()
        self.header.refresh()

    def doing(self, what: str) -> None:
        self.exchange.facts.doing = what
        self.header.refresh()

    def give_up(self, how: str) -> None:
        self.exchange.give_up(how)
        self.header.refresh()

    def set_flag(self, flag: Flag | None) -> None:
        self.exchange.facts.flag = flag
        self.header.refresh()

    def note(self, sentence: str) -> None:
        """One quiet line under the answer; an empty sentence takes it away."""
        self.exchange.note = sentence
        if self._note is None:
            if not sentence:
                return
            self._note = Static("", markup=False, classes="note")
            self.mount(self._note)
        self._note.update(Content.styled(f"↳ {one_line(sentence)}", DIM))
        self._note.display = bool(sentence)

    def on_click(self, event: events.Click) -> None:
        event.stop()
        if not self.screen.get_selected_text():  # the end of a drag over text is no choice
            self.post_message(self.Chosen(self))

    def on_answer_header_marked(self, message: AnswerHeader.Marked) -> None:
        message.stop()
        self.post_message(self.FlagWanted(self, message.flag))

    async def _show(self, text: str) -> None:
        await (await self._make_body()).finish(text)

    async def _make_body(self) -> AnswerBody:
        if self._body is None:
            from spark_tui.chat.answer_body import AnswerBody  # the Markdown parser is not needed for a first frame

            self._body = AnswerBody()
            await self.mount(self._body, after=self.header)
        return self._body
