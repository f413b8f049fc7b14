"""A life of turns, as fast as they can be written: is a turn saved as quickly after 10,000 as after 10, and what does
the home weigh?

Each turn is an exchange of made-up words with the decision that comes with it, two memories quoted; it is saved as
`Spark.reply` saves it, and the index follows behind.
"""

from __future__ import annotations

import json
import random
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from engine.decision import turn_as_json
from engine.events import (
    Answered,
    Assessed,
    Attended,
    Flops,
    Memory,
    Milliseconds,
    ProcedureMissed,
    Recalled,
    ScoreParts,
    TokenCounts,
)
from engine.memory import Memories
from engine.observation.recall_bench import MadeUp, bytes_of, made_up_text, percentile
from engine.record import Record, Turn
from engine.routing.categories import Category, Route
from engine.settings import MemorySettings

_STRETCH = 1_000
_RECALLED = 2


@dataclass(frozen=True, slots=True)
class Stretch:
    """Turns up to `turns`: milliseconds until one is safe on the disk, and bytes of the home as it stands."""

    turns: int
    p50: float
    p95: float
    bytes: int


@dataclass(frozen=True, slots=True)
class WriteFigures:
    """`record` and `index`: bytes after all turns, when the home is closed; `characters` of talk in them."""

    stretches: tuple[Stretch, ...]
    record: int
    index: int
    characters: int


def bench_writes(turns: int, progress: Callable[[str], None] = lambda _: None) -> WriteFigures:
    """Save so many turns in a temporary home, one straight after the other."""
    chance = random.Random(turns)
    stretches, taken, characters = [], [], 0
    said: list[Turn] = []
    with tempfile.TemporaryDirectory(prefix="spark-bench-") as folder:
        home = Path(folder)
        record = Record(home / "spark.db")
        memories = Memories.open(record, home / "memory.lance", MadeUp(), MemorySettings())
        for number in range(turns):
            turn = Turn(
                f"{number:012x}", f"s{number // 50}", time.time(), made_up_text(chance), made_up_text(chance),
                Route.CORE, Category.EXPLAIN, chance.random(),
            )  # fmt: skip
            read = chance.sample(said, _RECALLED) if len(said) > _RECALLED else []
            decision = json.dumps(_decision(turn, read, chance))
            began = time.perf_counter()
            record.add_turn(turn, decision, [one.id for one in read])
            memories.remember(turn)
            taken.append(time.perf_counter() - began)
            said.append(turn)
            characters += len(turn.text) + len(turn.answer)
            if (number + 1) % _STRETCH == 0 or number + 1 == turns:
                stretches.append(Stretch(number + 1, percentile(taken, 0.5), percentile(taken, 0.95), bytes_of(home)))
                taken = []
                progress(f"{number + 1:,} of {turns:,} turns")
        memories.wait()
        memories.close()
        record.close()
        index = bytes_of(home / "memory.lance")
        return WriteFigures(tuple(stretches), bytes_of(home) - index, index, characters)


def _decision(turn: Turn, read: list[Turn], chance: random.Random) -> dict[str, object]:
    def figure(most: float = 1.0) -> float:
        return chance.random() * most

    parts = [ScoreParts(figure(), figure(), figure(), figure(), figure()) for _ in read]
    memories = tuple(
        Memory(one.id, f"You: {one.text}\nSpark: {one.answer}", "turn", figure(), part, one.when)
        for one, part in zip(read, parts, strict=True)
    )
    return turn_as_json(
        [
            Assessed(
                turn.id, turn.text, Category.EXPLAIN, figure(), dict.fromkeys(Category, figure()),
                figure(), 0.8, Route.CORE, "explanations need thinking", figure(10),
            ),
            ProcedureMissed("nothing like it was learned", None, figure(), 0, 0.0, figure()),
            Recalled(memories, 0, "", figure(10)),
            Attended((("question", figure()), ("memory 1", figure()), ("memory 2", figure())), 5, 4, figure(10)),
            Answered(
                turn.id, turn.answer, Route.CORE, Category.EXPLAIN, figure(), TokenCounts(300, 60, 40, 21, 9_000),
                Milliseconds(figure(10), figure(), figure(10), figure(100), figure(1000)),
                Flops(figure(1e9), figure(1e10), figure(1e9), figure(1e11)),
            ),
        ]
    )  # fmt: skip
