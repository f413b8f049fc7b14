"""The time that a run has trained, across resumes and without pauses."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager


class Clock:
    """Seconds of training, going on from an earlier part of the run."""

    def __init__(self, before: float = 0.0) -> None:
        self._before = before
        self._since: float | None = time.monotonic()

    def seconds(self) -> float:
        return self._before + (0.0 if self._since is None else time.monotonic() - self._since)

    @contextmanager
    def stopped(self) -> Iterator[None]:
        """Inside, the clock stands still."""
        self._before, self._since = self.seconds(), None
        try:
            yield
        finally:
            self._since = time.monotonic()
