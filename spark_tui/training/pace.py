"""How often to draw: at most ten times a second, and never so often that the trainer would feel it."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

SHORTEST, LONGEST = 0.1, 2.0
"""Seconds between two drawings."""
SHARE = 0.01
"""Of one core. With what hearing and timers take besides it stays below the 3% by which training may be slowed."""
LOOKS_APART = 3.0
"""Seconds between two drawings of what observers find: half of the work of a drawing, and it changes slowly."""


class Pace:
    """After a drawing that cost t seconds of CPU, waits t / share. What a key asks for does not wait."""

    def __init__(
        self, clock: Callable[[], float] = time.monotonic, cpu: Callable[[], float] = time.process_time
    ) -> None:
        self._clock, self._cpu = clock, cpu
        self._at, self._spent = -math.inf, cpu()
        self._looked_at = -math.inf

    def due(self) -> bool:
        """Whether to draw now; if so, the next wait begins."""
        now, spent = self._clock(), self._cpu()
        wait = min(LONGEST, max(SHORTEST, (spent - self._spent) / SHARE))
        if now - self._at < wait:
            return False
        self._at, self._spent = now, spent
        return True

    def looks_due(self) -> bool:
        """Whether a drawing shows what observers found, too."""
        now = self._clock()
        if now - self._looked_at < LOOKS_APART:
            return False
        self._looked_at = now
        return True
