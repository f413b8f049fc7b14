"""The mirror finds what the index finds, and follows it."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest

from engine.memory import Memories
from engine.memory.index import Index
from engine.memory.lookup import Lookup
from engine.memory.mirror import Mirror
from engine.memory.rows import Group, Row
from engine.memory.signs import Signs
from engine.memory.words import Vocabulary, words
from engine.record import ImportRow, Record
from tests.engine.memory.support import WordEmbedder, ids, said

NOUNS = ["apple", "pear", "plum", "quince", "cherry", "walnut", "hazel", "almond", "olive", "fig"]


def lines(n: int) -> list[ImportRow]:
    chance = random.Random(1)
    return [ImportRow(" ".join(chance.choices(NOUNS, k=chance.randint(1, 6))), str(i)) for i in range(n)]


def test_the_mirror_finds_what_the_index_finds(memories: Memories, embedder: WordEmbedder) -> None:
    memories.import_rows(lines(150))
    lookup, index = memories._follower.lookup, memories.index
    mirror, vocabulary = lookup._mirrors[Group.SAID], lookup.vocabulary
    assert lookup.whole
    assert len(mirror) == index.count() == 150
    for query in ("apple", "walnut fig", "quince quince olive"):
        vector = embedder.embed([query])[0]
        rows = [row for rows in index.scan() for row in rows]
        exact = sorted((float(row.vector @ vector) for row in rows), reverse=True)
        ours = mirror.columns(mirror.nearest(vector, 20)).vectors_ND @ vector
        assert sorted(ours.tolist(), reverse=True) == pytest.approx(exact[:20], abs=2e-3)
        wanted = words(query)
        said = mirror.columns(mirror.saying(wanted, 20, vocabulary)).words
        best = [vocabulary.match(wanted, one.split()) for one in said]
        everyone = sorted((vocabulary.match(wanted, row.words.split()) for row in rows), reverse=True)
        # `match` is clipped at one and divided by the query's rarity: the same order.
        assert best == pytest.approx(everyone[:20], abs=1e-6)


def test_with_and_without_the_mirror_the_same_is_recalled(
    tmp_path: Path, record: Record, embedder: WordEmbedder, monkeypatch: pytest.MonkeyPatch, memories: Memories
) -> None:
    import engine.memory.lookup as lookup_module
    from engine.settings import MemorySettings

    memories.import_rows(lines(40))
    monkeypatch.setattr(lookup_module, "LIMIT", 30)
    other = Memories.open(record, tmp_path / "memory.lance", embedder, MemorySettings())
    assert not other._follower.lookup.whole
    assert memories._follower.lookup.whole
    for query in ("apple pear", "olive", "hazel almond fig"):
        ours, theirs = memories.search(query, 8, now=9e9), other.search(query, 8, now=9e9)
        assert [round(one.score, 3) for one in ours] == [round(one.score, 3) for one in theirs]
    said(record, "one walnut more")
    memories.wait()
    assert not memories._follower.lookup.whole  # it grew beyond the limit
    assert ids(memories.search("walnut more", 1)) == ids(other.search("walnut more", 1))
    other.close()


def test_what_is_removed_is_not_found_and_not_kept() -> None:
    mirror, vocabulary = Mirror(2, Group.SAID), Vocabulary()
    vector = np.array([1, 0], dtype=np.float32)
    rows = [Row(1, vector, "secret word", b"x"), Row(2, vector, "word", b"y"), Row(3, vector, "word twice word")]
    mirror.add(rows)
    for row in rows:
        vocabulary.add(row.words.split())
    assert mirror.nearest(vector, 9) == [1, 2, 3]
    assert mirror.saying(["secret", "twice"], 9, vocabulary) == [1, 3]
    mirror.remove([1, 7])
    assert mirror.nearest(vector, 9) == [2, 3]
    assert mirror.saying(["secret"], 9, vocabulary) == []
    assert mirror.saying(["word"], 9, vocabulary) == [3, 2]
    assert mirror.columns([1]).rows() == []
    assert len(mirror) == 2
    assert "secret" not in str(vars(mirror))
    mirror.remove([2, 3])
    assert mirror.saying(["word"], 9, vocabulary) == mirror.nearest(vector, 9) == []


def test_each_group_is_looked_for_apart(tmp_path: Path) -> None:
    vector = np.array([1, 0], dtype=np.float32)
    lookup = Lookup(Index(tmp_path / "index", "e", 2), 2, 0)
    lookup.learn([Row(n, vector, "word", group=group) for n, group in enumerate(Group, start=1)], written=False)
    for n, group in enumerate(Group, start=1):
        assert lookup.nearest(vector, 9, group) == lookup.saying(["word"], 9, group) == [n]
    assert [row.group for row in lookup.rows([1, 2, 3, 4])] == list(Group)
    lookup.remove(lookup.rows([2]))
    assert [row.number for row in lookup.rows([1, 2, 3])] == [1, 3]


def test_a_row_read_back_points_where_it_pointed(tmp_path: Path) -> None:
    vector = np.random.default_rng(0).normal(size=64).astype(np.float32)
    vector /= np.linalg.norm(vector)
    index = Index(str(tmp_path / "anywhere"), "e", 64)
    index.add([Row(7, vector, "a b", b"\x01\x02", group=Group.CODE)])
    (row,) = index.rows([7])
    assert float(row.vector @ vector) == pytest.approx(1, abs=1e-4)
    assert (row.words, row.states, row.group) == ("a b", b"\x01\x02", Group.CODE)
    assert index.saying(["a"], 5, Group.SAID) == []
    assert index.saying(["a"], 5, Group.CODE) == [7]
    index.start_anew()
    assert index.count() == 0


def test_signs_find_the_nearest() -> None:
    chance = np.random.default_rng(3)
    topics = chance.normal(size=(20, 100))
    vectors = (topics[np.arange(3_000) % 20] + 0.7 * chance.normal(size=(3_000, 100))).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    signs = Signs(100)
    signs.remove([1])  # of none
    for start in range(0, 3_000, 700):
        signs.add([Row(n, vectors[n], "") for n in range(start, min(3_000, start + 700))])
    signs.remove([0, 3])
    signs.add([Row(3_000, vectors[0], "")])
    for number in (6, 300, 2_997):
        found = signs.nearest(vectors[number], 50)
        assert found[0] == number
        assert not {0, 3} & set(found)
        exact = np.argsort(-(vectors @ vectors[number]))[:10]
        assert len({3_000 if n == 0 else n for n in exact.tolist()} & set(found)) >= 8
    assert signs.nearest(vectors[0], 1) == [3_000]


def test_a_thousand_rows_that_say_the_same_are_as_near_as_each_other() -> None:
    signs, vector = Signs(64), np.ones(64, dtype=np.float32)
    signs.add([Row(n, vector, "") for n in range(1_000)])
    assert len(set(signs.nearest(vector, 7))) == 7
