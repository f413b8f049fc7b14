"""Keeps the index in step with the record: what it lacks is added, what it should not have goes, damage is mended.

The record is written first and is the truth; the index follows by item number, so it does not matter when, how often
or by which of several Sparks an item was missed.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING, TypeVar

from engine.errors import SparkError
from engine.memory.facts import facts
from engine.memory.late import encode
from engine.memory.mirror import LIMIT, Mirror
from engine.memory.words import Vocabulary, words
from engine.record import Item, Record

if TYPE_CHECKING:
    from engine.memory.embedder import Embeds
    from engine.memory.index import Index, Row

T = TypeVar("T")
FEW, MANY = 32, 256
"""Items added at a time: a few beside a conversation (a quarter of a second), many where someone waits for them all."""
_PIECES = 100
"""Single additions that may gather: 5,000 of them left 15,010 files and made a search take 743 ms."""


def index_text(item: Item) -> str:
    """What the search reads of an item: both sides of a turn, who said it, what a document is called."""
    if item.kind in ("document", "code"):
        return item.text if item.text.startswith(item.title) else f"{item.title}: {item.text}"
    if item.speaker:
        return f"{item.speaker}: {item.text}"
    return f"{item.text}\n{item.answer}" if item.answer else item.text


class Follower:
    """The one writer of an index. Safe from any thread."""

    def __init__(self, record: Record, index: Index, embedder: Embeds) -> None:
        self.vocabulary = Vocabulary()
        self.mirror: Mirror | None = None
        self._record = record
        self._index = index
        self._embedder = embedder
        self._lock = threading.RLock()
        self._missing: list[int] = []
        self._seen = 0
        self._version = -1
        self._pieces = 0
        self._began_anew = False
        self.compare()

    @property
    def pending(self) -> int:
        """Items that a search cannot find yet (at most)."""
        return len(self._missing) + max(0, self._record.last_number() - self._seen)

    def compare(self) -> None:
        """Find all differences between record and index; strange rows go at once, missing ones are noted."""
        with self._lock:
            numbers = self._record.numbers()
            self.mending(lambda: self._compare(numbers), writing=True)

    def add_some(self, limit: int) -> int:
        """Add up to `limit` missing items; returns how many are done with."""
        with self._lock:
            return self.mending(lambda: self._add_some(limit), writing=True)

    def catch_up(self) -> None:
        """Add all that is missing."""
        while self.pending:
            self.add_some(MANY)

    def try_catch_up(self, wait: float) -> None:
        """Add what is missing if it is little and no one else is at it for longer than `wait` seconds."""
        if self._lock.acquire(timeout=wait):
            try:
                if self.pending <= FEW:
                    self.add_some(FEW)
            finally:
                self._lock.release()

    def forget(self, numbers: Sequence[int]) -> None:
        """Take items out of the index, its older versions, and this process's memory."""
        with self._lock:
            self.add_some(MANY)  # so that what others wrote is counted before something is taken away
            held = {row.number: row.words for row in self.mending(lambda: self._index.rows(numbers))}
            self.mending(lambda: self._index.forget(numbers), writing=True)
            if self.mirror is not None:
                self.mirror.remove(held)
            for said in held.values():
                self.vocabulary.remove(said.split())
            gone = set(numbers)
            self._missing = [number for number in self._missing if number not in gone]
            self._version = self._index.version()
            self._pieces = self._index.pieces()

    def tidy(self, pieces: int | None = None, keep: timedelta | None = None) -> None:
        """Optimize the index when so many additions (None: many) have gathered, by this Spark or others.

        `keep`: how long older versions stay for others that are reading one (None: some minutes).

        Never fails: an index that cannot be optimized now still answers, and the next time may go better.
        """
        with self._lock, suppress(Exception):
            if self._pieces < (_PIECES if pieces is None else pieces):
                return
            try:
                self._index.optimize() if keep is None else self._index.optimize(keep)
            except Exception as error:
                # An old version that cannot be read hinders every later tidying, though the newest one reads well.
                if "corrupt" in str(error).lower():
                    self._begin_anew()
                    raise
            self._pieces = self._index.pieces()

    def mending(self, work: Callable[[], T], writing: bool = False) -> T:
        """Do something with the index; if it fails, open it again, and if that is no help begin it anew.

        Raises:
            SparkError: nothing helped.
        """
        for mend in (self._reopen, self._begin_anew_if_damaged if writing else self._begin_anew_once):
            try:
                return work()
            except SparkError:
                raise
            except Exception:  # LanceDB raises ValueError, RuntimeError, OSError, ArrowException ... for a bad file
                with self._lock, suppress(Exception):
                    mend()
        try:
            return work()
        except SparkError:
            raise
        except Exception as error:
            raise SparkError(
                f"The search index {self._index.place} does not work ({error}); nothing is lost: "
                "move the folder away and it is made again from the record."
            ) from error

    def _reopen(self) -> None:
        self._index.reopen()
        self._compare(self._record.numbers())

    def _begin_anew_once(self) -> None:
        """What `check` sees is not all that can be damaged. But twice the same trouble is not damage."""
        if not self._began_anew:
            self._began_anew = True
            self._begin_anew()

    def _begin_anew_if_damaged(self) -> None:
        """A write may fail for other reasons, a full disk for one: that is no reason to throw an index away."""
        try:
            self._index.check()
        except Exception:
            self._begin_anew()

    def _begin_anew(self) -> None:
        self._index.start_anew()
        self._compare(self._record.numbers())

    def _compare(self, numbers: Sequence[int]) -> None:
        self._index.check()
        contents = self._index.contents()
        known, times = set(numbers), Counter(number for number, _ in contents)
        # Two Sparks may have added the same item at the same moment: out with both, and once in again.
        wrong = [number for number, n in times.items() if n > 1 or number not in known]
        if wrong:
            self._index.delete(wrong)
        gone = set(wrong)
        self.vocabulary = Vocabulary()
        self.mirror = Mirror(self._embedder.width) if len(contents) <= LIMIT else None
        self._take_in(after=0)
        self._missing = [number for number in numbers if number not in times or number in gone]
        self._seen = numbers[-1] if numbers else 0
        self._version = self._index.version()
        self._pieces = self._index.pieces()

    def _take_in(self, after: int) -> list[int]:
        """Learn what the index holds above a number; returns the numbers."""
        if self.mirror is None:
            contents = self._index.contents(after)
        else:
            rows = self._index.all_rows(after)
            self.mirror.add(rows)
            contents = [(row.number, row.words) for row in rows]
        for _, said in contents:
            self.vocabulary.add(said.split())
        return [number for number, _ in contents]

    def _add_some(self, limit: int) -> int:
        if self._missing:
            batch, rest = self._missing[:limit], self._missing[limit:]
            chosen = self._record.items(batch)
            there = {row.number for row in self._index.rows(batch)}
            self._add([chosen[number] for number in batch if number in chosen and number not in there])
            self._missing = rest
            return len(batch)
        there = set()
        if self._index.version() != self._version:  # someone else has written: what they added is only taken in
            there.update(self._take_in(after=self._seen))
            if self._index.count() != self.vocabulary.items:  # and what they deleted is to be forgotten here too
                self._compare(self._record.numbers())
                return 0
        items = self._record.items_since(self._seen, limit)
        self._add([item for item in items if item.number not in there])
        self._seen = max([self._seen, *there, *(item.number for item in items)])
        self._version = self._index.version()
        return len(items)

    def _add(self, items: Sequence[Item]) -> None:
        if not items:
            return
        rows = self._rows(items)
        self._index.add(rows)
        self._record.add_facts((item.number, *fact) for item in items for fact in facts(item))
        self._pieces += 1
        for row in rows:
            self.vocabulary.add(row.words.split())
        if self.mirror is not None:
            self.mirror.add(rows)
            if len(self.mirror) > LIMIT:
                self.mirror = None

    def _rows(self, items: Sequence[Item]) -> list[Row]:
        """What people said is kept word by word too; of what can be looked up the whole is enough."""
        from engine.memory.index import Row

        rows = {}
        known = [item for item in items if item.kind in ("document", "code")]
        texts = [index_text(item) for item in known]
        for item, text, vector in zip(known, texts, self._embedder.embed(texts) if texts else (), strict=True):
            rows[item.number] = Row(item.number, vector, " ".join(words(text)), code=item.kind == "code")
        lines = [item for item in items if item.number not in rows]
        texts = [index_text(item) for item in lines]
        for item, text, reading in zip(lines, texts, self._embedder.read(texts) if texts else (), strict=True):
            rows[item.number] = Row(item.number, reading.vector, " ".join(words(text)), encode(reading.states))
        return [rows[item.number] for item in items]
