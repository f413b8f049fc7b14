"""The four panes together: beside the conversation where there is room, one at a time over it where not."""

from __future__ import annotations

from collections.abc import Iterable

from textual.app import ComposeResult
from textual.containers import Vertical

from engine.events import Event, Usage
from spark_tui.chat.panes.compute import ComputePane
from spark_tui.chat.panes.memory import MemoryPane
from spark_tui.chat.panes.pane import Pane
from spark_tui.chat.panes.procedures import ProceduresPane
from spark_tui.chat.panes.route import RoutePane


class PaneColumn(Vertical):
    """Hands every event to every pane. `-shown` on a pane matters only where one is open at a time."""

    def __init__(self) -> None:
        super().__init__(id="panes")
        self.panes: tuple[Pane, ...] = (RoutePane(), ProceduresPane(), MemoryPane(), ComputePane())

    def compose(self) -> ComposeResult:
        yield from self.panes

    def replay(self, events: Iterable[Event]) -> None:
        """Show one turn: everything that was said about it so far."""
        for pane in self.panes:
            pane.begin()
        for event in events:
            self.hear(event)

    def hear(self, event: Event) -> None:
        for pane in self.panes:
            pane.hear(event)

    def hear_usage(self, usage: Usage) -> None:
        for pane in self.panes:
            pane.hear_usage(usage)

    @property
    def open_pane(self) -> str | None:
        """The one that is open over the conversation, by its name."""
        return next((pane.NAME for pane in self.panes if pane.has_class("-shown")), None)

    def open(self, name: str | None) -> None:
        """Open this pane over the conversation, or none."""
        for pane in self.panes:
            pane.set_class(name == pane.NAME, "-shown")
        self.set_class(name is not None, "-open")

    def next_name(self) -> str | None:
        """What F4 opens next: each in turn, then none."""
        names = [pane.NAME for pane in self.panes]
        if self.open_pane is None:
            return names[0]
        position = names.index(self.open_pane) + 1
        return names[position] if position < len(names) else None
