"""Where learned procedures are kept. What they mean is the business of `engine/procedures`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import astuple, fields

from engine.record.database import Database, Row, marks, storable
from engine.record.rows import ProcedureRow
from engine.routing.categories import Category

_PROCEDURE = ", ".join(f.name for f in fields(ProcedureRow))


class Procedures(Database):
    def procedures(self) -> list[ProcedureRow]:
        rows = self.read(f"SELECT {_PROCEDURE} FROM procedures ORDER BY created, key")
        return [_procedure(row) for row in rows]

    def procedure(self, key: str) -> ProcedureRow | None:
        rows = self.read(f"SELECT {_PROCEDURE} FROM procedures WHERE key = ?", (key,))
        return _procedure(rows[0]) if rows else None

    def put_procedure(self, row: ProcedureRow) -> None:
        """Add a procedure, or replace the one with the same key."""
        self.put_procedures([row])

    def put_procedures(self, rows: Iterable[ProcedureRow]) -> None:
        """Add or replace many in one commit."""
        values = [[storable(v) if isinstance(v, str) else v for v in astuple(row)] for row in rows]
        with self.write() as write:
            write.executemany(f"INSERT OR REPLACE INTO procedures ({_PROCEDURE}) VALUES ({marks(10)})", values)

    def edit_procedure(
        self, key: str, change: Callable[[ProcedureRow | None], ProcedureRow | None]
    ) -> ProcedureRow | None:
        """Replace a procedure by what `change` makes of it (None: it is not there, or shall not be), in one commit.

        The row is read inside the transaction, so that two Sparks on one home never undo each other's flags.
        """
        with self.write() as write:
            found = write.execute(f"SELECT {_PROCEDURE} FROM procedures WHERE key = ?", (key,)).fetchone()
            old = _procedure(found) if found else None
            new = change(old)
            if new is None:
                write.execute("DELETE FROM procedures WHERE key = ?", (key,))
            elif new != old:
                values = [storable(v) if isinstance(v, str) else v for v in astuple(new)]
                write.execute(f"INSERT OR REPLACE INTO procedures ({_PROCEDURE}) VALUES ({marks(10)})", values)
        return new

    def delete_procedure(self, key: str) -> bool:
        with self.write() as write:
            return write.execute("DELETE FROM procedures WHERE key = ?", (key,)).rowcount > 0

    def tally(self, name: str) -> int:
        """Count one more of what `name` names; returns the new count."""
        with self.write() as write:
            write.execute(
                "INSERT INTO wrongs (key, count) VALUES (?, 1) ON CONFLICT (key) DO UPDATE SET count = count + 1",
                (name,),
            )
            return int(write.execute("SELECT count FROM wrongs WHERE key = ?", (name,)).fetchone()[0])

    def wrong_by_family(self) -> dict[str, int]:
        """How many answers of each kind of hit are flagged wrong now, by what their decisions say."""
        return dict(
            self.read(
                "SELECT COALESCE(json_extract(unpack(d.json), '$.procedure.family'), 'pattern'), COUNT(*) FROM items i"
                " JOIN decisions d ON d.turn_id = i.id WHERE i.flag = 'wrong' AND i.path = 'procedure' GROUP BY 1"
            )
        )

    def tallies(self) -> dict[str, int]:
        """Everything that `tally` counted."""
        return dict(self.read("SELECT key, count FROM wrongs WHERE count > 0"))


def _procedure(row: Row) -> ProcedureRow:
    key, pattern, answer, category, agreements, uses, learned, created, used, details = row
    return ProcedureRow(
        key, pattern, answer, Category(category), agreements, uses, bool(learned), created, used, details
    )
