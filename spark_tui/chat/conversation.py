"""The conversation: turns under each other, anchored at the bottom until a person scrolls."""

from __future__ import annotations

from collections.abc import Iterator

from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from spark_tui.chat.exchange import Exchange
from spark_tui.chat.turn import TurnView
from spark_tui.chat.welcome import Welcome
from spark_tui.theme import MARK, WRONG

WINDOW = 12
"""Turns that have widgets. Layout visits every widget at every change: the rest of a conversation is kept as data."""
MORE = 8
"""Earlier turns that come back when a person scrolls or selects up to the first one."""


class Conversation(VerticalScroll, can_focus=False):
    """All exchanges of this run (and the last of earlier ones), the newest of them as widgets; one may be selected."""

    def __init__(self) -> None:
        super().__init__(id="conversation")
        self.welcome = Welcome()
        self.selected: TurnView | None = None
        self._earlier: list[Exchange] = []
        self._reaching_back = False

    def on_mount(self) -> None:
        self.mount(self.welcome)
        self.anchor()

    # Finding

    @property
    def turns(self) -> list[TurnView]:
        """The turns that have widgets."""
        return [child for child in self.children if isinstance(child, TurnView)]

    def running(self) -> Iterator[TurnView]:
        return (turn for turn in self.turns if turn.exchange.running)

    def newest(self) -> TurnView | None:
        return next(reversed(self.turns), None)

    def last_answered(self) -> TurnView | None:
        return next((turn for turn in reversed(self.turns) if turn.exchange.turn_id is not None), None)

    def by_ticket(self, ticket: int) -> TurnView | None:
        return next((turn for turn in self.turns if turn.exchange.ticket == ticket), None)

    def by_id(self, turn_id: str) -> TurnView | None:
        return next((turn for turn in self.turns if turn.exchange.turn_id == turn_id), None)

    # Showing

    async def add(self, exchange: Exchange) -> TurnView:
        """Show an exchange at the end; the oldest widgets beyond the window become data again."""
        self.welcome.display = False
        finished = [turn for turn in self.turns if not turn.exchange.running and turn is not self.selected]
        excess = finished[: max(0, len(self.turns) + 1 - WINDOW)]
        turn = TurnView(exchange)
        self._earlier += [old.exchange for old in excess]
        if excess:
            await self.remove_children(excess)
        await self.mount(turn)
        return turn

    async def begin_with(self, exchanges: list[Exchange]) -> None:
        """Show what was said before, above anything that was asked meanwhile."""
        self.welcome.display = False
        self._earlier = exchanges[:-WINDOW]
        await self.mount_all([TurnView(exchange) for exchange in exchanges[-WINDOW:]], before=0)

    async def reach_back(self) -> None:
        """Give the turns before the first one their widgets back; what is being read stays where it is."""
        if not self._earlier or self._reaching_back:
            return
        self._reaching_back = True
        back, self._earlier = self._earlier[-MORE:], self._earlier[:-MORE]
        height = self.virtual_size.height
        await self.mount_all([TurnView(exchange) for exchange in back], before=0)

        def settle() -> None:
            self.scroll_to(y=self.scroll_y + self.virtual_size.height - height, animate=False, immediate=True)
            self._reaching_back = False

        self.call_after_refresh(settle)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        if new_value < old_value and new_value <= 1 and self._earlier:
            self.run_worker(self.reach_back(), exclusive=True, group="reach back")

    def say(self, sentence: str) -> None:
        """A sentence from Spark itself: something went wrong. The same one twice in a row is said once."""
        last = self.children[-1] if self.children else None
        if isinstance(last, Static) and last.has_class("notice") and last.name == sentence[:200]:
            return
        self.mount(
            Static(Content.assemble((MARK, WRONG), sentence), markup=False, name=sentence[:200], classes="notice")
        )

    async def drop(self, turn: TurnView) -> None:
        """Take a turn off the screen of which nothing came."""
        turn.exchange.running = False
        if turn is self.selected:
            self.selected = None
        await turn.remove()
        self.welcome.display = not self.turns

    async def clear(self) -> None:
        """Empty the screen (the record keeps everything); what is still being written stays."""
        self.select(None)
        self._earlier = []
        await self.remove_children([child for child in self.children if not _stays(child)])
        self.welcome.display = not self.turns

    def to_end(self) -> None:
        """Back to the newest line, and stay there."""
        self.anchor()

    # Selecting

    def select(self, turn: TurnView | None) -> None:
        if self.selected is not None:
            self.selected.remove_class("-selected")
        self.selected = turn
        if turn is not None:
            turn.add_class("-selected")
            turn.scroll_visible(animate=False)

    async def neighbour(self, step: int) -> TurnView | None:
        """The answer before or after the selected one; None after the last."""
        turns = self._answered()
        if self.selected not in turns:
            return turns[-1] if turns and step < 0 else None
        position = turns.index(self.selected) + step
        if position < 0 and self._earlier:
            await self.reach_back()
            turns = self._answered()
            position = turns.index(self.selected) + step
        return turns[max(0, position)] if position < len(turns) else None

    def _answered(self) -> list[TurnView]:
        return [turn for turn in self.turns if turn.exchange.turn_id is not None]


def _stays(child: object) -> bool:
    return isinstance(child, Welcome) or (isinstance(child, TurnView) and child.exchange.running)
