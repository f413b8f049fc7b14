"""A scroll that follows its newest line, until a person reads further up; and says when that changes."""

from __future__ import annotations

from dataclasses import dataclass

from textual.containers import VerticalScroll
from textual.message import Message


class Following(VerticalScroll, can_focus=False):
    """`anchor` it once it is mounted."""

    @dataclass
    class Away(Message):
        """Whether a person reads further up, and the newest line is out of sight, has changed."""

        away: bool

    _away = False

    def release_anchor(self) -> None:
        """Every scroll lets go of the newest line; one that ends where it began, at the bottom, shall not.

        Textual looks at that only when the place changes: one page down too many, and the answer ran out of sight.
        """
        bottom = self.max_scroll_y
        super().release_anchor()
        self.call_after_refresh(self._hold, bottom)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        self._notice()

    def _hold(self, bottom: int) -> None:
        if self._anchored and self.scroll_target_y >= bottom:
            self._anchor_released = False
        self._notice()

    def _notice(self) -> None:
        away = self._anchor_released and self.scroll_y < self.max_scroll_y
        if away != self._away:
            self._away = away
            self.post_message(self.Away(away))
