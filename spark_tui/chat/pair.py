"""Two answers to one question side by side (under each other where it is narrow): ctrl+r shows the other path's."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical

from spark_tui.chat.exchange import Exchange
from spark_tui.chat.question import Question
from spark_tui.chat.turn import TurnView


class Pair(Vertical):
    """The question once, and a turn without it for each answer; each can be selected and flagged by itself."""

    def __init__(self, exchanges: tuple[Exchange, ...]) -> None:
        super().__init__(classes="pair")
        self.turns = [TurnView(exchange, asked=False) for exchange in exchanges]
        self._question = exchanges[0].text

    def compose(self) -> ComposeResult:
        yield Question(self._question)
        with Horizontal(classes="answers"):
            yield from self.turns
