"""Recall beside exact search and beside LanceDB's own hybrid: milliseconds and quality, by the size of the memory.

The memories are made up: words of a made-up language in Zipf's proportions, each with a random direction, a text's
vector the mean of its words. So a hundred thousand of them take seconds to make, and what is measured is everything
but the embedder: candidates, the words apart, links, facts, the record. A query is half the words of one text and one
word of another; it is found if that text is among the first ten.
"""

from __future__ import annotations

import hashlib
import itertools
import random
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from engine.memory import Memories
from engine.memory.reading import Reading
from engine.memory.words import words
from engine.observation.interleave import interleave
from engine.record import ImportRow, Record, Turn
from engine.settings import MemorySettings

if TYPE_CHECKING:
    import numpy as np
    from lancedb.table import Table
    from numpy.typing import NDArray

_WIDTH = 384
_DEPTH = 10
_VOCABULARY = 20_000
_INDEXED_FROM = 20_000
"""Below so many rows LanceDB compares all vectors fast enough."""
_LINES = 20
"""Lines of a made-up conversation."""


@dataclass(frozen=True, slots=True)
class Contestant:
    """Milliseconds of a search (median, 95th percentile) and the share of queries that found their text."""

    name: str
    p50: float
    p95: float
    found: float


@dataclass(frozen=True, slots=True)
class SizeFigures:
    """At one number of rows. `write_p95`: ms until one more turn is safe on the disk; `bytes`: of the whole home."""

    rows: int
    contestants: tuple[Contestant, ...]
    write_p50: float
    write_p95: float
    bytes: int


class MadeUp:
    """An embedder without weights: a fixed random direction for each word (`engine.memory.embedder.Embeds`)."""

    name = "made-up words"
    width = _WIDTH

    def __init__(self) -> None:
        self._states: dict[str, NDArray[np.float32]] = {}

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        import numpy as np

        # One at a time: the states of a million texts would not fit into memory.
        return np.stack([self._read(text).vector for text in texts])

    def read(self, texts: Sequence[str]) -> list[Reading]:
        return [self._read(text) for text in texts]

    def cost(self, texts: Sequence[str]) -> float:
        return 0.0

    def _read(self, text: str) -> Reading:
        import numpy as np

        said = tuple(words(text)) or ("nothing",)
        states = np.stack([self._state(word) for word in said])
        mean = states.mean(axis=0)
        return Reading(mean / np.linalg.norm(mean), said, states)

    def _state(self, word: str) -> NDArray[np.float32]:
        import numpy as np

        if word not in self._states:
            seed = int.from_bytes(hashlib.sha256(word.encode()).digest()[:8], "big")
            self._states[word] = np.random.default_rng(seed).normal(size=_WIDTH).astype(np.float32)
        return self._states[word]


def bench_recall(
    sizes: Sequence[int], queries: int = 60, progress: Callable[[str], None] = lambda _: None
) -> list[SizeFigures]:
    """Measure at each size, in a temporary home."""
    return [_bench(size, queries, progress) for size in sizes]


def _bench(size: int, queries: int, progress: Callable[[str], None]) -> SizeFigures:
    import numpy as np

    chance = random.Random(size)
    texts = [made_up_text(chance) for _ in range(size)]
    embedder = MadeUp()
    with tempfile.TemporaryDirectory(prefix="spark-bench-") as folder:
        record = Record(Path(folder) / "spark.db")
        memories = Memories.open(record, Path(folder) / "memory.lance", embedder, MemorySettings())
        rows = (ImportRow(text, str(n), None, f"s{n // _LINES}") for n, text in enumerate(texts))
        memories.import_rows(rows, lambda left: progress(f"{size:,} rows: {left:,} left to index"))
        progress(f"{size:,} rows: searching")
        targets = [chance.randrange(size) for _ in range(queries)]
        asked = [_query(texts[target], chance) for target in targets]
        read = {text: embedder.read([text])[0] for text in asked}
        vectors = embedder.embed(texts)
        table = _lancedb_table(Path(folder) / "peer.lance", vectors, texts)

        def spark(query: str) -> list[str]:
            return [memory.id for memory in memories.search(query, _DEPTH)]

        def numpy(query: str) -> list[str]:
            scores = vectors @ read[query].vector
            best = np.argpartition(-scores, _DEPTH)[:_DEPTH]
            return [str(i) for i in best[np.argsort(-scores[best])]]

        def lancedb(query: str) -> list[str]:
            search = table.search(query_type="hybrid", vector_column_name="vector", fts_columns="words")
            found = search.vector(read[query].vector).text(" ".join(words(query))).limit(_DEPTH).select(["number"])
            return [str(number) for number in found.to_arrow()["number"].to_pylist()]

        contestants: dict[str, Callable[[str], list[str]]] = {
            "spark": spark,
            "exact (numpy)": numpy,
            "lancedb hybrid": lancedb,
        }
        hits = {
            name: statistics.fmean(str(t) in search(q) for t, q in zip(targets, asked, strict=True))
            for name, search in contestants.items()
        }
        taken = interleave({name: _each(search, asked) for name, search in contestants.items()}, queries)
        writes = _writes(record, memories, chance)
        memories.close()
        record.close()
        shutil.rmtree(Path(folder) / "peer.lance")
        total = bytes_of(Path(folder))
    return SizeFigures(
        size,
        tuple(Contestant(name, percentile(ms, 0.5), percentile(ms, 0.95), hits[name]) for name, ms in taken.items()),
        percentile(writes, 0.5),
        percentile(writes, 0.95),
        total,
    )


def _lancedb_table(folder: Path, vectors_ND: NDArray[np.float32], texts: Sequence[str]) -> Table:
    """The same memories as LanceDB's users would keep them: both of its indexes."""
    import lancedb
    import pyarrow as pa
    from lancedb.index import FTS, IvfFlat

    vectors = pa.FixedSizeListArray.from_arrays(pa.array(vectors_ND.reshape(-1)), _WIDTH)
    rows = pa.table({"number": range(len(texts)), "vector": vectors, "words": [" ".join(words(t)) for t in texts]})
    table = lancedb.connect(folder).create_table("items", rows)
    table.create_index("words", config=FTS(base_tokenizer="whitespace", stem=False, remove_stop_words=False))
    if len(texts) >= _INDEXED_FROM:
        table.create_index("vector", config=IvfFlat())
    return table


def bytes_of(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def _each(search: Callable[[str], list[str]], asked: Sequence[str]) -> Callable[[], None]:
    """Something to call again and again, each time for the next query."""
    queries = itertools.cycle(asked)

    def once() -> None:
        search(next(queries))

    return once


def _writes(record: Record, memories: Memories, chance: random.Random, n: int = 40) -> list[float]:
    """Seconds of saving single turns, the index following behind as it does in a conversation."""
    taken = []
    for number in range(n):
        turn = Turn(f"written {number}", "bench", time.time(), made_up_text(chance), made_up_text(chance))
        began = time.perf_counter()
        record.add_turn(turn)
        taken.append(time.perf_counter() - began)
        memories.remember(turn)
        time.sleep(0.01)
    return taken


def made_up_text(chance: random.Random) -> str:
    """8 to 24 words; word n comes about once for n times of the first."""
    return " ".join(_word(int(_VOCABULARY ** chance.random()) - 1) for _ in range(chance.randint(8, 24)))


def _word(n: int) -> str:
    """A pronounceable word for each number: "tobe", "kilura" ..."""
    said = ""
    n += 100
    while n:
        n, rest = divmod(n, 70)
        said += "bdfgklmnprstvz"[rest // 5] + "aeiou"[rest % 5]
    return said


def _query(text: str, chance: random.Random) -> str:
    said = text.split()
    return " ".join([*chance.sample(said, max(3, len(said) // 2)), _word(chance.randrange(_VOCABULARY))])


def percentile(seconds: Sequence[float], share: float) -> float:
    """In milliseconds."""
    ordered = sorted(seconds)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] * 1000
