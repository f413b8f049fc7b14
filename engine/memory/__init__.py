"""Memory: a search over the record that offers the few things worth reading, or nothing."""

from engine.memory.memories import CODE, DOCUMENTS, EVERYTHING, SAID, Memories, MemoryStats
from engine.memory.recall import Ranking

__all__ = ["CODE", "DOCUMENTS", "EVERYTHING", "SAID", "Memories", "MemoryStats", "Ranking"]
