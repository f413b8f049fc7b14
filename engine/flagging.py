"""A person's word on an answer, in the record and in the procedures. No model is needed to take it in."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from engine.errors import SparkError
from engine.events import Flag, FlagEvent, Flagged, Learned
from engine.procedures import Procedures
from engine.record import Record, Turn
from engine.routing.categories import Route

if TYPE_CHECKING:
    from engine.procedures.neighbours import Meaning


def flag_turn(
    record: Record, procedures: Procedures, turn_id: str, flag: Flag | None, embed: Callable[[str], Meaning]
) -> Iterator[FlagEvent]:
    """Say that an answer was important or wrong; None takes the flag back.

    `embed` gives the meaning of the question, and is asked only where there are relatives to reconsider.

    Raises:
        SparkError: there is no such turn, or the record cannot be written.
    """
    turn = known_turn(record, turn_id)
    source = _answered_by(record, turn)
    # Whatever forgets comes first: if the machine stops between the two, an answer is gone rather than served.
    if flag is Flag.WRONG:
        changes = procedures.on_flag(turn, flag, source, lambda: embed(turn.text))
        record.set_flag(turn_id, flag)
    else:
        record.set_flag(turn_id, flag)
        changes = procedures.on_flag(turn, flag, source)
    yield Flagged(turn_id, flag, again=flag is Flag.WRONG)
    yield Learned((_IN_MEMORY[flag], *changes))


def known_turn(record: Record, turn_id: str) -> Turn:
    """Raises SparkError where there is no such turn."""
    turn = record.turn(turn_id)
    if turn is None:
        raise SparkError(f"There is no turn {turn_id}; `spark memory list` shows the ids.")
    return turn


def _answered_by(record: Record, turn: Turn) -> str | None:
    """The pattern of the procedure that answered a turn."""
    decision = record.decision(turn.id) if turn.path is Route.PROCEDURE else None
    return json.loads(decision.json).get("procedure", {}).get("pattern") if decision is not None else None


_IN_MEMORY = {
    Flag.IMPORTANT: "Memory ranks this turn higher, and it will not fade.",
    Flag.WRONG: "Memory keeps this turn but will not offer it again; it is on the list of failures.",
    None: "Memory treats this turn like any other again.",
}
