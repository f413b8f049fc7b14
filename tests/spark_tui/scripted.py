"""A mind for tests: the same surface and the same stream of events as `engine.nervous_system.Spark`, in microseconds.

It answers from a script and keeps every option it was asked with: for the command line, which passes them on.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from engine.errors import SparkError
from engine.events import (
    Answered,
    Assessed,
    Attended,
    Flops,
    Learned,
    Memory,
    Milliseconds,
    ProcedureFound,
    ProcedureMissed,
    Recalled,
    ScoreParts,
    TokenCounts,
    TurnEvent,
    Usage,
    Wrote,
)
from engine.routing.categories import Category, Route

PROBABILITIES = {Category.EXPLAIN: 0.90, Category.ROUTINE: 0.04, Category.COMPLETION: 0.02, Category.DEBUG: 0.01}


def memory(id: str = "t1", text: str = "You: paths on windows\nSpark: backslashes", kind: str = "turn") -> Memory:
    return Memory(id, text, kind, 0.7, ScoreParts(0.8, 0.5, 0.9, 0.3), when=1_700_000_000.0)


@dataclass
class ScriptedSpark:
    """`answer` is written in pieces of four characters; `delay` seconds pass before each piece."""

    answer: str = "`os.path.join` joins *path* parts.\n"
    path: Route = Route.CORE
    category: Category = Category.EXPLAIN
    memories: tuple[Memory, ...] = field(default_factory=lambda: (memory(),))
    delay: float = 0.0
    fails_with: Exception | None = None
    asked: list[tuple[str, dict[str, object]]] = field(default_factory=list)
    closed: bool = False

    def assess(self, text: str, *, threshold: float | None = None, turn_id: str = "") -> Assessed:
        limit = 0.8 if threshold is None else threshold
        return Assessed(
            turn_id, text, self.category, 0.90, PROBABILITIES, 0.03, limit, self.path, "explanations need thinking", 4.2
        )

    def reply(
        self,
        text: str,
        *,
        path: Route | None = None,
        threshold: float | None = None,
        seed: int | None = None,
        max_tokens: int | None = None,
        use_memory: bool = True,
        use_cache: bool = True,
        session: str = "default",
        cancel: threading.Event | None = None,
    ) -> Iterator[TurnEvent]:
        self.asked.append(
            (text, {"path": path, "threshold": threshold, "seed": seed, "max_tokens": max_tokens,
                    "use_memory": use_memory, "use_cache": use_cache, "session": session})
        )  # fmt: skip
        if not text.strip():
            raise SparkError("There is nothing to answer: the message is empty.")
        turn_id = f"turn{len(self.asked)}"
        route = path or self.path
        yield self.assess(text, threshold=threshold, turn_id=turn_id)
        if self.fails_with is not None:
            raise self.fails_with
        if route is Route.PROCEDURE:
            yield ProcedureFound("what does * do", 1.0, "the same words", 4, 41, 0.22, 0.3)
        else:
            yield ProcedureMissed("the name differs", "what does os.path.exists do", 0.71, 41, 0.22, 0.3)
            if use_memory:
                yield Recalled(self.memories, 12, "", 8.0)
        written, cancelled, pieces = "", False, 0
        for start in range(0, len(self.answer), 4):
            if self.delay:
                time.sleep(self.delay)
            if cancel is not None and cancel.is_set():
                cancelled = True
                break
            pieces += 1
            written += self.answer[start : start + 4]
            yield Wrote(self.answer[start : start + 4], pieces, 41.0)
        if route is Route.CORE:
            yield Attended((("memory 1", 0.4), ("question", 0.35), ("answer", 0.25)), layer=6, heads=6, ms=2.0)
        yield Answered(
            turn_id,
            written,
            route,
            self.category,
            0.90,
            TokenCounts(prompt=80, generated=pieces),
            Milliseconds(assess=4.2, lookup=0.3, recall=8.0, first_token=30.0, total=600.0),
            Flops(fast=1e9, core=7e9, embed=2e9, monolith=7e10),
            cancelled=cancelled,
        )
        yield Learned(("Seen 2 of 3 agreeing uses of this question.",))

    def usage(self) -> Usage:
        return Usage(turns=len(self.asked), paths={self.path: len(self.asked)}, recent=(self.path,) * len(self.asked))

    def close(self) -> None:
        self.closed = True
