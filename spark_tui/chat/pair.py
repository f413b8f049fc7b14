"""Two answers to one question side by side (under each other where it is narrow): ctrl+r shows the other path's."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from engine.events import Answered
from spark_tui.chat.exchange import Exchange
from spark_tui.chat.question import Question
from spark_tui.chat.turn import TurnView
from spark_tui.theme import DIM, FAINT, path_style
from spark_tui.widgets.bars import amount, duration

BESIDE = 50
"""Cells that two answers beside each other need."""

Group = tuple[Exchange, ...]
"""What one row shows: one exchange, or two answers to the same question side by side."""


class Pair(Vertical):
    """The question once, and a turn without it for each answer; each can be selected and flagged by itself."""

    def __init__(self, exchanges: tuple[Exchange, ...]) -> None:
        super().__init__(classes="pair")
        self.turns = [TurnView(exchange, beside=True) for exchange in exchanges]
        self._question = exchanges[0].text
        self._ends: list[Answered] = []
        self._compared = Static("", markup=False, classes="compared")

    def compose(self) -> ComposeResult:
        yield Question(self._question)
        with Horizontal(classes="answers"):
            yield from self.turns
        yield self._compared

    def on_mount(self) -> None:
        self.on_turn_view_finished()

    def on_turn_view_finished(self) -> None:
        """Both are there: what each of them took."""
        ends = [last for turn in self.turns if (last := _answered(turn.exchange)) is not None]
        self._compared.display = len(ends) == len(self.turns)
        self._ends = ends
        self.on_resize()

    def on_resize(self) -> None:
        """Beside each other where there is room, also when a pane was made large."""
        self.set_class(self.size.width < BESIDE, "-stacked")
        spent = [_spent(end) for end in self._ends]
        beside = Content.styled("  against  ", FAINT).join(spent)
        self._compared.update(beside if beside.cell_length < self.size.width - 3 else Content("\n").join(spent))


def view_of(group: Group) -> TurnView | Pair:
    return TurnView(group[0]) if len(group) == 1 else Pair(group)


def views_of(row: Widget) -> list[TurnView]:
    return [row] if isinstance(row, TurnView) else row.turns if isinstance(row, Pair) else []


def group_of(row: TurnView | Pair) -> Group:
    return tuple(turn.exchange for turn in views_of(row))


def _answered(exchange: Exchange) -> Answered | None:
    return next((event for event in reversed(exchange.events) if isinstance(event, Answered)), None)


def _spent(end: Answered) -> Content:
    told = f"{end.tokens.generated} tokens, {duration(end.ms.total)}, {amount(end.flops.total)} operations"
    return Content.assemble((f"{end.path.value} ", f"{path_style(end.path)} bold"), (told, DIM))
