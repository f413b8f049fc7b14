"""Which line of a conversation comes before which: the order of the turns of each session."""

from __future__ import annotations

import threading

from engine.record import Record


class Chain:
    """`before` and `after` of every turn and imported line, by number; follows the record. Safe from any thread."""

    def __init__(self, record: Record) -> None:
        self._record = record
        self._lock = threading.Lock()
        self._before: dict[int, int] = {}
        self._after: dict[int, int] = {}
        self._ends: dict[str, int] = {}
        self._seen = 0

    def follow(self) -> None:
        """Take in what was added to the record since the last time."""
        with self._lock:
            for number, session in self._record.lines_since(self._seen):
                end = self._ends.get(session)
                if end is not None:
                    self._before[number], self._after[end] = end, number
                self._ends[session] = self._seen = number

    def window(self, number: int) -> tuple[int | None, int | None, int | None, int | None]:
        """The lines before, after, two before and two after."""
        before, after = self._before.get(number), self._after.get(number)
        return before, after, self._before.get(before or 0), self._after.get(after or 0)
