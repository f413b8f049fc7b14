"""`Memories`: what is remembered, found again. The one door to everything in this folder."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from engine.errors import SparkError
from engine.events import Memory, Recalled
from engine.memory.ahead import Ahead
from engine.memory.asks import Asks, shipped_asks
from engine.memory.follower import FEW, MANY, Follower
from engine.memory.importance import importance_parts
from engine.memory.links import Neighbourhood, links
from engine.memory.offering import may_be_another, offered, without_rivals
from engine.memory.recall import CANDIDATES, Ranked, Ranking
from engine.memory.rows import KNOWN, Group
from engine.memory.search import Evidence, Question, Search
from engine.memory.trouble import IndexTrouble
from engine.memory.words import words
from engine.record import Document, ImportRow, Item, Record, Turn
from engine.record.forgetting import Gone
from engine.settings import MemorySettings

if TYPE_CHECKING:
    from engine.memory.index import Index
    from engine.memory.reading import Embeds
    from engine.memory.rows import Vector

_TIDY_AT_EXIT = 20
"""Pieces of the index that are merged when a Spark leaves; fewer may wait for the next time."""
T = TypeVar("T")
DOCUMENTS = frozenset({"document"})
CODE = frozenset({"code"})
SAID = frozenset({"turn", "import"})
EVERYTHING = frozenset({"turn", "import", "document"})
"""Kinds of items that a recall may offer. Code is for writing code, and offered for nothing else."""
_NOTHING: Mapping[int, Item] = {}
_ASIDE = 0.01  # seconds between two batches in the background, so that a recall that waits for the lock gets it
_STEP = 0.1  # seconds that such a batch should take: so long a recall waits
_PATIENCE = 10.0  # seconds that a recall waits at most for the index: no step takes so long, unless something hangs


@dataclass(frozen=True, slots=True)
class MemoryStats:
    """`pending`: items that are safe in the record but that a search cannot find yet."""

    turns: int
    imported: int
    documents: int
    pending: int


def _groups(kinds: Collection[str]) -> Sequence[Group]:
    if "code" in kinds:
        return [Group.CODE, Group.DOCUMENT] if "document" in kinds else [Group.CODE]
    if kinds == SAID:
        return [Group.SAID]
    return [Group.DOCUMENT] if kinds == DOCUMENTS else KNOWN


class Memories:
    """`Memories.open(record, home.memory, embedder, settings.memory)`. Safe from any thread.

    What is to be remembered is already in the record when it comes here: a failure in this class never loses
    anything, it only keeps it from being found for a while.
    """

    def __init__(self, record: Record, index: Index, embedder: Embeds, settings: MemorySettings) -> None:
        self._record = record
        self.index = index
        self._settings = settings
        self._follower = Follower(record, index, embedder)
        asks = Asks(shipped_asks(), embedder.name)
        self._search = Search(record, self._follower, embedder, asks, settings.half_life_days)
        self._ahead = Ahead(record, self._search)
        self._said: Turn | None = None
        self._behind = ThreadPoolExecutor(1, "memory")
        self._work: Future[None] | None = None
        self._closing = False
        self._follow()

    @classmethod
    def open(cls, record: Record, folder: Path, embedder: Embeds, settings: MemorySettings) -> Memories:
        """Open the index of a record, in `folder` unless `settings.uri` says otherwise.

        It is made anew where it is missing, damaged or of another embedder.

        A long backlog is indexed in the background: what is not indexed yet is simply not found yet.

        Raises:
            SparkError: LanceDB is not installed, the folder cannot be written or the address cannot be reached.
        """
        from engine.memory.index import Index, index_place

        place = index_place(settings.uri, folder)
        try:
            return cls(record, Index(place, embedder.name, embedder.width), embedder, settings)
        except IndexTrouble as error:
            remedy = (
                "`spark config set memory.uri ADDRESS` names another place, or none for the home itself."
                if settings.uri
                else "choose another home with --home DIR or SPARK_HOME."
            )
            raise SparkError(f"Spark cannot use its search index {place} ({error.reason}); {remedy}") from error

    def close(self) -> None:
        """Finish what is being indexed now; the rest of a backlog waits for the next start."""
        self._closing = True
        self._behind.shutdown()
        self._follower.close(_TIDY_AT_EXIT)

    def recall(
        self,
        text: str,
        vector: Vector | None = None,
        k: int | None = None,
        exclude: Sequence[str] = (),
        now: float | None = None,
        kinds: Collection[str] = EVERYTHING,
        surely: bool = False,
    ) -> Recalled:
        """The few memories worth reading before answering `text`: relevant ones or none, best first.

        `vector` is the embedding of `text` if it is known, `k` the most memories (else the setting), `exclude` ids
        that are before the reader's eyes already, `kinds` what may be offered, of documents only what is `surely` asked
        for. A broken index is no reason to fail: then nothing is recalled and `why` says so.
        """
        began = time.perf_counter()
        k = self._settings.recall if k is None else k
        chosen: list[Ranked] = []
        try:
            with suppress(SparkError):  # what cannot be added now is added later; what is there can be found
                self._follower.try_catch_up(_PATIENCE, words(text))
            found = self._search.ranked(Question(text, groups=_groups(kinds), vector=vector), now)
            ranked = [one for one in found if one.item.kind in kinds and not (surely and may_be_another(one))]
            ranked = without_rivals(ranked, text)
            chosen = offered(ranked, k, self._settings.minimum_score, exclude, text)
            ahead = self._ahead.there([one.item.number for one in chosen])
            memories = self._complete(chosen, ahead)
            why = self._why(ranked, chosen)
        except SparkError as error:
            memories, ahead, why = [], {}, str(error)
        self._follow()
        stored, spent = self._follower.lookup.vocabulary.items, (time.perf_counter() - began) * 1000
        return Recalled(tuple(memories), stored, why, spent, len(ahead))

    def search(
        self, query: str, k: int = 10, ranking: str = Ranking.HYBRID, now: float | None = None, code: bool = False
    ) -> list[Memory]:
        """The `k` items that fit best, relevant or not, wrong-flagged ones too (they say so).

        Raises:
            SparkError: the index does not work.
        """
        groups = [Group.CODE] if code else KNOWN
        asked = Question(query, Ranking(ranking), groups, max(k, CANDIDATES))
        return self._complete(self._found(lambda: self._search.ranked(asked, now))[:k])

    def look(self, asked: Question) -> Evidence:
        """What a search would rank, before it is ranked: for studies of the ranking.

        Raises:
            SparkError: the index does not work.
        """
        return self._found(lambda: self._search.look(asked))

    def _found(self, search: Callable[[], T]) -> T:
        """Search; once more if the search itself found damage, and so an index that had to begin anew."""
        with suppress(SparkError):
            self._follower.catch_up()
        found = search()
        if self._follower.pending:
            with suppress(SparkError):
                self._follower.catch_up()
            found = search()
        return found

    def remember(self, turn: Turn) -> None:
        """Make a turn that is in the record findable, and fetch what is likely read next; in the background. Never
        fails."""
        self._said = turn
        if not self._closing:
            self._behind.submit(self._after, turn)

    def prepare(self, turn: Turn) -> None:
        """Fetch what is likely read after a turn, now: what `remember` does while the person types.

        Raises:
            SparkError: the index or the record does not work.
        """
        self._ahead.prepare(turn)

    def forget(self, ids: Sequence[str]) -> Gone:
        """Delete items for good: from the record, the index and all its older versions. Unknown ids are passed over.

        Raises:
            SparkError: the record cannot be written or the index does not work; then it may be asked again.
        """
        gone = self._record.forget(ids)
        self._ahead.forget()
        if gone.numbers:
            self._follower.forget(gone.numbers)
        return gone

    def neighbourhood(self, item_id: str, near: int = 5, now: float | None = None) -> Neighbourhood:
        """One item, what its importance is made of, and what it is linked to: each link's item can be asked in turn.

        Raises:
            SparkError: there is no such item.
        """
        with suppress(SparkError):  # a turn just said, perhaps by another Spark, has its facts and its meaning too
            self._follower.try_catch_up(_PATIENCE, ())
        item = self._record.items_by_id([item_id]).get(item_id)
        if item is None:
            raise SparkError(f"Nothing with the id {item_id} is remembered; `spark memory list` shows the ids.")
        weight = importance_parts(item, time.time() if now is None else now, self._settings.half_life_days)
        alike = self._search.near(item, near)
        facts = tuple((topic.removeprefix("/"), value) for topic, value in self._record.facts_of(item.number))
        return Neighbourhood(item, weight, facts, links(self._record, item, alike))

    def import_rows(
        self, rows: Iterable[ImportRow], progress: Callable[[int], None] = lambda left: None
    ) -> tuple[int, int]:
        """Save lines of conversations and index them; returns (added, already known).

        `progress` hears how many are left to index. All are in the record before the first is indexed.
        """
        counts = self._record.import_rows(rows)
        self._follow_all(progress)
        return counts

    def restore(
        self, rows: Iterable[Mapping[str, object]], progress: Callable[[int], None] = lambda left: None
    ) -> tuple[int, int]:
        """Bring back what `Record.export` wrote and index it; returns (added, already known)."""
        counts = self._record.restore(rows)
        self._follow_all(progress)
        return counts

    def add_documents(
        self, documents: Iterable[Document], progress: Callable[[int], None] = lambda left: None
    ) -> tuple[int, int]:
        """Save documents and index them; returns (added or renewed, unchanged)."""
        counts = self._record.add_documents(documents)
        self._follower.compare()  # what a renewed document said before must not be found any more
        self._follow_all(progress)
        return counts

    def wait(self) -> None:
        """Until everything in the record can be found."""
        self._follow_all(lambda left: None)

    def stats(self) -> MemoryStats:
        counts = self._record.counts()
        turns, imported, documents = (counts.get(kind, 0) for kind in ("turn", "import", "document"))
        return MemoryStats(turns, imported, documents, self._follower.pending)

    def _complete(self, chosen: Sequence[Ranked], ahead: Mapping[int, Item] = _NOTHING) -> list[Memory]:
        """The whole texts; what was fetched ahead need not be read again."""
        items = self._record.items([one.item.number for one in chosen if one.item.number not in ahead])
        whole = {**ahead, **items}
        texts = [(one, whole[one.item.number]) for one in chosen if one.item.number in whole]
        return [replace(one, item=replace(one.item, text=i.text, answer=i.answer)).memory() for one, i in texts]

    def _why(self, ranked: Sequence[Ranked], chosen: Sequence[Ranked]) -> str:
        if chosen:
            return f"{len(chosen)} of {len(ranked)} candidates: relevant enough and best"
        if not self._follower.lookup.vocabulary.items:
            return "nothing is remembered yet"
        if not ranked:
            return "nothing remembered is relevant"
        if ranked[0].score < (gate := self._settings.minimum_score):
            return f"nothing remembered is relevant: the best scores {ranked[0].score:.2f}, below {gate:.2f}"
        return "what is relevant is in the conversation already or flagged wrong"

    def _follow(self) -> None:
        """Index what is missing, behind the conversation's back."""
        if not self._closing and (self._work is None or self._work.done()):
            self._work = self._behind.submit(self._follow_on)

    def _follow_on(self) -> None:
        some = 1
        with suppress(SparkError):  # the record is locked or the index broken: the next turn tries again
            while self._follower.pending and not self._closing:
                began = time.perf_counter()
                self._follower.add_some(some)
                some = min(FEW, 2 * some) if time.perf_counter() - began < _STEP else max(1, some // 2)
                time.sleep(_ASIDE)
            self._follower.tidy()

    def _after(self, turn: Turn) -> None:
        self._follow_on()
        if turn is self._said and not self._closing:  # nothing else was said since
            with suppress(SparkError):
                self._ahead.prepare(turn)

    def _follow_all(self, progress: Callable[[int], None]) -> None:
        while left := self._follower.pending:
            progress(left)
            self._follower.add_some(MANY)
        self._follower.write()
        self._follower.tidy()
