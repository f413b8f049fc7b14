"""Where learned procedures are kept. What they mean is the business of `engine/procedures`."""

from __future__ import annotations

from collections.abc import Callable
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
        values = [storable(v) if isinstance(v, str) else v for v in astuple(row)]
        with self.write() as write:
            write.execute(f"INSERT OR REPLACE INTO procedures ({_PROCEDURE}) VALUES ({marks(10)})", values)

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

    def add_wrong(self, key: str) -> int:
        """Count one more "wrong" against a procedure's key; returns the new count."""
        with self.write() as write:
            write.execute(
                "INSERT INTO wrongs (key, count) VALUES (?, 1) ON CONFLICT (key) DO UPDATE SET count = count + 1",
                (key,),
            )
            return int(write.execute("SELECT count FROM wrongs WHERE key = ?", (key,)).fetchone()[0])

    def set_wrong(self, key: str, count: int) -> None:
        """Set the count, for when a "wrong" flag is taken back."""
        with self.write() as write:
            write.execute("INSERT OR REPLACE INTO wrongs (key, count) VALUES (?, ?)", (key, max(0, count)))

    def wrong_counts(self) -> dict[str, int]:
        return dict(self.read("SELECT key, count FROM wrongs WHERE count > 0"))


def _procedure(row: Row) -> ProcedureRow:
    key, pattern, answer, category, agreements, uses, learned, created, used, details = row
    return ProcedureRow(
        key, pattern, answer, Category(category), agreements, uses, bool(learned), created, used, details
    )
