"""Memory: a search over the record that offers the few things worth reading, or nothing."""

from engine.memory.memories import Memories, MemoryStats
from engine.memory.recall import Ranking

__all__ = ["Memories", "MemoryStats", "Ranking"]
