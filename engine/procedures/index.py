"""What is learned, in memory, for finding it: by words, by meaning and by frame. The record decides what holds."""

from __future__ import annotations

from engine.procedures.history import History
from engine.procedures.nearest import Nearest
from engine.procedures.neighbours import Neighbours, unpack
from engine.procedures.store import ProcedureStore
from engine.procedures.templates import Templates
from engine.settings import CacheSettings


class Index:
    def __init__(self, record: ProcedureStore, settings: CacheSettings) -> None:
        self.nearest = Nearest()
        self.neighbours = Neighbours()
        self.templates = Templates(record, settings)
        for row in record.procedures():
            self.templates.add(row.key)
            if row.learned:
                self._add(row.key, History.of(row))

    @property
    def learned(self) -> int:
        """How many patterns may answer."""
        return len(self.nearest)

    def put(self, key: str, history: History, learned: bool) -> None:
        """Take in what became of a pattern."""
        self.templates.add(key)
        if learned:
            self._add(key, history)
        else:
            self.nearest.discard(key)
            self.neighbours.discard(key)

    def _add(self, key: str, history: History) -> None:
        self.nearest.add(key)
        if (meaning := unpack(history.vector)) is not None:
            self.neighbours.add(key, meaning)
