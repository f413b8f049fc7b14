"""Keeps the index in step with the record: what it lacks is added, what it should not have goes, damage is mended.

The record is written first and is the truth; the index follows by item number, so it does not matter when, how often
or by which of several Sparks an item was missed. What is new is found at once, from memory; it is written to the index
a few items at a time, and what a crash keeps from being written is read from the record again at the next start.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING, TypeVar

from engine.errors import SparkError
from engine.memory.facts import correction, facts, noted
from engine.memory.lookup import Lookup
from engine.memory.rows import Row, rows_of
from engine.memory.trouble import IndexTrouble
from engine.record import Item, Record

if TYPE_CHECKING:
    from engine.memory.index import Index
    from engine.memory.reading import Embeds

T = TypeVar("T")
FEW, MANY = 32, 256
"""Items added at a time: a few beside a conversation (a quarter of a second), many where someone waits for them all."""
_PIECES = 32
"""Additions that may gather before they are merged: 5,000 of them left 15,010 files and made a search take 743 ms."""


class Follower:
    """The one writer of an index. Safe from any thread."""

    def __init__(self, record: Record, index: Index, embedder: Embeds) -> None:
        self.lookup = Lookup(index, embedder.width, 0)
        self._record = record
        self._index = index
        self._embedder = embedder
        self._lock = threading.RLock()
        self._missing: list[int] = []
        self._early: set[int] = set()  # numbers above `_seen` that were added out of turn
        self._unwritten: list[Row] = []
        self._seen = 0
        self._version = -1
        self._pieces = 0
        self._merged = False
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
            done = self.mending(lambda: self._add_some(limit), writing=True)
            if len(self._unwritten) >= FEW:
                self.write()
            return done

    def catch_up(self) -> None:
        """Add all that is missing."""
        while self.pending:
            self.add_some(MANY)

    def try_catch_up(self, wait: float, words: Sequence[str]) -> None:
        """Add what is missing if it is little and no one else is at it for longer than `wait` seconds.

        Much is little too where another Spark has written it to the index already: then it is only taken in. Of what
        is much, as when the index is being made anew, the lines that say these words and those said last are added.
        """
        if self._lock.acquire(timeout=wait):
            try:
                if self.pending <= FEW or (not self._missing and not self._alone()):
                    self.add_some(FEW)
                else:
                    self.mending(lambda: self._add_early(words), writing=True)
            finally:
                self._lock.release()

    def write(self) -> None:
        """Hand the index what is only in memory so far."""
        with self._lock:
            self.mending(self._write, writing=True)

    def forget(self, numbers: Sequence[int]) -> None:
        """Take items out of the index, its older versions, and this process's memory."""
        with self._lock:
            self.add_some(MANY)  # so that what others wrote is counted before something is taken away
            held = self.mending(lambda: self.lookup.rows(numbers))
            self.mending(lambda: self._index.forget(numbers), writing=True)
            self.lookup.remove(held)
            gone = set(numbers)
            self._missing = [number for number in self._missing if number not in gone]
            self._unwritten = [row for row in self._unwritten if row.number not in gone]
            self._note_version()

    def tidy(self) -> None:
        """Merge what was added piece by piece, by this Spark or others, when much has gathered.

        Never fails: an index that cannot be optimized now still answers, and the next time may go better.
        """
        with self._lock:
            if self._pieces >= _PIECES:
                self._optimize(self._index.optimize)
                self._merged = True

    def close(self, pieces: int) -> None:
        """Write what is left; merge if so many pieces have gathered; drop the older versions of what was merged."""
        with self._lock, suppress(SparkError):
            self.write()
            if self._merged or self._pieces >= pieces:
                self._optimize(lambda: self._index.optimize(timedelta(0)))

    def _optimize(self, optimize: Callable[[], None]) -> None:
        with suppress(IndexTrouble):
            alone = self._alone()
            try:
                optimize()
            except IndexTrouble as error:
                # An old version that cannot be read hinders every later tidying, though the newest one reads well.
                if "corrupt" in str(error).lower():
                    self._begin_anew()
                raise
            self._note_version(alone)

    def mending(self, work: Callable[[], T], writing: bool = False) -> T:
        """Do something with the index; if it fails, open it again, and if that is no help begin it anew.

        Raises:
            SparkError: nothing helped.
        """
        for mend in (self._reopen, self._begin_anew_if_damaged if writing else self._begin_anew_once):
            try:
                return work()
            except IndexTrouble:
                with self._lock, suppress(IndexTrouble, SparkError):
                    mend()
        try:
            return work()
        except IndexTrouble as error:
            raise SparkError(
                f"The search index {self._index.place} does not work ({error.reason}); nothing is lost: "
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
        except IndexTrouble:
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
        there = times.keys() - set(wrong)
        self.lookup = Lookup(self._index, self._embedder.width, len(there))
        self._take_in(after=0)
        self._unwritten = [row for row in self._unwritten if row.number in known - there]
        self.lookup.learn(self._unwritten, written=False)
        there |= {row.number for row in self._unwritten}
        self._missing = [number for number in numbers if number not in there]
        self._early = set()
        self._seen = numbers[-1] if numbers else 0
        self._note_version()

    def _take_in(self, after: int) -> list[int]:
        """Learn what the index holds above a number; returns the numbers."""
        taken = []
        for rows in self._index.scan(after, states=self.lookup.whole):
            self.lookup.learn(rows, written=True)
            taken += [row.number for row in rows]
        return taken

    def _add_some(self, limit: int) -> int:
        if self._missing:
            batch = self._missing[:limit]
            there = [] if self._alone() else self._index.rows(batch)
            self.lookup.learn(there, written=True)
            chosen = self._record.items(batch)
            new = set(chosen) - {row.number for row in there}
            self._add([chosen[number] for number in batch if number in new])
            self._missing = self._missing[limit:]
            return len(batch)
        taken: list[int] = []
        if not self._alone():  # what others added is only taken in
            taken = self._take_in(after=self._seen)
            self._heed_others(alone=False)
            if self._index.count() + len(self._unwritten) != self.lookup.vocabulary.items:
                self._compare(self._record.numbers())  # and what they deleted is to be forgotten here too
                return 0
            self._note_version()
        items = self._record.items_since(self._seen, limit)
        self._add([item for item in items if item.number not in self._early.union(taken)])
        self._seen = max([self._seen, *taken, *(item.number for item in items)])
        self._early = {number for number in self._early if number > self._seen}
        return len(items)

    def _add_early(self, words: Sequence[str]) -> None:
        lines = {*self._record.lines_saying(words, FEW // 2), *self._record.last_lines(FEW // 2)}
        early = {number for number in lines if number > self._seen} - self._early
        missing = lines.intersection(self._missing)
        self._add(list(self._record.items(sorted(early | missing)).values()))
        self._early |= early
        self._missing = [number for number in self._missing if number not in missing]

    def _add(self, items: Sequence[Item]) -> None:
        if not items:
            return
        rows = rows_of(items, self._embedder)
        for item in items:  # one after the other: what one states is known to the next
            self._record.add_facts((item.number, *fact) for fact in self._facts(item))
        self.lookup.learn(rows, written=False)
        self._unwritten += rows

    def _facts(self, item: Item) -> list[tuple[str, str]]:
        """What an item states; of a correction, what the line before it stated: if that was one fact, or the one that
        the core took it for ("it is called Heron now")."""
        known = self._record.topics() if item.kind == "turn" else ()
        stated, instead, told = facts(item, known), correction(item.text), noted(item.answer)
        if instead is None and (told is None or told[0] in dict(stated)):
            return stated
        before, _ = self._record.neighbours([item.number]).get(item.number, (None, None))
        earlier = [fact for line in self._record.items([before] if before else []).values() for fact in facts(line)]
        if told is not None and f"/{told[0]}" in dict(earlier):
            return [(f"/{told[0]}", told[1])]
        if not stated and instead is not None and len(earlier) == 1:
            return [(earlier[0][0], instead)]
        return stated

    def _write(self) -> None:
        alone = self._alone()
        self._heed_others(alone)
        if self._unwritten:
            self._index.add(self._unwritten)
            self._unwritten = []
            # One version more: nobody wrote at the same moment.
            self._note_version(alone and self._index.version() == self._version + 1)
        self.lookup.wrote()

    def _heed_others(self, alone: bool) -> None:
        """Of what is not written yet another Spark may have written some, and forgotten some."""
        numbers = [row.number for row in self._unwritten]
        there = set() if alone else {row.number for row in self._index.rows(numbers)}
        known = self._record.items(numbers, characters=1).keys()
        self.lookup.remove([row for row in self._unwritten if row.number not in known])
        self._unwritten = [row for row in self._unwritten if row.number in known - there]

    def _alone(self) -> bool:
        """Whether nobody else has written since this Spark took in what others wrote."""
        return self._index.version() == self._version

    def _note_version(self, alone: bool = True) -> None:
        """What the index holds now is known here; unless others wrote too, which is to be taken in yet."""
        if alone:
            self._version = self._index.version()
        self._pieces = self._index.pieces()
