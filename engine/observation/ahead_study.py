"""How often what is read next had been fetched while the person was typing: predictive loading, measured on real talk.

A conversation of two is talked again as if with Spark: what the one says is asked, what the other says is answered.
Before each turn memory is asked what is worth reading; a hit is an item that had been fetched after the turn before.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from engine.memory import Memories
from engine.record import ImportRow, Record, Turn, new_id
from engine.settings import MemorySettings

if TYPE_CHECKING:
    from engine.memory.reading import Embeds


@dataclass(frozen=True, slots=True)
class Predicted:
    """Of `recalled` items in `turns` turns `hits` had been fetched; reading one turn's from the record takes `read_ms`,
    fetching what may be needed `fetch_ms` (medians)."""

    turns: int
    recalled: int
    hits: int
    read_ms: float
    fetch_ms: float

    @property
    def rate(self) -> float:
        return self.hits / self.recalled if self.recalled else 0.0


def study_ahead(
    talks: Sequence[Sequence[ImportRow | Turn]],
    embedder: Embeds,
    turns: int = 40,
    before: int = 100,
    progress: Callable[[str], None] = lambda _: None,
) -> Predicted:
    """Talk each conversation in a home that is thrown away, and count in `turns` turns, `before` turns from its
    beginning (or as late as there are so many)."""
    asked = recalled = hits = 0
    read: list[float] = []
    fetch: list[float] = []
    for number, talk in enumerate(talks, start=1):
        progress(f"predictive loading: talk {number} of {len(talks)}")
        with tempfile.TemporaryDirectory() as folder:
            record = Record(Path(folder) / "spark.db")
            memories = Memories.open(record, Path(folder) / "memory.lance", embedder, MemorySettings())
            try:
                said = list(_turns(talk))
                first = max(0, min(before, len(said) - turns))
                for turn in said[:first]:
                    record.add_turn(turn)
                for turn in said[first : first + turns]:
                    memories.wait()
                    found = memories.recall(turn.text)
                    ids = [memory.id for memory in found.memories]
                    asked, recalled, hits = asked + 1, recalled + len(ids), hits + found.ahead
                    began = time.perf_counter()
                    record.items_by_id(ids)
                    read.append((time.perf_counter() - began) * 1000)
                    record.add_turn(turn, used=ids)
                    memories.wait()
                    began = time.perf_counter()
                    memories.prepare(turn)
                    fetch.append((time.perf_counter() - began) * 1000)
            finally:
                memories.close()
                record.close()
    return Predicted(asked, recalled, hits, median(read or [0.0]), median(fetch or [0.0]))


def _turns(talk: Sequence[ImportRow | Turn]) -> Iterator[Turn]:
    """Two lines of different speakers, one after the other, are question and answer."""
    lines = iter(talk)
    for line in lines:
        if isinstance(line, Turn):
            yield line
        elif isinstance(answer := next(lines, None), ImportRow):
            yield Turn(new_id(), line.session, time.time(), line.text, answer.text)
