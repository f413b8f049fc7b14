"""The conversation: turns under each other, anchored at the bottom until a person scrolls."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from engine.events import Loading
from engine.routing.categories import Route
from spark_tui.chat.turn import TurnView
from spark_tui.theme import DIM, FAINT, HUE, MARK, WRONG
from spark_tui.widgets.lines import one_line

MOST_TURNS = 60
"""Turns kept on the screen; older ones stay in the record."""


class Welcome(Static):
    """What there is to see before anything was asked."""

    def __init__(self) -> None:
        super().__init__("", markup=False, id="welcome")
        self._loading: Loading | None = None
        self._awake = False

    def on_mount(self) -> None:
        self._draw()

    def hear(self, loading: Loading) -> None:
        self._loading = loading
        self._draw()

    def awake(self) -> None:
        self._awake = True
        self._draw()

    def failed(self) -> None:
        self._loading = None
        self._draw()

    def _draw(self) -> None:
        tries = [
            (Route.FAST, "def is_even(n):", "a reflex completes it"),
            (Route.CORE, "what does os.path.join do?", "the core reads memory and explains"),
            (Route.PROCEDURE, "ask the same small thing a few times", "it becomes a habit"),
        ]
        rows = [Content.styled("A small nervous system, and you can watch it think.", "bold"), Content("")]
        for path, text, why in tries:
            rows.append(Content.assemble((MARK, HUE[path]), text, ("  " + why, DIM)))
        rows += [Content(""), self._status()]
        self.update(Content("\n").join(rows))

    def _status(self) -> Content:
        if self._awake:
            return Content.styled("Awake. F1 lists every key.", DIM)
        loading = self._loading
        if loading is None:
            return Content.styled("Waking up. You can type already.", DIM)
        track = 12
        done = round(track * loading.done / loading.total) if loading.total else 0
        return Content.assemble(
            ("━" * done, "$foreground"),
            ("━" * (track - done), FAINT),
            (f" waking up: {one_line(loading.stage, 40)} … you can type already", DIM),
        )


class Conversation(VerticalScroll, can_focus=False):
    """Turns, notices and the selection among the turns."""

    def __init__(self) -> None:
        super().__init__(id="conversation")
        self.welcome = Welcome()
        self.selected: TurnView | None = None

    def on_mount(self) -> None:
        self.mount(self.welcome)
        self.anchor()

    @property
    def turns(self) -> list[TurnView]:
        return [child for child in self.children if isinstance(child, TurnView)]

    def last_answered(self) -> TurnView | None:
        return next((turn for turn in reversed(self.turns) if turn.turn_id is not None), None)

    def by_ticket(self, ticket: int) -> TurnView | None:
        return next((turn for turn in self.turns if turn.ticket == ticket), None)

    def by_id(self, turn_id: str) -> TurnView | None:
        return next((turn for turn in self.turns if turn.turn_id == turn_id), None)

    async def add(self, turns: Sequence[TurnView], first: bool = False) -> None:
        """Show turns at the end (or before all others), and let the oldest go when there are too many."""
        self.welcome.display = False
        await self.mount_all(turns, before=0 if first else None)
        excess = [turn for turn in self.turns if not turn.running][: max(0, len(self.turns) - MOST_TURNS)]
        if excess:
            await self.remove_children(excess)

    def say(self, sentence: str) -> None:
        """A sentence from Spark itself: something went wrong, or a command answers."""
        self.mount(Static(Content.assemble((MARK, WRONG), sentence), markup=False, classes="notice"))

    async def clear(self) -> None:
        """Empty the screen (the record keeps everything); what is still being written stays."""
        self.select(None)
        await self.remove_children([child for child in self.children if not _stays(child)])
        self.welcome.display = not self.turns

    def drop(self, turn: TurnView) -> None:
        """Take a turn off the screen of which nothing came."""
        turn.running = False
        if turn is self.selected:
            self.selected = None
        turn.remove()
        self.welcome.display = not any(other is not turn for other in self.turns)

    def to_end(self) -> None:
        """Back to the newest line, and stay there."""
        self.anchor()

    def select(self, turn: TurnView | None) -> None:
        if self.selected is not None:
            self.selected.remove_class("-selected")
        self.selected = turn
        if turn is not None:
            turn.add_class("-selected")
            turn.scroll_visible(animate=False)

    def neighbour(self, step: int) -> TurnView | None:
        """The answer before or after the selected one; None after the last."""
        turns = [turn for turn in self.turns if turn.turn_id is not None]
        if self.selected not in turns:
            return turns[-1] if turns and step < 0 else None
        position = turns.index(self.selected) + step
        if position >= len(turns):
            return None
        return turns[max(0, position)]

    def running(self) -> Iterator[TurnView]:
        return (turn for turn in self.turns if turn.running)


def _stays(child: object) -> bool:
    return isinstance(child, Welcome) or (isinstance(child, TurnView) and child.running)
