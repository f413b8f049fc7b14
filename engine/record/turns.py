"""Turns, their decisions and their flags."""

from __future__ import annotations

import json
import sqlite3
import time
from bisect import bisect_right
from collections.abc import Sequence

from engine.events import Flag, Usage
from engine.record.database import Database, Row, marks, storable
from engine.record.rows import Decision, Session, Turn
from engine.routing.categories import Category, Route

TURN = 'id, session, "when", text, answer, path, category, confidence, flag, speaker, kind, cacheable'
_SAME_TURN = 60.0
"""Seconds after its question within which what a turn taught counts as learned by it."""


# The turn right after one that was flagged wrong is what the person made of it.
_BEFORE = "(SELECT MAX(b.number) FROM items b WHERE b.session = items.session AND b.number < items.number)"
_CORRECTS = (
    f"UPDATE items SET corrects = {_BEFORE} WHERE kind = 'turn' AND corrects IS NULL"
    f" AND (SELECT flag FROM items w WHERE w.number = {_BEFORE}) = 'wrong'"
)


class Turns(Database):
    def add_turn(self, turn: Turn, decision_json: str = "{}", used: Sequence[str] = ()) -> int:
        """Save a turn, its decision and the use of the memories it read (`used`: their ids) in one fsynced commit.

        When this returns, the turn survives a crash or a power cut. `decision_json` is the turn as `spark ask --json`
        prints it; `flops.total` in it, and what the core alone would have spent on what it can read (`Flops.alone`),
        are what `usage` adds up. Returns the turn's number.

        Raises:
            ValueError: something with this id is there already, or `decision_json` is not JSON.
        """
        flops, monolith = _spent(decision_json)
        with self.write() as write:
            if write.execute("SELECT 1 FROM items WHERE id = ?", (turn.id,)).fetchone():
                raise ValueError(f"the record already holds something with the id {turn.id}")
            number = write.execute(
                f"INSERT INTO items ({TURN}) VALUES ({marks(12)})",
                (
                    turn.id, storable(turn.session), turn.when, storable(turn.text), storable(turn.answer), turn.path,
                    turn.category, turn.confidence, turn.flag, turn.speaker, turn.kind, turn.cacheable,
                ),
            ).lastrowid  # fmt: skip
            assert number is not None
            write.execute(
                'INSERT INTO decisions (turn_number, turn_id, "when", path, flops, monolith, json)'
                " VALUES (?, ?, ?, ?, ?, ?, pack(?))",
                (number, turn.id, turn.when, turn.path, flops, monolith, storable(decision_json)),
            )
            _touch(write, used, turn.when)
            write.executemany(
                "INSERT OR IGNORE INTO reads SELECT ?, number FROM items WHERE id = ?", [(number, one) for one in used]
            )
            write.execute(_CORRECTS + " AND number = ?", (number,))
        return number

    def turn(self, turn_id: str) -> Turn | None:
        rows = self.read(f"SELECT {TURN} FROM items WHERE id = ? AND kind IN ('turn', 'import')", (turn_id,))
        return turn_of(rows[0]) if rows else None

    def last_turns(self, session: str, n: int) -> list[Turn]:
        """The newest `n` turns of a session, oldest of them first, as a prompt wants them."""
        return self.turns(session, n)

    def turns(self, session: str | None = None, limit: int = 100) -> list[Turn]:
        """The newest `limit` turns (of one session, or of all), oldest of them first. Imports are not among them."""
        where, values = ("session = ? AND", (session,)) if session is not None else ("", ())
        rows = self.read(
            f"SELECT {TURN} FROM items WHERE {where} kind = 'turn' ORDER BY number DESC LIMIT ?", (*values, limit)
        )
        return [turn_of(row) for row in reversed(rows)]

    def sessions(self) -> list[Session]:
        """Every session with turns of one's own, the most recently used first."""
        rows = self.read(
            'SELECT session, COUNT(*), MIN("when"), MAX("when") FROM items WHERE kind = \'turn\''
            " GROUP BY session ORDER BY MAX(number) DESC"
        )
        return [Session(*row) for row in rows]

    def decisions(self, limit: int = 100) -> list[Decision]:
        """The newest `limit` decisions, oldest of them first."""
        rows = self.read(
            'SELECT turn_id, "when", unpack(json) FROM decisions ORDER BY turn_number DESC LIMIT ?', (limit,)
        )
        return [Decision(*row) for row in reversed(rows)]

    def decision(self, turn_id: str) -> Decision | None:
        rows = self.read('SELECT turn_id, "when", unpack(json) FROM decisions WHERE turn_id = ?', (turn_id,))
        return Decision(*rows[0]) if rows else None

    def usage(self) -> Usage:
        """Counts over the life of this home."""
        sums = self.read("SELECT path, COUNT(*), SUM(flops), SUM(monolith) FROM decisions GROUP BY path")
        recent = self.read("SELECT path FROM decisions WHERE path IS NOT NULL ORDER BY turn_number DESC LIMIT 20")
        paths = {Route(path): count for path, count, _, _ in sums if path is not None}
        return Usage(
            turns=sum(row[1] for row in sums),
            paths=paths,
            recent=tuple(Route(path) for (path,) in reversed(recent)),
            procedures=self.read("SELECT COUNT(*) FROM procedures WHERE learned")[0][0],
            procedure_hits=paths.get(Route.PROCEDURE, 0),
            wrong=self.read("SELECT COUNT(*) FROM items WHERE flag = 'wrong'")[0][0],
            flops=sum(row[2] for row in sums),
            monolith=sum(row[3] for row in sums),
            growth=self._growth(),
        )

    def _growth(self, points: int = 20) -> tuple[int, ...]:
        """How many of today's procedures had been learned after each of `points` equal stretches of all turns."""
        last = self.read("SELECT MAX(turn_number), MIN(turn_number) FROM decisions")[0]
        created = sorted(when for (when,) in self.read("SELECT created FROM procedures WHERE learned"))
        if last[0] is None or not created:
            return ()
        steps = [last[1] + (last[0] - last[1]) * step // points for step in range(1, points + 1)]
        whens = [
            self.read('SELECT "when" FROM decisions WHERE turn_number <= ? ORDER BY turn_number DESC LIMIT 1', (step,))
            for step in steps
        ]
        return tuple(bisect_right(created, rows[0][0] + _SAME_TURN) for rows in whens)

    def judged_shortcuts(self) -> list[tuple[float, bool]]:
        """(confidence, was it right) of each flagged answer that the fast path or a procedure gave: "wrong" or not."""
        rows = self.read(
            "SELECT confidence, flag FROM items WHERE flag IS NOT NULL AND confidence IS NOT NULL AND path IN (?, ?)",
            (Route.FAST, Route.PROCEDURE),
        )
        return [(float(confidence), flag != Flag.WRONG) for confidence, flag in rows]

    def set_flag(self, turn_id: str, flag: Flag | None) -> bool:
        """Flag an item, or clear its flag; the history of flags is kept. False: there is no such item."""
        with self.write() as write:
            if not write.execute("UPDATE items SET flag = ? WHERE id = ?", (flag, turn_id)).rowcount:
                return False
            write.execute('INSERT INTO flags (turn_id, flag, "when") VALUES (?, ?, ?)', (turn_id, flag, time.time()))
            if flag is Flag.WRONG:
                write.execute(_CORRECTS + " AND number > (SELECT number FROM items WHERE id = ?)", (turn_id,))
            else:
                write.execute(
                    "UPDATE items SET corrects = NULL WHERE corrects = (SELECT number FROM items WHERE id = ?)",
                    (turn_id,),
                )
        return True

    def flag_of(self, turn_id: str) -> Flag | None:
        rows = self.read("SELECT flag FROM items WHERE id = ?", (turn_id,))
        return Flag(rows[0][0]) if rows and rows[0][0] else None

    def touch(self, ids: Sequence[str], when: float) -> None:
        """These items were recalled and read: count it, and remember when."""
        with self.write() as write:
            _touch(write, ids, when)


def turn_of(row: Row) -> Turn:
    turn_id, session, when, text, answer, path, category, confidence, flag, speaker, kind, cacheable = row
    return Turn(
        turn_id,
        session,
        when,
        text,
        answer,
        Route(path) if path else None,
        Category(category) if category else None,
        confidence,
        Flag(flag) if flag else None,
        speaker,
        kind,
        bool(cacheable),
    )


def _touch(write: sqlite3.Connection, ids: Sequence[str], when: float) -> None:
    # A turn's time may lie before the last use (clocks move, imports are old): the newest use stays.
    write.executemany(
        "UPDATE items SET uses = uses + 1, used = MAX(COALESCE(used, ?), ?) WHERE id = ?",
        [(when, when, item_id) for item_id in ids],
    )


def _spent(decision_json: str) -> tuple[float, float]:
    """What a decision says of `Flops.total` and `Flops.alone`; zero where it says nothing."""
    try:
        decision = json.loads(decision_json)
    except ValueError as error:
        raise ValueError("decision_json is not JSON") from error
    flops = decision.get("flops") if isinstance(decision, dict) else None
    if not isinstance(flops, dict):
        return 0.0, 0.0
    operations = decision.get("operations")
    window = operations.get("window") if isinstance(operations, dict) else None
    alone = float(flops.get("monolith") or 0.0)
    return float(flops.get("total") or 0.0), min(alone, float(window)) if window else alone
