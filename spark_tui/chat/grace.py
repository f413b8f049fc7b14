"""A moment in which the screen waits with its next frame: an answer that comes at once is drawn together with its
question. A frame of the question alone would be one more layout, before the answer could be drawn."""

from __future__ import annotations

from typing import Any

from textual.app import App
from textual.timer import Timer

SECONDS = 0.03
"""A learned answer is there within 20 ms, even if the engine shares a core with the screen; nobody sees this wait."""


class Grace:
    """`begin` holds frames back until `end`, or for `SECONDS`."""

    def __init__(self, app: App[Any]) -> None:
        self._app = app
        self._timer: Timer | None = None

    def begin(self) -> None:
        if self._timer is None:
            self._app._begin_batch()
            self._timer = self._app.set_timer(SECONDS, self.end)

    def end(self) -> None:
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
            self._app._end_batch()
            self._app.screen.check_idle()
