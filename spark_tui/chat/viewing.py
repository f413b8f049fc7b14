"""What of the screen is to be seen: panes beside the conversation or over it, one of them large, which theme."""

from __future__ import annotations

from textual.events import Resize

from spark_tui.chat.base import ChatBase
from spark_tui.chat.following import Following
from spark_tui.chat.summary import Summary
from spark_tui.theme import THEMES

WIDE = 100
"""Columns from which on the panes have room beside the conversation."""


class Viewing(ChatBase):
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (WIDE, "-wide"), (140, "-wider")]  # noqa: RUF012  # Textual's type
    VERTICAL_BREAKPOINTS = [(0, "-tiny"), (8, "-low"), (14, "-high")]  # noqa: RUF012

    _narrow = False

    def action_panes(self) -> None:
        """Wide: show or hide the column. Narrow: open one pane after the other over the conversation."""
        if self.screen.has_class("-narrow"):
            self.panes.open(self.panes.next_name())
        else:
            self.panes.open(None)
            self.screen.toggle_class("-hidden")

    def on_resize(self, event: Resize) -> None:
        """What was opened over the conversation of a narrow terminal is not meant for a wide one."""
        narrow = event.size.width < WIDE
        if self._narrow and not narrow:
            self.panes.open(None)
        self._narrow = narrow

    def action_zoom(self) -> None:
        """One pane large, then the next, then all as they were."""
        self.screen.remove_class("-hidden")
        self.panes.open(self.panes.next_name())

    def on_summary_pane_wanted(self, message: Summary.PaneWanted) -> None:
        self.panes.open(None if self.panes.open_pane == message.name else message.name)

    async def action_clear(self) -> None:
        await self.conversation.clear()

    def action_page(self, step: int) -> None:
        (self.conversation.scroll_page_up if step < 0 else self.conversation.scroll_page_down)(animate=False)

    def on_following_away(self, message: Following.Away) -> None:
        self.hints.read_above(message.away)

    def action_newest(self) -> None:
        self.conversation.to_end()

    def action_theme(self, name: str = "") -> None:
        """Wear this theme, or Spark's next one."""
        names = [theme.name for theme in THEMES]
        wanted = name or names[(names.index(self.theme) + 1 if self.theme in names else 0) % len(names)]
        if wanted not in self.available_themes:
            wanted = f"spark-{wanted}"
        if wanted in self.available_themes:
            self.theme = wanted
            self.hints.say(f"Theme {wanted}.")
        else:
            self.hints.say(f"There is no such theme; there are {', '.join(names)}, and more in the command palette.")
