"""The search index: LanceDB over the record, holding for each item its number, its vector and its words.

Nothing here is the truth: every row can be made again from the record, so whatever is damaged is simply replaced.
"""

from __future__ import annotations

import os
import re
import shutil
import warnings
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.errors import SparkError
from engine.memory.rows import Group, Row, in_8_bits, unit
from engine.memory.trouble import IndexTrouble, index_trouble

if TYPE_CHECKING:
    import pyarrow as pa
    from lancedb import DBConnection
    from lancedb.table import Table


_TABLE = "items"
_COLUMNS = ("number", "vector", "words", "states", "kind")
_FORMAT = "4"
_SLIPPED = re.compile(r"\w{2,}:")
"""An address with something missing, not a folder of that name. (A single letter is a drive.)"""
_NUMBERED_FROM = 20_000
"""From so many rows on they are fetched by number through an index."""
_KEEP = timedelta(minutes=1)
"""Old versions are kept so long: another Spark may still be reading one (and if it takes longer, it reads again)."""


def index_place(uri: str, folder: Path) -> Path | str:
    """Where the index lies: `folder`, unless the setting `memory.uri` names an address or another folder. One that is
    no whole path is looked for from the home, wherever Spark was started.

    Raises:
        SparkError: it is neither.
    """
    if "://" in uri:
        return uri
    if _SLIPPED.match(uri):
        raise SparkError(
            f"The setting memory.uri is {uri}, which is no folder and no address (those are written s3://bucket/path); "
            "`spark config set memory.uri ADDRESS` names another place, or none for the home itself."
        )
    return folder.parent / Path(uri).expanduser() if uri else folder


class Index:
    """One LanceDB table. Any method may raise `IndexTrouble`; `Follower` knows how to begin again.

    `place`: a folder, or any address that LanceDB takes, such as "s3://bucket/path".
    """

    def __init__(self, place: Path | str, embedder: str, width: int) -> None:
        self.place = place
        self._embedder = embedder
        self._width = width
        try:
            self._table = self._open()
        except IndexTrouble:  # damaged, or made by another embedder
            if not isinstance(place, Path):
                self._reach()  # an address that cannot be reached is no damage
            self.start_anew()

    def reopen(self) -> None:
        self._table = self._open()

    @index_trouble()
    def start_anew(self) -> None:
        """Throw the folder (elsewhere: the table) away and begin an empty table."""
        if isinstance(self.place, Path):
            _remove(self.place)
        else:
            with suppress(ValueError, FileNotFoundError):  # there is none
                self._connect().drop_table(_TABLE)
        self._table = self._open()

    @index_trouble()
    def version(self) -> int:
        """Grows with every change that anyone makes."""
        return int(self._table.version)

    @index_trouble()
    def count(self) -> int:
        return int(self._table.count_rows())

    @index_trouble()
    def contents(self, after: int = 0) -> list[tuple[int, str]]:
        """(number, words) of every row with a number above `after`."""
        rows = self._table.search().where(f"number > {after}").select(["number", "words"]).to_arrow()
        return list(zip(rows["number"].to_pylist(), rows["words"].to_pylist(), strict=True))

    @index_trouble()
    def add(self, rows: Sequence[Row]) -> None:
        import numpy as np
        import pyarrow as pa

        vectors_ND = in_8_bits(np.stack([row.vector for row in rows]))
        columns = [
            pa.array([row.number for row in rows], pa.int64()),
            pa.array([bytes(vector_D) for vector_D in vectors_ND], pa.binary(self._width)),
            pa.array([row.words for row in rows], pa.string()),
            pa.array([row.states for row in rows], pa.binary()),
            pa.array([row.group for row in rows], pa.int8()),
        ]
        self._table.add(pa.table(columns, schema=self._schema()))

    @index_trouble()
    def delete(self, numbers: Sequence[int]) -> None:
        for start in range(0, len(numbers), 1000):
            self._table.delete(f"number IN ({', '.join(map(str, numbers[start : start + 1000]))})")

    def scan(self, after: int = 0, states: bool = True) -> Iterator[list[Row]]:
        """Every row with a number above `after`, some thousands at a time; without `states` those are left out."""
        columns = [name for name in _COLUMNS if states or name != "states"]
        with index_trouble():
            for batch in self._table.search().where(f"number > {after}").select(columns).to_batches():
                yield self._rows(batch)

    @index_trouble()
    def saying(self, words: Sequence[str], n: int, group: Group) -> list[int]:
        """The numbers of the `n` rows of a group that say most of these words, best first by LanceDB's BM25."""
        query = self._table.search(" ".join(words), query_type="fts", fts_columns="words")
        found = query.where(f"kind = {int(group)}", prefilter=True).select(["number", "_score"]).limit(n).to_arrow()
        numbers: list[int] = found["number"].to_pylist()
        return numbers

    @index_trouble()
    def rows(self, numbers: Sequence[int]) -> list[Row]:
        """The rows with these numbers, in any order."""
        if not numbers:
            return []
        query = self._table.search().where(f"number IN ({', '.join(map(str, numbers))})")
        return self._rows(query.select(list(_COLUMNS)).limit(len(numbers)).to_arrow())

    def check(self) -> None:
        """Read a little of everything. Raises `IndexTrouble` when the table is damaged."""
        contents = self.contents()
        if not contents:
            return
        self.rows([number for number, _ in contents[:1]])
        known = next((said for _, said in contents if said), None)
        # A word index whose files are gone finds nothing and says nothing.
        if known is not None and not any(self.saying(known.split()[:1], 1, group) for group in Group):
            raise IndexTrouble(RuntimeError("the word index is damaged"))

    @index_trouble()
    def optimize(self, keep: timedelta = _KEEP) -> None:
        """Merge small files, bring the full-text index up to date, drop versions that no one can be reading."""
        with warnings.catch_warnings():
            # Another Spark that is reading an old version just now fails, opens the newest and reads again.
            warnings.filterwarnings("ignore", message="optimize.cleanup_older_than=0")
            self._table.optimize(cleanup_older_than=keep)
            if not keep:  # the word index was merged after the cleaning, and left its old pieces
                self._table.optimize(cleanup_older_than=keep)
        if self.count() >= _NUMBERED_FROM and not self._indexed("number"):
            from lancedb.index import BTree

            self._table.create_index("number", config=BTree())

    def forget(self, numbers: Sequence[int]) -> None:
        """Delete rows from the table and from every older version of it: nothing of them is left in the files."""
        self.delete(numbers)
        self.optimize(keep=timedelta(0))

    @index_trouble()
    def pieces(self) -> int:
        """In how many files the rows lie: each single addition makes one more, until `optimize`."""
        stats: Any = self._table.stats()  # a dict, whatever its annotation says
        return int(stats["fragment_stats"]["num_fragments"])

    @index_trouble()
    def _open(self) -> Table:
        # Refused with a ValueError when the table there has another schema: its metadata names the embedder.
        table = self._connect().create_table(_TABLE, schema=self._schema(), exist_ok=True)
        self._table = table
        if not self._indexed("words"):
            from lancedb.index import FTS

            # The words are ready: lower case, stemmed, without filler. Only the spaces are to be seen.
            plain = FTS(
                base_tokenizer="whitespace", stem=False, remove_stop_words=False, lower_case=False, ascii_folding=False
            )
            try:
                table.create_index("words", config=plain)
            except RuntimeError:  # another Spark that began at the same moment may have been faster
                if not self._indexed("words"):
                    raise
        return table

    @index_trouble()
    def _reach(self) -> None:
        self._connect().table_names()

    def _connect(self) -> DBConnection:
        # LanceDB logs straight to the terminal, over whatever is on the screen. Its errors reach us as exceptions too.
        os.environ.setdefault("LANCEDB_LOG", "off")
        try:
            import lancedb
        except ImportError as error:
            raise SparkError('The search index is not installed; run "pip install lancedb".') from error
        # Zero: before each read look whether another Spark has written.
        return lancedb.connect(self.place, read_consistency_interval=timedelta(0))

    def _schema(self) -> pa.Schema:
        import pyarrow as pa

        types = (pa.int64(), pa.binary(self._width), pa.string(), pa.binary(), pa.int8())
        return pa.schema(
            list(zip(_COLUMNS, types, strict=True)),
            metadata={"embedder": self._embedder, "format": _FORMAT},
        )

    def _indexed(self, column: str) -> bool:
        return any(column in index.columns for index in self._table.list_indices())

    def _rows(self, found: Any) -> list[Row]:
        """The rows of a table or batch of Arrow's."""
        import numpy as np

        columns = {name: found[name].to_pylist() for name in found.schema.names}
        vectors = unit(np.frombuffer(b"".join(columns["vector"]), dtype=np.int8).reshape(-1, self._width))
        states = columns.get("states") or [b""] * len(vectors)
        return [
            Row(number, vector, words, meant, Group(kind))
            for number, vector, words, meant, kind in zip(
                columns["number"], vectors, columns["words"], states, columns["kind"], strict=True
            )
        ]


def _remove(path: Path) -> None:
    """Whatever stands where the folder should be: a folder, a file, a link (its target stays)."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
