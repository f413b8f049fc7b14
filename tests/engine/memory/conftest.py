"""A home for memories in a temporary folder, with an embedder that needs no weights."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import engine.memory.lookup as lookup_module
from engine.memory import Memories
from engine.record import Record
from engine.settings import MemorySettings
from tests.engine.memory.support import Open, WordEmbedder


@pytest.fixture
def embedder() -> WordEmbedder:
    return WordEmbedder()


@pytest.fixture
def no_mirror(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if the index were large: LanceDB answers each search."""
    monkeypatch.setattr(lookup_module, "LIMIT", -1)


@pytest.fixture
def record(tmp_path: Path) -> Iterator[Record]:
    record = Record(tmp_path / "spark.db")
    yield record
    record.close()


@pytest.fixture
def open_memories(tmp_path: Path, record: Record, embedder: WordEmbedder) -> Iterator[Open]:
    """Opens the memories of `record`, as often as wanted; all are closed at the end."""
    opened = []

    def opening() -> Memories:
        memories = Memories.open(record, tmp_path / "memory.lance", embedder, MemorySettings())
        opened.append(memories)
        return memories

    yield opening
    for memories in opened:
        memories.close()


@pytest.fixture
def memories(open_memories: Open) -> Memories:
    return open_memories()
