"""A turn as one JSON object: what `spark ask --json` prints and what the record keeps of every decision."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from engine.errors import SparkError
from engine.events import (
    Answered,
    Assessed,
    Attended,
    Checked,
    Flag,
    Learned,
    Memory,
    ProcedureFound,
    ProcedureMissed,
    Recalled,
    ScoreParts,
    TurnEvent,
)
from engine.routing.policy import handed_over

Json = dict[str, object]


def turn_as_json(events: Iterable[TurnEvent]) -> Json:
    """The turn that `events` tell of.

    Raises:
        SparkError: the turn ended without an answer.
    """
    assessed: Assessed | None = None
    answered: Answered | None = None
    procedure: Json = {"hit": False, "pattern": None, "similarity": None, "why": "not looked up"}
    memories: tuple[Memory, ...] = ()
    ahead = 0
    learned: list[str] = []
    tries: list[Json] = []
    looked: Json | None = None
    for event in events:
        match event:
            case Assessed():
                assessed = event
            case ProcedureFound(pattern=pattern, similarity=similarity, why=why, uses=uses, family=family):
                procedure = {"hit": True, "pattern": pattern, "similarity": similarity, "why": why, "uses": uses}
                procedure["family"] = family
            case ProcedureMissed(why=why, nearest=nearest, similarity=similarity):
                procedure = {"hit": False, "pattern": None, "similarity": similarity, "why": why, "nearest": nearest}
            case Recalled():
                memories, ahead = event.memories, event.ahead
            case Answered():
                answered = event
            case Checked(attempt=attempt, fine=fine, fault=fault):
                tries.append({"attempt": attempt, "fine": fine, "fault": fault})
            case Attended():
                looked = {"layer": event.layer, "heads": event.heads, "shares": [list(pair) for pair in event.shares]}
            case Learned():
                learned += event.changes
            case _:
                pass
    if assessed is None or answered is None:
        raise SparkError("The turn ended without an answer; ask again.")
    instead = handed_over(assessed.path, answered.path, any(memory.is_text for memory in memories))
    operations: Json = asdict(answered.flops)
    flops = {name: operations.pop(name) for name in ("fast", "core", "embed", "monolith")}
    flops["total"] = answered.flops.total
    turn: Json = {
        "turn_id": answered.turn_id,
        "answer": answered.answer,
        "path": answered.path.value,
        "category": answered.category.value,
        "confidence": answered.confidence,
        "probabilities": {category.value: p for category, p in assessed.probabilities.items()},
        "outside": assessed.outside,
        "threshold": assessed.threshold,
        "reason": instead.reason if instead else assessed.reason,
        "procedure": procedure,
        "memories": [memory_as_json(memory) for memory in memories],
        "ahead": ahead,
        "tries": tries,
        "looked": looked,
        "tokens": asdict(answered.tokens),
        "ms": asdict(answered.ms),
        "flops": flops,
        "operations": operations,
        "cancelled": answered.cancelled,
        "saved": answered.saved,
        "note": answered.note,
        "anew": answered.anew,
        "learned": learned,
    }
    return {name: _rounded(value) for name, value in turn.items()}


def memory_as_json(memory: Memory) -> Json:
    return {
        "id": memory.id,
        "text": memory.text,
        "kind": memory.kind,
        "score": memory.score,
        "parts": asdict(memory.parts),
        "when": memory.when,
        "flag": None if memory.flag is None else memory.flag.value,
    }


def memory_from_json(told: Mapping[str, Any]) -> Memory:
    """What `memory_as_json` made, read again from the record."""
    parts, flag = ScoreParts(**told["parts"]), told["flag"]
    about = {name: told[name] for name in ("id", "text", "kind", "score", "when")}
    return Memory(**about, parts=parts, flag=None if flag is None else Flag(flag))


def _rounded(value: object) -> object:
    """Figures to six digits: what comes after them is noise, and half of a decision on the disk. Times stay whole."""
    match value:
        case float():
            return float(f"{value:.6g}")
        case dict():
            return {name: one if name == "when" else _rounded(one) for name, one in value.items()}
        case list() | tuple():
            return [_rounded(one) for one in value]
        case _:
            return value
