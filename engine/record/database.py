"""A connection to the record that threads can share: short reads, and writes that are one commit each."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from engine.record.schema import open_database, plain_words

_MANY = 500  # values in one IN (...): well under SQLite's limit on variables
T = TypeVar("T")
Row = tuple[Any, ...]
"""What SQLite hands back: its columns have the types that the schema gives them."""


class Database:
    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.RLock()
        self._connection = open_database(path)

    def close(self) -> None:
        with self._lock:
            self._connection.close()

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """All or nothing: one commit, on the disk when the block has ended."""
        with self._lock, plain_words(self.path):
            # IMMEDIATE takes the write lock now, so another Spark's write is waited for rather than collided with.
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise

    def read(self, sql: str, values: Sequence[object] = ()) -> list[Row]:
        with self._lock, plain_words(self.path):
            return self._connection.execute(sql, [storable(v) if isinstance(v, str) else v for v in values]).fetchall()


def marks(n: int) -> str:
    """The place holders of `n` values."""
    return ", ".join("?" * n)


def batches(values: Sequence[T]) -> Iterator[Sequence[T]]:
    for start in range(0, len(values), _MANY):
        yield values[start : start + _MANY]


def storable(text: str) -> str:
    """Text that UTF-8 can hold: a lone surrogate, which SQLite refuses, becomes a question mark."""
    return text.encode("utf-8", "replace").decode("utf-8")
