"""The conversation: turns under each other, anchored at the bottom until a person scrolls."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from dataclasses import dataclass

from textual.content import Content
from textual.message import Message
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Static

from engine.text import sanitize
from spark_tui.chat.exchange import NOT_ASKED, Exchange
from spark_tui.chat.following import Following
from spark_tui.chat.pair import Group, Pair, group_of, view_of, views_of
from spark_tui.chat.turn import TurnView
from spark_tui.chat.welcome import Welcome
from spark_tui.theme import MARK, WRONG

WINDOW = 12
"""Rows that have widgets. Layout visits every widget at every change: the rest of a conversation is kept as data."""
FIRST = 4
"""Rows that have widgets when a session is opened: a screen full. Markdown takes its time."""
MORE = 2
"""Rows that come back in one step when a person scrolls or selects near the first or the last one: 60 ms of work,
and what is typed meanwhile comes before the next step."""
ABOVE, BELOW = 2, 2
"""Screens above the eye that have widgets before anybody scrolls there; and below: what is further down while a person
reads far back becomes data again."""
RESTS = 3.0
"""Seconds without such a step after which memory is tidied."""
AHEAD = 6
"""Rows kept as data above those: with fewer left, more are asked of the record before they are needed."""


class Conversation(Following):
    """A stretch of one session as widgets, with what was before and after it as data; one turn may be selected."""

    @dataclass
    class EarlierWanted(Message):
        """A person has scrolled to the first turn that is known here, and the record may have more."""

        turn_id: str

    def __init__(self) -> None:
        super().__init__(id="conversation")
        self.welcome = Welcome()
        self.selected: TurnView | None = None
        self._earlier: list[Group] = []
        self._later: list[Group] = []
        self._more = False  # the record has turns before the first one here
        self._moving = False
        self._next: TurnView | None = None
        self._making = False
        self._collecting: Timer | None = None

    def on_mount(self) -> None:
        self.mount(self.welcome)
        self.anchor()

    # Finding

    @property
    def rows(self) -> list[TurnView | Pair]:
        rows = (child for child in self.children if isinstance(child, TurnView | Pair))
        return [row for row in rows if not (isinstance(row, TurnView) and row.exchange.ticket == NOT_ASKED)]

    @property
    def turns(self) -> list[TurnView]:
        """The turns that have widgets."""
        return [turn for row in self.rows for turn in views_of(row)]

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

    async def add(self, exchange: Exchange) -> None:
        """Show an exchange at the end; the oldest widgets beyond the window become data again."""
        await self._forward_to_end()
        self.welcome.display = False
        finished = [row for row in self.rows if not _busy(row) and self.selected not in views_of(row)]
        excess = finished[: max(0, len(self.rows) + 1 - WINDOW)]
        self._earlier += [group_of(row) for row in excess]
        if excess:
            await self.remove_children(excess)
            self._collect_later()
        turn, self._next = self._next, None
        if turn is None:
            await self.mount(TurnView(exchange))
            return
        turn.take_up(exchange)
        if self.children[-1] is not turn:
            self.move_child(turn, after=-1)

    async def make_ready(self) -> None:
        """Have the widgets of the next row there, unseen, before it is asked for: making them takes longer than a
        learned answer."""
        if self._making or self._next is not None or not self.is_attached:
            return
        self._making = True
        turn = TurnView(Exchange.asked(NOT_ASKED, "", ""))
        turn.display = False
        await self.mount(turn)
        await turn.prepare()
        self._next, self._making = turn, False

    async def put_beside(self, turn: TurnView, exchange: Exchange) -> bool:
        """Show another answer to the same question beside that turn. False: there is one already."""
        if turn.parent is not self:
            return False
        pair = Pair((turn.exchange, exchange))
        if self.selected is turn:
            self.selected = None
        await self.mount(pair, before=turn)
        await turn.remove()
        pair.scroll_visible(animate=False)
        return True

    async def begin_with(self, exchanges: list[Exchange], more: bool) -> None:
        """Show what was said before, above anything that was asked meanwhile. `more`: there was more before that."""
        self.welcome.display = False
        self._earlier = [(exchange,) for exchange in exchanges[:-FIRST]]
        self._more = more
        with self.app.batch_update():
            await self.mount_all([TurnView(exchange) for exchange in exchanges[-FIRST:]], before=0)
        self.call_after_refresh(self._fill)

    async def _fill(self) -> None:
        """What is too short to be scrolled shows what was before it."""
        if self.max_scroll_y == 0 and self._earlier:
            await self.reach_back()

    async def reach_back(self) -> None:
        """Give the turns before the first one their widgets back; what is being read stays where it is."""
        if self._moving:
            return
        self._look_ahead()
        if not self._earlier:
            return
        self._moving = True
        back, self._earlier = self._earlier[-MORE:], self._earlier[:-MORE]
        edge = self.scroll_y + (1 + BELOW) * self.size.height
        far = [row for row in self.rows if row.virtual_region.y > edge]
        first = self.rows[0] if self.rows else None
        above = first.virtual_region.y - self.scroll_y if first is not None else 0.0
        with self.app.batch_update():  # one layout for all of them, and no frame in which what is read has jumped
            await self.mount_all([view_of(group) for group in back], before=0)
            await self._let_go(far)
            self.screen._refresh_layout()
            self._keep_place(first, above)
        self.refresh()
        self.call_after_refresh(self._keep_place, first, above, self.scroll_y)
        self._moving = False
        self.call_after_refresh(self._go_on)

    async def _go_on(self) -> None:
        """Another step, while what is above the eye would not last."""
        if self._near_top() and self._earlier:
            await self.reach_back()

    def _near_top(self) -> bool:
        return self.scroll_y <= ABOVE * self.size.height

    def _look_ahead(self) -> None:
        """Ask for what the record has before the first turn here, if little is left."""
        known = [*(group[0] for group in self._earlier[:1]), *(turn.exchange for turn in self.turns[:1])]
        if self._more and len(self._earlier) < AHEAD and known and known[0].turn_id is not None:
            self._more = False
            self.post_message(self.EarlierWanted(known[0].turn_id))

    async def older(self, exchanges: list[Exchange], more: bool) -> None:
        """What the record has before the first turn here."""
        waited_for = not self._earlier
        self._earlier[:0] = [(exchange,) for exchange in exchanges]
        self._more = more
        if waited_for:
            await self.reach_back()

    async def reach_forward(self) -> None:
        """The same towards the end."""
        if self._moving or not self._later:
            return
        self._moving = True
        on, self._later = self._later[:MORE], self._later[MORE:]
        with self.app.batch_update():
            await self.mount_all([view_of(group) for group in on])
        self._moving = False

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        if new_value < old_value and self._near_top() and (self._earlier or self._more):
            self.call_later(self.reach_back)
        elif new_value > old_value and new_value >= self.max_scroll_y - 1 and self._later:
            self.call_later(self.reach_forward)

    def draw(self) -> None:
        """Show what is there now, not at the screen's next tick: somebody waits for it."""
        if self.is_attached:
            self.screen._refresh_layout()

    def say(self, sentence: str) -> None:
        """A sentence from Spark itself: something went wrong. The same one twice in a row is said once."""
        sentence = sanitize(sentence)
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
        row = turn if turn.parent is self else next(row for row in self.rows if turn in views_of(row))
        rest = [exchange for exchange in group_of(row) if exchange is not turn.exchange]
        if rest:
            await self.mount(TurnView(rest[0]), before=row)
        await row.remove()
        self.welcome.display = not self.turns

    async def clear(self) -> None:
        """Empty the screen (the record keeps everything); what is still being written stays."""
        self.select(None)
        self._earlier, self._later, self._more = [], [], False
        await self.remove_children([child for child in self.children if not _stays(child)])
        self.welcome.display = not self.turns

    def to_end(self) -> None:
        """Back to the newest line, and stay there."""
        if self._later:
            self.call_later(self._forward_to_end)
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
        if not 0 <= position < len(turns):
            await (self.reach_back() if step < 0 else self.reach_forward())
            turns = self._answered()
            position = turns.index(self.selected) + step
        return turns[max(0, position)] if position < len(turns) else None

    def _answered(self) -> list[TurnView]:
        return [turn for turn in self.turns if turn.exchange.turn_id is not None]

    # Moving the stretch that has widgets

    def _keep_place(self, row: Widget | None, above: float, expected: float | None = None) -> None:
        """Scroll so that a row stands `above` lines under the top again; not if a person has scrolled meanwhile."""
        if row is not None and row.is_attached and expected in (None, self.scroll_y):
            self.scroll_to(y=row.virtual_region.y - above, animate=False, immediate=True)

    async def _let_go(self, far: list[TurnView | Pair]) -> None:
        """Rows far below what is read become data again, unless one of them is busy or selected."""
        if far and not any(map(_busy, far)) and not any(self.selected in views_of(row) for row in far):
            self._later = [group_of(row) for row in far] + self._later
            await self.remove_children(far)
            self._collect_later()

    def _collect_later(self) -> None:
        """Widgets that are gone are garbage in circles: looked for once nobody scrolls any more."""
        if self._collecting is not None:
            self._collecting.stop()
        self._collecting = self.set_timer(RESTS, gc.collect)

    async def _forward_to_end(self) -> None:
        """Let the last rows be the ones that have widgets."""
        if not self._later:
            return
        groups = [*self._earlier, *map(group_of, self.rows), *self._later]
        self._earlier, self._later = groups[:-WINDOW], []
        if self.selected is not None:
            self.select(None)
        with self.app.batch_update():
            await self.remove_children(self.rows)
            await self.mount_all([view_of(group) for group in groups[-WINDOW:]])


def _busy(row: Widget) -> bool:
    return any(turn.exchange.running for turn in views_of(row))


def _stays(child: Widget) -> bool:
    return isinstance(child, Welcome) or _busy(child)
