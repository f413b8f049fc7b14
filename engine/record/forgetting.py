"""Forgetting for good: of what is forgotten nothing is left in the file."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from engine.record.database import Database, marks

_FORGOTTEN = "(forgotten)"


@dataclass(frozen=True, slots=True)
class Gone:
    """What was forgotten: the items' numbers, how many decisions of other turns quoted them, and the ids of those
    turns: their answers stay, and may say it too."""

    numbers: tuple[int, ...] = ()
    quotations: int = 0
    readers: tuple[str, ...] = ()


class Forgetting(Database):
    def forget(self, ids: Sequence[str]) -> Gone:
        """Delete items, with their decisions, flags, links and facts, and the quotations of them in other decisions.

        The file is wiped where they stood (`secure_delete`) and the write-ahead log is emptied, so their text is not
        to be found in it any more.
        """
        numbers: list[int] = []
        quotations = 0
        readers: set[int] = set()
        with self.write() as write:
            for item_id in ids:
                found = write.execute("SELECT number FROM items WHERE id = ?", (item_id,)).fetchone()
                if found is None:
                    continue
                number = int(found[0])
                numbers.append(number)
                quoting = write.execute(
                    "SELECT turn_number, unpack(json) FROM decisions WHERE turn_number IN"
                    " (SELECT turn FROM reads WHERE item = ?)",
                    (number,),
                ).fetchall()
                for turn, decision in quoting:
                    quotations += 1
                    readers.add(turn)
                    rewritten = _without(decision, item_id)
                    write.execute("UPDATE decisions SET json = pack(?) WHERE turn_number = ?", (rewritten, turn))
                for sql in (
                    "DELETE FROM items WHERE number = ?",
                    "DELETE FROM decisions WHERE turn_number = ?",
                    "DELETE FROM facts WHERE number = ?",
                    "DELETE FROM reads WHERE ? IN (turn, item)",
                    "UPDATE items SET corrects = NULL WHERE corrects = ?",
                ):
                    write.execute(sql, (number,))
                write.execute("DELETE FROM flags WHERE turn_id = ?", (item_id,))
            places = sorted(readers - set(numbers))
            left = write.execute(f"SELECT id FROM items WHERE number IN ({marks(len(places))}) ORDER BY number", places)
            ids_left = tuple(item_id for (item_id,) in left)
        self.empty_log()
        return Gone(tuple(numbers), quotations, ids_left)

    def empty_log(self) -> None:
        """Move the write-ahead log into the file and cut it to nothing; if another Spark is reading, it does it."""
        self.read("PRAGMA wal_checkpoint(TRUNCATE)")


def _without(decision: str, item_id: str) -> str:
    data = json.loads(decision)
    for memory in data.get("memories", []):
        if memory.get("id") == item_id:
            memory["text"] = _FORGOTTEN
    return json.dumps(data)
