"""The whole record as rows of JSON, and back: turns, flags, decisions, documents, links, procedures."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping

from engine.errors import SparkError
from engine.record.database import Database, marks, storable

FORMAT = 2
_ITEM = (
    "id", "kind", "session", "when", "text", "answer", "speaker", "title", "source", "path", "category", "confidence",
    "cacheable", "flag", "uses", "used",
)  # fmt: skip
_COLUMNS = ", ".join(f'"{name}"' for name in _ITEM)
_PROCEDURE = (
    "key", "pattern", "answer", "category", "agreements", "uses", "learned", "created", "used", "details",
)  # fmt: skip
_STRANGE = (
    KeyError, TypeError, ValueError, sqlite3.IntegrityError, sqlite3.ProgrammingError, sqlite3.InterfaceError,
)  # fmt: skip
"""What a row that is none of ours may raise."""
_AT_A_TIME = 500
Json = dict[str, object]
_Reference = tuple[int | None, list[object], object]  # an item's number, the ids that it read, the id that it corrects


class Transfer(Database):
    def export(self) -> Iterator[Json]:
        """Everything, one row an item and a procedure, in order. Facts are found again when items are indexed."""
        last = 0
        while rows := self.read(
            f"SELECT number, corrects, {_COLUMNS} FROM items WHERE number > ? ORDER BY number LIMIT {_AT_A_TIME}",
            (last,),
        ):
            for number, corrects, *values in rows:
                last = number
                yield self._item(number, corrects, dict(zip(_ITEM, values, strict=True)))
        for row in self.read(f"SELECT {', '.join(_PROCEDURE)} FROM procedures ORDER BY created, key"):
            yield {"spark": FORMAT, "kind": "procedure", **dict(zip(_PROCEDURE, row, strict=True))}
        for key, count in self.read("SELECT key, count FROM wrongs ORDER BY key"):
            yield {"spark": FORMAT, "kind": "wrongs", "key": key, "count": count}

    def restore(self, rows: Iterable[Mapping[str, object]]) -> tuple[int, int]:
        """Bring exported rows in, all or nothing; returns (added, known already). What is here already stays.

        Raises:
            SparkError: a row is not one that `export` writes, or a newer Spark wrote it.
        """
        added = known = 0
        references: list[_Reference] = []  # an item may name one that comes later: a document learned anew has moved on
        with self.write() as write:
            for place, row in enumerate(rows, start=1):
                if _newer(row):
                    raise SparkError(
                        f"Row {place} was written by a newer Spark (format {row['spark']}, this one knows {FORMAT}); "
                        "nothing was imported. Update Spark to bring it in."
                    )
                try:
                    if row["kind"] == "procedure":
                        values = [_sql(row[name]) for name in _PROCEDURE]
                        sql = f"INSERT OR IGNORE INTO procedures ({', '.join(_PROCEDURE)}) VALUES ({marks(10)})"
                        write.execute(sql, values)
                        continue
                    if row["kind"] == "wrongs":
                        write.execute("INSERT OR IGNORE INTO wrongs VALUES (?, ?)", (row["key"], row["count"]))
                        continue
                    values = [_sql(row[name]) for name in _ITEM]
                    sql = f"INSERT INTO items ({_COLUMNS}) VALUES ({marks(len(_ITEM))}) ON CONFLICT (id) DO NOTHING"
                    change = write.execute(sql, values)
                    if not change.rowcount:
                        known += 1
                        continue
                    added += 1
                    references.append(_restore_history(write, change.lastrowid, row))
                except _STRANGE as error:
                    raise SparkError(
                        f"Row {place} is not one that `spark memory export` writes ({error!r})."
                    ) from error
            for number, reads, corrects in references:
                write.executemany(
                    "INSERT OR IGNORE INTO reads SELECT ?, number FROM items WHERE id = ?",
                    [(number, one) for one in reads],
                )
                if corrects is not None:
                    sql = "UPDATE items SET corrects = (SELECT number FROM items WHERE id = ?) WHERE number = ?"
                    write.execute(sql, (corrects, number))
        return added, known

    def _item(self, number: int, corrects: int | None, item: Json) -> Json:
        row: Json = {"spark": FORMAT, **item}
        flags = self.read('SELECT flag, "when" FROM flags WHERE turn_id = ? ORDER BY number', (item["id"],))
        if flags:
            row["flags"] = [list(flag) for flag in flags]
        decisions = self.read(
            'SELECT "when", path, flops, monolith, unpack(json) FROM decisions WHERE turn_number = ?', (number,)
        )
        if decisions:
            *plain, decision = decisions[0]
            row["decision"] = [*plain, json.loads(decision)]
        reads = self.read(
            "SELECT i.id FROM reads r JOIN items i ON i.number = r.item WHERE r.turn = ? ORDER BY i.number", (number,)
        )
        if reads:
            row["reads"] = [item_id for (item_id,) in reads]
        if corrects is not None:
            row["corrects"] = self.read("SELECT id FROM items WHERE number = ?", (corrects,))[0][0]
        return row


def _newer(row: Mapping[str, object]) -> bool:
    """Whether a row may hold what this Spark would lose."""
    written = row.get("spark")
    return isinstance(written, int) and written > FORMAT


def _restore_history(write: sqlite3.Connection, number: int | None, row: Mapping[str, object]) -> _Reference:
    """What happened to one item; returns what it says of other items, for when they are all there."""
    item_id = row["id"]
    flags, reads = row.get("flags", []), row.get("reads", [])
    decision, corrects = row.get("decision"), row.get("corrects")
    if not isinstance(flags, list) or not isinstance(reads, list):
        raise TypeError("flags and reads are lists")
    if not all(isinstance(one, str) for one in [*reads, corrects or ""]):
        raise TypeError("reads and corrects name items by their ids")
    write.executemany(
        'INSERT INTO flags (turn_id, flag, "when") VALUES (?, ?, ?)', [(item_id, flag, when) for flag, when in flags]
    )
    if isinstance(decision, list):
        *plain, said = decision
        write.execute(
            'INSERT INTO decisions (turn_number, turn_id, "when", path, flops, monolith, json)'
            " VALUES (?, ?, ?, ?, ?, ?, pack(?))",
            (number, item_id, *plain, json.dumps(said)),
        )
    return number, [_sql(one) for one in reads], _sql(corrects)


def _sql(value: object) -> object:
    return storable(value) if isinstance(value, str) else value
