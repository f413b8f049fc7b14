"""Everything that memory can offer: turns, imported lines and documents, as one numbered sequence."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterable, Iterator, Sequence

from engine.events import Flag
from engine.record.database import Database, Row, batches, marks, storable
from engine.record.rows import Document, ImportRow, Item

_ITEM = 'number, id, kind, session, "when", text, answer, speaker, title, source, flag, uses, used, corrects'

_WORDS = 12
"""Words of a question that are looked for where there is no index."""


class Items(Database):
    def import_rows(self, rows: Iterable[ImportRow]) -> tuple[int, int]:
        """Add lines of conversations in the order given, all or nothing; returns (added, already known).

        A row without an id gets one from its content and how often that content came before in this import, so
        that importing the same file twice adds nothing the second time.
        """
        added = known = 0
        seen: dict[str, int] = {}
        now = time.time()
        with self.write() as write:
            for row in rows:
                row_id = row.id or _content_id(row, seen)
                changed = write.execute(
                    'INSERT OR IGNORE INTO items (id, kind, session, "when", text, speaker)'
                    " VALUES (?, 'import', ?, ?, ?, ?)",
                    (
                        storable(row_id),
                        storable(row.session),
                        now if row.when is None else row.when,
                        storable(row.text),
                        storable(row.speaker) if row.speaker else row.speaker,
                    ),
                ).rowcount
                added, known = (added + 1, known) if changed else (added, known + 1)
        return added, known

    def add_documents(self, documents: Iterable[Document]) -> tuple[int, int]:
        """Add documents, all or nothing; returns (added or renewed, unchanged). A changed text replaces the old.

        Raises:
            ValueError: a document has the id of a turn.
        """
        added = known = 0
        now = time.time()
        with self.write() as write:
            for document in documents:
                content = (storable(document.title), storable(document.text), storable(document.source))
                old = write.execute(
                    "SELECT title, text, source, flag, uses, used, kind, number FROM items WHERE id = ?", (document.id,)
                ).fetchone()
                if old is not None and old[6] not in ("document", "code"):
                    raise ValueError(f"a document cannot take the id of the turn {document.id}")
                if old is not None and old[:3] == content and old[6] == document.kind:
                    known += 1
                    continue
                # A renewed document gets a new number, which is how the index learns that it changed.
                write.execute("DELETE FROM items WHERE id = ?", (document.id,))
                number = write.execute(
                    'INSERT INTO items (id, kind, session, "when", title, text, source, flag, uses, used)'
                    " VALUES (?, ?, '', ?, ?, ?, ?, ?, ?, ?)",
                    (
                        document.id,
                        document.kind,
                        document.when or now,
                        *content,
                        *(old[3:6] if old else (None, 0, None)),
                    ),
                ).lastrowid
                if old is not None:  # who read it is still known, and what quotes it can be forgotten
                    write.execute("UPDATE reads SET item = ? WHERE item = ?", (number, old[7]))
                added += 1
        return added, known

    def items_since(self, number: int, limit: int = 1000) -> list[Item]:
        """The first `limit` items added after `number`, in order: what the index has yet to take in."""
        rows = self.read(f"SELECT {_ITEM} FROM items WHERE number > ? ORDER BY number LIMIT ?", (number, limit))
        return [_item(row) for row in rows]

    def items(self, numbers: Sequence[int], characters: int | None = None) -> dict[int, Item]:
        """Those of the numbered items that still exist; at most `characters` of each text (None: all)."""
        return {row[0]: _item(row) for row in self._chosen("number", numbers, characters)}

    def items_by_id(self, ids: Sequence[str]) -> dict[str, Item]:
        return {row[1]: _item(row) for row in self._chosen("id", ids)}

    def neighbours(self, numbers: Sequence[int]) -> dict[int, tuple[int | None, int | None]]:
        """The numbers of the turns just before and just after each turn, in its own session."""
        found: dict[int, tuple[int | None, int | None]] = {}
        for some in batches(numbers):
            rows = self.read(
                "SELECT number,"
                " (SELECT MAX(p.number) FROM items p WHERE p.session = i.session AND p.number < i.number),"
                " (SELECT MIN(n.number) FROM items n WHERE n.session = i.session AND n.number > i.number)"
                f" FROM items i WHERE number IN ({marks(len(some))}) AND kind IN ('turn', 'import')",
                tuple(some),
            )
            found.update({number: (before, after) for number, before, after in rows})
        return found

    def lines_since(self, number: int) -> list[tuple[int, str]]:
        """(number, session) of every turn and imported line after `number`, in order."""
        rows = self.read(
            "SELECT number, session FROM items WHERE number > ? AND kind IN ('turn', 'import') ORDER BY number",
            (number,),
        )
        return [(int(line), str(session)) for line, session in rows]

    def last_lines(self, n: int) -> list[int]:
        """The numbers of the `n` newest turns and imported lines."""
        rows = self.read("SELECT number FROM items WHERE kind IN ('turn', 'import') ORDER BY number DESC LIMIT ?", (n,))
        return [number for (number,) in rows]

    def lines_saying(self, words: Sequence[str], n: int) -> list[int]:
        """The numbers of the `n` turns and imported lines in which most of these words occur, of equals the newest.

        It reads them all, a millisecond for a thousand: for when there is no index.
        """
        some = list(dict.fromkeys(words))[:_WORDS]
        said = " + ".join(["((text || ' ' || answer) LIKE ?)"] * len(some)) or "0"
        rows = self.read(
            f"SELECT number FROM (SELECT number, {said} AS said FROM items WHERE kind IN ('turn', 'import'))"
            " WHERE said > 0 ORDER BY said DESC, number DESC LIMIT ?",
            (*(f"%{word}%" for word in some), n),
        )
        return [number for (number,) in rows]

    def numbers(self) -> list[int]:
        """The number of every item, in order."""
        return [number for (number,) in self.read("SELECT number FROM items ORDER BY number")]

    def counts(self) -> dict[str, int]:
        """How many items of each kind there are."""
        return dict(self.read("SELECT kind, COUNT(*) FROM items GROUP BY kind"))

    def last_number(self) -> int:
        return int(self.read("SELECT COALESCE(MAX(number), 0) FROM items")[0][0])

    def _chosen(
        self, column: str, values: Sequence[int] | Sequence[str], characters: int | None = None
    ) -> Iterator[Row]:
        columns = _ITEM
        if characters is not None:
            columns = _ITEM.replace(" text, answer", f" substr(text, 1, {characters}), substr(answer, 1, {characters})")
        for some in batches(values):
            yield from self.read(f"SELECT {columns} FROM items WHERE {column} IN ({marks(len(some))})", some)


def _item(row: Row) -> Item:
    number, item_id, kind, session, when, text, answer, speaker, title, source, flag, uses, used, corrects = row
    flagged = Flag(flag) if flag else None
    return Item(
        number, item_id, kind, session, when, text, answer, speaker, title, source, flagged, uses, used, corrects
    )


def _content_id(row: ImportRow, seen: dict[str, int]) -> str:
    content = "\x1f".join((row.session, "" if row.when is None else repr(row.when), row.speaker or "", row.text))
    digest = hashlib.sha256(content.encode("utf-8", "replace")).hexdigest()[:16]
    seen[digest] = seen.get(digest, 0) + 1
    return digest if seen[digest] == 1 else f"{digest}-{seen[digest]}"
