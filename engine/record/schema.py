"""The shape of the record on disk, how it is opened, and what its failures are called in plain words."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from engine.errors import SparkError
from engine.record.packing import pack, unpack

APPLICATION = 0x5350524B
"""The bytes "SPRK" in the file's header: this SQLite file is Spark's."""

# One entry for each version of the schema, oldest first; an entry once released is never edited.
MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        # AUTOINCREMENT: a number is never given twice, even after a deletion, so the index can follow by number.
        """CREATE TABLE items (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            id TEXT NOT NULL UNIQUE,
            kind TEXT NOT NULL CHECK (kind IN ('turn', 'import', 'document')),
            session TEXT NOT NULL,
            "when" REAL NOT NULL,
            text TEXT NOT NULL,
            answer TEXT NOT NULL DEFAULT '',
            speaker TEXT,
            title TEXT NOT NULL DEFAULT '',
            source TEXT NOT NULL DEFAULT '',
            path TEXT,
            category TEXT,
            confidence REAL,
            cacheable INTEGER NOT NULL DEFAULT 0,
            flag TEXT CHECK (flag IN ('important', 'wrong')),
            uses INTEGER NOT NULL DEFAULT 0,
            used REAL
        )""",
        "CREATE INDEX items_by_session ON items (session, number)",
        "CREATE INDEX items_by_flag ON items (flag) WHERE flag IS NOT NULL",
        """CREATE TABLE decisions (
            turn_number INTEGER PRIMARY KEY,
            turn_id TEXT NOT NULL UNIQUE,
            "when" REAL NOT NULL,
            path TEXT,
            flops REAL NOT NULL DEFAULT 0,
            monolith REAL NOT NULL DEFAULT 0,
            json TEXT NOT NULL
        )""",
        # Usage sums over all turns; this index answers it without reading the JSON.
        "CREATE INDEX decisions_usage ON decisions (path, flops, monolith)",
        """CREATE TABLE flags (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            turn_id TEXT NOT NULL,
            flag TEXT,
            "when" REAL NOT NULL
        )""",
        """CREATE TABLE procedures (
            key TEXT PRIMARY KEY,
            pattern TEXT NOT NULL,
            answer TEXT NOT NULL,
            category TEXT NOT NULL,
            agreements INTEGER NOT NULL,
            uses INTEGER NOT NULL,
            learned INTEGER NOT NULL,
            created REAL NOT NULL,
            used REAL,
            details TEXT NOT NULL
        ) WITHOUT ROWID""",
        # Apart from the procedures: a pattern that was wrong stays harder to learn after it is forgotten.
        "CREATE TABLE wrongs (key TEXT PRIMARY KEY, count INTEGER NOT NULL) WITHOUT ROWID",
    ),
    (
        # A fourth kind, and what an item corrects: SQLite changes a CHECK only by making the table anew.
        """CREATE TABLE items_2 (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            id TEXT NOT NULL UNIQUE,
            kind TEXT NOT NULL CHECK (kind IN ('turn', 'import', 'document', 'code')),
            session TEXT NOT NULL,
            "when" REAL NOT NULL,
            text TEXT NOT NULL,
            answer TEXT NOT NULL DEFAULT '',
            speaker TEXT,
            title TEXT NOT NULL DEFAULT '',
            source TEXT NOT NULL DEFAULT '',
            path TEXT,
            category TEXT,
            confidence REAL,
            cacheable INTEGER NOT NULL DEFAULT 0,
            flag TEXT CHECK (flag IN ('important', 'wrong')),
            uses INTEGER NOT NULL DEFAULT 0,
            used REAL,
            corrects INTEGER
        )""",
        "INSERT INTO items_2 SELECT *, NULL FROM items",
        # Numbers given before, even to what is deleted since, are not given again.
        "DELETE FROM sqlite_sequence WHERE name = 'items_2'",
        "INSERT INTO sqlite_sequence SELECT 'items_2', seq FROM sqlite_sequence WHERE name = 'items'",
        "DROP TABLE items",
        "ALTER TABLE items_2 RENAME TO items",
        "CREATE INDEX items_by_session ON items (session, number)",
        "CREATE INDEX items_by_flag ON items (flag) WHERE flag IS NOT NULL",
        # Which turn read which memory: what was read together is related, and forgetting knows where copies are.
        "CREATE TABLE reads (turn INTEGER NOT NULL, item INTEGER NOT NULL, PRIMARY KEY (turn, item)) WITHOUT ROWID",
        "CREATE INDEX reads_by_item ON reads (item, turn)",
        """INSERT OR IGNORE INTO reads SELECT d.turn_number, i.number FROM decisions d,
            json_each(d.json, '$.memories') m JOIN items i ON i.id = json_extract(m.value, '$.id')""",
        """CREATE TABLE facts (
            number INTEGER NOT NULL,
            topic TEXT NOT NULL,
            value TEXT NOT NULL,
            PRIMARY KEY (number, topic)
        ) WITHOUT ROWID""",
        "CREATE INDEX facts_by_topic ON facts (topic, number)",
        "UPDATE decisions SET json = pack(json)",
    ),
)
VERSION = len(MIGRATIONS)


def open_database(path: Path) -> sqlite3.Connection:
    """Open or create the record at `path` and bring it to the newest schema.

    Raises:
        SparkError: it is damaged, not Spark's, from a newer Spark, or cannot be written. Nothing is deleted.
    """
    with plain_words(path):
        # isolation_level=None: transactions are begun and ended by us, in one visible place.
        connection = sqlite3.connect(path, timeout=10.0, isolation_level=None, check_same_thread=False)
        try:
            _prepare(connection, path)
        except BaseException:
            connection.close()
            raise
        return connection


def _prepare(connection: sqlite3.Connection, path: Path) -> None:
    version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    application = int(connection.execute("PRAGMA application_id").fetchone()[0])
    tables = int(connection.execute("SELECT COUNT(*) FROM sqlite_schema").fetchone()[0])
    if application != APPLICATION and (application or version or tables):
        raise SparkError(f"{path} is not Spark's record; it was left alone. Choose another home with --home DIR.")
    if version > VERSION:
        raise SparkError(
            f"{path} was written by a newer Spark (schema {version}, this one knows {VERSION}); "
            "it was left alone. Update Spark to use it."
        )
    # FULL: a commit returns after the write-ahead log is on the disk, which is what "acknowledged" means here.
    # The log is moved into the file at every megabyte (256 pages) rather than every four: a home is small.
    pragmas = ("journal_mode = WAL", "synchronous = FULL", "busy_timeout = 10000", "secure_delete = ON")
    for pragma in (*pragmas, "wal_autocheckpoint = 256", "journal_size_limit = 1048576"):
        connection.execute(f"PRAGMA {pragma}")
    connection.create_function("pack", 1, pack, deterministic=True)
    connection.create_function("unpack", 1, unpack, deterministic=True)
    if version == VERSION:
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        version = int(connection.execute("PRAGMA user_version").fetchone()[0])  # another Spark may have been faster
        for statements in MIGRATIONS[version:]:
            for statement in statements:
                connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {VERSION}")
        connection.execute(f"PRAGMA application_id = {APPLICATION}")
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise


@contextmanager
def plain_words(path: Path) -> Iterator[None]:
    """Turn SQLite's errors about the file into one sentence for a person; all others pass through."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        name = getattr(error, "sqlite_errorname", "") or ""
        if name.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")):
            raise SparkError(
                f"Spark's record {path} is damaged ({error}); it was kept as it is. "
                "Restore it from a copy, or move it away to begin anew."
            ) from error
        if name.startswith(("SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM")):
            raise SparkError(
                f"Spark cannot write its record {path} ({error}); choose another home with --home DIR or SPARK_HOME."
            ) from error
        if name.startswith("SQLITE_FULL"):
            raise SparkError(f"The disk is full: Spark could not save to {path}; free some space.") from error
        if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
            raise SparkError(f"Another program has held {path} for ten seconds; close it and try again.") from error
        if name.startswith("SQLITE_IOERR"):
            raise SparkError(f"The disk failed while Spark used {path} ({error}); nothing was deleted.") from error
        raise
