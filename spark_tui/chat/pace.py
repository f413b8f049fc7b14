"""How often an answer is drawn while it is written: often enough to read well, not so often that keys must wait."""

from __future__ import annotations

import time
from collections.abc import Callable

SECONDS = 0.1
"""Between two looks at what was written: smooth to read."""
SHARE = 0.35
"""The most of a core that the screen takes for it; where a frame takes longer, as in a long list, frames are fewer."""
TYPING_SECONDS = 0.25
"""So long after a key somebody is still typing."""
WAIVED = 3
"""Looks in a row that are left out for a person who types: a key must wait while an answer is drawn."""


class Pace:
    """Says at each look whether to draw. `clock` and `spent` are seconds, of the wall and of this thread's CPU."""

    def __init__(
        self, clock: Callable[[], float] = time.monotonic, spent: Callable[[], float] = time.thread_time
    ) -> None:
        self._clock, self._cpu = clock, spent
        self._drawn = self._typed = 0.0
        self._spent = 0.0
        self._waived = 0

    def typed(self) -> None:
        """A key has changed the input."""
        self._typed = self._clock()

    def due(self) -> bool:
        now, spent = self._clock(), self._cpu()
        if now - self._typed < TYPING_SECONDS and self._waived < WAIVED:
            self._waived += 1
            return False
        if spent - self._spent > SHARE * (now - self._drawn):
            return False
        self._drawn, self._spent, self._waived = now, spent, 0
        return True
