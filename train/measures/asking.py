"""One question to a whole mind, of which nothing stays."""

from __future__ import annotations

from dataclasses import dataclass

from engine.events import Answered, Checked, Recalled
from engine.nervous_system import Spark
from engine.routing.categories import Route


@dataclass(frozen=True)
class Said:
    """An answer, the ids of the memories that were read for it, how many tries failed, and its compute."""

    answer: str
    memories: tuple[str, ...]
    failed: int
    flops: float


def answer_of(spark: Spark, text: str, *, path: Route | None = Route.CORE, use_memory: bool = True) -> Said:
    """What `spark` says to `text`; no procedure answers, and nothing is remembered."""
    said, memories, failed, flops = "", tuple[str, ...](), 0, 0.0
    events = spark.reply(text, path=path, seed=0, use_memory=use_memory, use_cache=False, session="", remember=False)
    for event in events:
        match event:
            case Recalled():
                memories = tuple(memory.id for memory in event.memories)
            case Checked(fine=False):
                failed += 1
            case Answered():
                said, flops = event.answer, event.flops.total
            case _:
                pass
    return Said(said, memories, failed, flops)
