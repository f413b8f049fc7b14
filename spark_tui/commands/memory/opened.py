"""Memory alone: no language model is loaded."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from engine.settings import Home, load_settings
from spark_tui.commands.shared import opened_record

if TYPE_CHECKING:
    from engine.memory import Memories


@contextmanager
def opened_memory(home: Home) -> Iterator[Memories]:
    """The record, the embedder and the index over it."""
    from engine.memory import Memories
    from engine.memory.embedder import Embedder

    settings = load_settings(home)
    with opened_record(home) as record:
        memories = Memories.open(record, home.memory, Embedder.load(), settings.memory)
        try:
            yield memories
        finally:
            memories.close()
