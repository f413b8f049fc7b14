"""An earlier turn's events again, from the decision that the record keeps of it, so that panes explain old answers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from engine.events import (
    Answered,
    Assessed,
    Attended,
    Checked,
    Event,
    Flag,
    Flops,
    Memory,
    Milliseconds,
    ProcedureFound,
    ProcedureMissed,
    Recalled,
    ScoreParts,
    TokenCounts,
)
from engine.routing.categories import Category, Route

if TYPE_CHECKING:
    from engine.record import Decision, Turn


def events_of(turn: Turn, decision: Decision | None) -> list[Event]:
    """What the turn said, as far as its decision tells (the JSON of `spark ask --json`); nothing if it does not."""
    if decision is None:
        return []
    try:
        told = json.loads(decision.json)
        return _events(turn, told)
    except (ValueError, KeyError, TypeError, AttributeError):
        return []  # an older or foreign decision: the answer is shown, the panes stay idle


def _events(turn: Turn, told: Mapping[str, Any]) -> list[Event]:
    ms, flops, tokens = told["ms"], told["flops"], told["tokens"]
    path, category = Route(told["path"]), Category(told["category"])
    operations = told.get("operations", {})
    went_into = {one.name: operations[one.name] for one in fields(Flops) if one.name in operations}
    probabilities = {Category(name): float(share) for name, share in told["probabilities"].items()}
    outside = float(told.get("outside", max(0.0, 1.0 - sum(probabilities.values()))))
    said: list[Event] = [
        Assessed(
            turn.id, turn.text, category, told["confidence"], probabilities, outside,
            told["threshold"], path, told["reason"], ms["assess"],
        )
    ]  # fmt: skip
    if procedure := told.get("procedure"):
        said.append(_looked_up(procedure, ms["lookup"]))
    if told.get("memories"):
        memories = tuple(_memory(one, turn.when) for one in told["memories"])
        said.append(Recalled(memories, 0, "", ms["recall"], told.get("ahead", 0)))
    said += [Checked(one["attempt"], one["fine"], one["fault"]) for one in told.get("tries") or ()]
    if looked := told.get("looked"):
        shares = tuple((str(label), float(share)) for label, share in looked["shares"])
        said.append(Attended(shares, looked["layer"], looked["heads"], 0.0))
    said.append(
        Answered(
            turn.id, turn.answer, path, category, told["confidence"],
            TokenCounts(
                tokens["prompt"], tokens["generated"], tokens.get("drafted", 0), tokens.get("accepted", 0),
                copied=tokens.get("copied", 0),
            ),
            Milliseconds(ms["assess"], ms["lookup"], ms["recall"], ms["first_token"], ms["total"]),
            Flops(flops["fast"], flops["core"], flops["embed"], flops["monolith"], **went_into),
        )
    )  # fmt: skip
    return said


def _looked_up(told: Mapping[str, Any], ms: float) -> Event:
    learned, hit_rate = told.get("learned", 0), told.get("hit_rate", 0.0)
    if not told.get("hit"):
        return ProcedureMissed(told["why"], told.get("nearest"), told.get("similarity"), learned, hit_rate, ms)
    return ProcedureFound(
        told["pattern"], told.get("similarity") or 0.0, told["why"],
        told.get("uses", 0), learned, hit_rate, ms, told.get("family", "pattern"),
    )  # fmt: skip


def _memory(told: Mapping[str, Any], asked: float) -> Memory:
    """`asked`: when the turn was, for a decision that does not say how old what it read was."""
    flag = Flag(told["flag"]) if told.get("flag") else None
    parts = ScoreParts(**told["parts"])
    return Memory(told["id"], told["text"], told["kind"], told["score"], parts, told.get("when", asked), flag)
