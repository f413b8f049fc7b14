"""What procedures do in a turn: one may answer instead of a model, and each learns from what was answered."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from engine.events import Memory, ProcedureFound, ProcedureMissed
from engine.procedures import Found, Missed, Procedures
from engine.record import Record, Turn
from engine.reflex import Assessment
from engine.routing.categories import Route

Recall = Callable[[], tuple[Memory, ...]]
"""What is remembered about the question."""


class Habits:
    """The procedures of a mind, with the rules of when one of them may speak."""

    def __init__(self, record: Record, procedures: Procedures) -> None:
        self._record = record
        self._procedures = procedures

    def look_up(
        self, text: str, assessment: Assessment, use_cache: bool, recall: Recall
    ) -> tuple[Found | None, ProcedureFound | ProcedureMissed]:
        """The procedure for this turn, if any, and what is said about it: `ProcedureFound` where it answers."""
        began = time.perf_counter()
        looked = self._procedures.lookup(text, assessment.event.category, assessment.embedding)
        spent = (time.perf_counter() - began) * 1000
        usage = self._record.usage()
        hit_rate = usage.procedure_hits / usage.turns if usage.turns else 0.0

        def missed(why: str, near: Found | Missed) -> ProcedureMissed:
            name = near.nearest if isinstance(near, Missed) else near.pattern
            return ProcedureMissed(why, name, near.similarity, near.learned, hit_rate, spent)

        if isinstance(looked, Missed):
            return None, missed(looked.why, looked)
        if not use_cache:
            return None, missed("the cache is switched off for this turn", looked)
        if assessment.choice.route is not Route.PROCEDURE:
            return None, missed("learned, but this turn takes another path", looked)
        if looked.personal and any(memory.kind != "document" for memory in recall()):
            return None, missed("memory knows something about it, so it is thought through", looked)
        if looked.explore:
            return looked, missed(looked.explore, looked)
        return looked, ProcedureFound(
            looked.pattern, looked.similarity, looked.why, looked.uses, looked.learned, hit_rate, spent, looked.family
        )

    def learn(
        self, turn: Turn, assessment: Assessment, found: Found | None, read: Sequence[Memory] = ()
    ) -> tuple[str, ...]:
        """What a turn of the record changes; `found`: the procedure that answered it, or that it was compared with;
        `read`: the memories that its answer could lean on."""
        source = found.pattern if found is not None else None
        changes = self._procedures.observe(turn, turn.cacheable, assessment.embedding, source, read_rightly(read))
        if found is not None and turn.path is Route.PROCEDURE:
            self._procedures.served(found)
        if found is not None and turn.cacheable and turn.path is Route.CORE:  # a hit that was put to the core as well
            changes += self._procedures.compare(found, turn.answer)
        return tuple(changes)


def read_rightly(memories: Sequence[Memory]) -> float:
    """How likely it is that the first of what was read is what was asked for; 1.0 where nothing was.

    Each score is that probability of one memory by itself (engine/memory/recall.py). As only one can be it, their odds
    stand against each other, and against that of none.
    """
    odds = [score / max(1.0 - score, 0.001) for score in (memory.score for memory in memories)]
    return odds[0] / (1.0 + sum(odds)) if odds else 1.0
