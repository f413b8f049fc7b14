"""The index follows the record whatever happens to it: damage, absence, another Spark, another embedder."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.errors import SparkError
from engine.memory import Memories
from engine.memory import follower as follower_module
from engine.memory import index as index_module
from engine.memory import lookup as lookup_module
from engine.memory import search as search_module
from engine.memory.index import Index
from engine.memory.rows import Group, Row
from engine.memory.trouble import IndexTrouble, index_trouble
from engine.record import ImportRow, Record
from engine.settings import MemorySettings
from tests.engine.memory.support import Open, WordEmbedder, ids, said

TOPICS = ("apple", "banana", "cherry", "damson", "elder")


@pytest.fixture
def filled(open_memories: Open, record: Record) -> None:
    """A home with five turns, closed."""
    for topic in TOPICS:
        said(record, f"all about the {topic}")
    memories = open_memories()
    memories.wait()
    memories.close()


def everything_is_found(memories: Memories) -> bool:
    memories.wait()
    return all(topic in memories.search(topic, ranking=by)[0].text for topic in TOPICS for by in ("keyword", "hybrid"))


def gone(folder: Path) -> None:
    shutil.rmtree(folder)


def a_file_instead(folder: Path) -> None:
    shutil.rmtree(folder)
    folder.write_bytes(b"garbage")


def each(pattern: str, change: Callable[[Path], object]) -> Callable[[Path], None]:
    def damage(folder: Path) -> None:
        files = [path for path in folder.rglob(pattern) if path.is_file()]
        assert files
        for path in files:
            change(path)

    return damage


DAMAGES = {
    "the folder is gone": gone,
    "a file stands in its place": a_file_instead,
    "every file is empty": each("*", lambda path: path.write_bytes(b"")),
    "every file is garbage": each("*", lambda path: path.write_bytes(b"garbage" * 100)),
    "every file is cut in half": each(
        "*", lambda path: path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    ),
    "the rows are gone": each("*.lance", lambda path: path.unlink()),
    "the rows are cut": each("*.lance", lambda path: path.write_bytes(path.read_bytes()[:50])),
    "the manifests are gone": each("*.manifest", lambda path: path.unlink()),
    "the manifests are empty": each("*.manifest", lambda path: path.write_bytes(b"")),
    "the newest manifest is empty": lambda folder: sorted(
        folder.rglob("*.manifest"), key=lambda path: path.stat().st_mtime_ns
    )[-1].write_bytes(b""),
    "the word index is gone": lambda folder: [gone(path) for path in folder.rglob("_indices")],
    "an older version of everything": lambda folder: sorted(
        folder.rglob("*.manifest"), key=lambda path: path.stat().st_mtime_ns
    )[-1].unlink(),
}


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES.keys())
def test_damage_is_mended_from_the_record(
    tmp_path: Path, open_memories: Open, damage: Callable[[Path], object]
) -> None:
    damage(tmp_path / "memory.lance")
    memories = open_memories()
    assert everything_is_found(memories)
    memories.close()
    assert everything_is_found(open_memories())


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize("damage", [gone, DAMAGES["every file is garbage"]], ids=["gone", "garbage"])
def test_damage_while_it_is_open_is_mended_too(
    tmp_path: Path, open_memories: Open, record: Record, damage: Callable[[Path], object]
) -> None:
    memories = open_memories()
    assert everything_is_found(memories)
    damage(tmp_path / "memory.lance")
    turn = said(record, "a late fig")
    memories.remember(turn)
    memories.recall("fig")
    assert ids(memories.search("fig", ranking="keyword")) == [turn.id]
    assert everything_is_found(memories)


@pytest.mark.usefixtures("filled")
def test_an_index_of_another_embedder_is_made_anew(tmp_path: Path, record: Record, embedder: WordEmbedder) -> None:
    class Other(WordEmbedder):
        name = "another"
        width = 32

    memories = Memories.open(record, tmp_path / "memory.lance", Other(), MemorySettings())
    assert everything_is_found(memories)
    memories.close()
    memories = Memories.open(record, tmp_path / "memory.lance", embedder, MemorySettings())
    assert everything_is_found(memories)
    memories.close()


def test_rows_that_the_record_does_not_know_go_and_doubles_become_one(
    tmp_path: Path, open_memories: Open, record: Record, embedder: WordEmbedder
) -> None:
    turn = said(record, "apple")
    first = open_memories()
    first.wait()
    first.close()
    index = Index(tmp_path / "memory.lance", embedder.name, embedder.width)
    (row,) = index.rows([1])
    index.add([row, Row(77, row.vector, "apple stray")])
    again = open_memories()
    again.wait()
    assert ids(again.search("apple")) == [turn.id]
    assert index.contents() == [(1, "appl")]


def test_two_sparks_on_one_home_find_each_others_turns(
    tmp_path: Path, record: Record, open_memories: Open, embedder: WordEmbedder
) -> None:
    one = open_memories()
    other_record = Record(tmp_path / "spark.db")
    other = Memories.open(other_record, tmp_path / "memory.lance", WordEmbedder(), MemorySettings())
    for n in range(10):
        mine, theirs = said(record, f"mine walnut{n}"), said(other_record, f"theirs pecan{n}")
        one.remember(mine)
        other.remember(theirs)
        assert ids(one.search(f"pecan{n}", ranking="keyword")) == [theirs.id]
        assert ids(other.search(f"walnut{n}", ranking="keyword")) == [mine.id]
    other.close()
    other_record.close()
    one.wait()
    found = ids(one.search("walnut0 walnut1 pecan0", k=20, ranking="keyword"))
    assert len(found) == len(set(found)) == 3


def test_the_first_question_after_another_spark_learned_much_finds_it(
    tmp_path: Path, record: Record, open_memories: Open, embedder: WordEmbedder
) -> None:
    one = open_memories()
    other_record = Record(tmp_path / "spark.db")
    other = Memories.open(other_record, tmp_path / "memory.lance", WordEmbedder(), MemorySettings())
    other.import_rows([ImportRow(f"all about the pecan{n}", f"i{n}") for n in range(10 * follower_module.FEW)])
    embedder.embedded.clear()
    assert [memory.id for memory in one.recall("what of the pecan7").memories][:1] == ["i7"]
    assert not [text for text in embedder.embedded if text.startswith("all about")], "it was only taken in"
    other.close()
    other_record.close()


def test_a_broken_index_never_fails_a_turn_and_says_why(
    no_mirror: None, memories: Memories, record: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise IndexTrouble(RuntimeError("lance error: LanceError(IO)"))

    turn = said(record, "my name is Zoe")
    memories.wait()
    monkeypatch.setattr(Index, "saying", broken)
    memories.remember(turn)
    recalled = memories.recall("name")
    assert recalled.memories == ()
    assert "nothing is lost" in recalled.why
    with pytest.raises(SparkError, match="search index"):
        memories.search("name")
    monkeypatch.undo()
    memories.wait()
    assert ids(memories.recall("my name").memories) == [turn.id]


def test_damage_that_only_one_search_meets_is_mended_by_that_search(
    no_mirror: None, memories: Memories, record: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    turn = said(record, "a rare quince")
    said(record, "a common apple")
    memories.wait()
    sound, anew, damaged = Index.saying, Index.start_anew, [True]

    def saying(self: Index, words: list[str], n: int, group: Group) -> list[Row]:
        if damaged and "quinc" in words:
            raise IndexTrouble(RuntimeError("posting list out of range"))
        return sound(self, words, n, group)

    def start_anew(self: Index) -> None:
        damaged.clear()
        anew(self)

    monkeypatch.setattr(Index, "saying", saying)
    monkeypatch.setattr(Index, "start_anew", start_anew)
    assert ids(memories.search("apple", k=1)) != [turn.id]
    assert damaged
    assert ids(memories.search("quince", ranking="keyword")) == [turn.id]
    assert not damaged


def test_a_failing_write_does_not_throw_the_index_away(
    memories: Memories, record: Record, embedder: WordEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk, say: what is there stays, and what is missing comes later."""
    kept = said(record, "apple pie with cream")
    memories.wait()

    def full(*_: object) -> None:
        raise IndexTrouble(OSError("No space left on device"))

    embedder.embedded.clear()
    monkeypatch.setattr(Index, "add", full)
    late = said(record, "banana split")
    memories.remember(late)
    assert ids(memories.recall("apple pie").memories) == [kept.id]
    monkeypatch.undo()
    assert late.id in ids(memories.search("banana"))
    assert "apple pie with cream" not in embedder.embedded


def test_a_long_backlog_is_indexed_in_the_background(
    open_memories: Open, record: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    record.import_rows([ImportRow(f"word{n} lemon", str(n)) for n in range(200)])
    slow = WordEmbedder.embed
    monkeypatch.setattr(
        WordEmbedder, "embed", lambda self, texts: (time.sleep(0.005 * len(texts)), slow(self, texts))[1]
    )
    began = time.perf_counter()
    memories = open_memories()
    assert time.perf_counter() - began < 5
    assert memories.stats().pending > 0
    deadline = time.monotonic() + 60
    while memories.stats().pending and time.monotonic() < deadline:
        time.sleep(0.05)
    assert ids(memories.search("word199", k=1, ranking="keyword")) == ["199"]


def test_a_question_waits_for_what_was_told_however_slow_the_machine(
    open_memories: Open, record: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A Spark that was killed left some turns to index, and embedding them takes longer than a second."""
    fact = said(record, "the parrot: Zelda")
    for n in range(follower_module.FEW - 2):
        said(record, f"gardening {n}")
    quick = WordEmbedder.embed
    monkeypatch.setattr(
        WordEmbedder, "embed", lambda self, texts: (time.sleep(0.06 * len(texts)), quick(self, texts))[1]
    )
    memories = open_memories()
    time.sleep(0.05)  # the background has begun
    assert ids(memories.recall("which parrot").memories)[:1] == [fact.id]


def test_the_background_leaves_the_index_to_a_question_soon(
    open_memories: Open, record: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    record.import_rows([ImportRow(f"gardening {n}", str(n)) for n in range(200)])
    quick, batches = WordEmbedder.embed, list[int]()
    monkeypatch.setattr(
        WordEmbedder,
        "embed",
        lambda self, texts: (batches.append(len(texts)), time.sleep(0.03 * len(texts)), quick(self, texts))[2],
    )
    open_memories()
    deadline = time.monotonic() + 60
    while sum(batches) < 30 and time.monotonic() < deadline:
        time.sleep(0.05)
    assert max(batches) <= 8, "twice a tenth of a second's work, and no more"


def test_closing_does_not_wait_for_a_long_backlog(
    open_memories: Open, record: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    record.import_rows([ImportRow(f"word{n}", str(n)) for n in range(2_000)])
    slow = WordEmbedder.embed
    monkeypatch.setattr(
        WordEmbedder, "embed", lambda self, texts: (time.sleep(0.02 * len(texts)), slow(self, texts))[1]
    )
    memories = open_memories()
    began = time.perf_counter()
    memories.close()
    assert time.perf_counter() - began < 20
    assert memories.stats().pending > 0


def test_many_single_additions_are_tidied_by_whoever_comes_next(
    tmp_path: Path, open_memories: Open, record: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follower_module, "_PIECES", 8)
    for n in range(12):  # as twelve runs of `spark ask` would
        said(record, f"apple {n}")
        memories = open_memories()
        memories.wait()
        memories.close()
    index = Index(tmp_path / "memory.lance", WordEmbedder.name, WordEmbedder.width)
    assert index.count() == 12
    assert index.pieces() < 8


def test_a_large_table_numbers_its_rows_and_finds_the_same(
    no_mirror: None, memories: Memories, record: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index_module, "_NUMBERED_FROM", 300)
    monkeypatch.setattr(follower_module, "_PIECES", 2)
    memories.import_rows([ImportRow(f"thing{n} of kind{n % 7}", str(n), session=str(n)) for n in range(400)])
    before = ids(memories.search("thing123 of kind4", k=1))
    memories.index.optimize()
    assert memories.index._indexed("number")
    assert ids(memories.search("thing123 of kind4", k=1)) == before == ["123"]
    late = said(record, "a late thing999")
    assert ids(memories.search("late thing999", k=1)) == [late.id]


@pytest.mark.usefixtures("filled")
def test_while_the_index_is_made_anew_what_is_asked_for_and_what_was_said_last_is_found(
    tmp_path: Path, record: Record, open_memories: Open, embedder: WordEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    record.import_rows(ImportRow(f"gardening {n}", f"g{n}") for n in range(200))
    newest = said(record, "a late fig")
    open_memories().close()
    gone(tmp_path / "memory.lance")
    monkeypatch.setattr(Memories, "_follow", lambda _: None)  # one question, and no time for the background
    memories = open_memories()
    embedder.embedded.clear()
    assert "banana" in memories.recall("banana").memories[0].text
    assert len(embedder.embedded) < 2 * follower_module.FEW
    assert ids(memories.recall("fig").memories)[0] == newest.id
    embedder.embedded.clear()
    assert "g3" in ids(memories.search("gardening 3"))
    assert everything_is_found(memories)
    assert len(embedder.embedded) < 210  # nothing was read twice
    assert memories.index.count() == memories.stats().turns + memories.stats().imported


def test_new_talk_is_found_behind_a_long_import(
    tmp_path: Path, record: Record, open_memories: Open, embedder: WordEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Memories, "_follow", lambda _: None)
    memories = open_memories()
    record.import_rows(ImportRow(f"gardening {n}", f"g{n}") for n in range(100))
    turn = said(record, "a late fig")
    assert ids(memories.recall("fig").memories)[0] == turn.id
    memories.wait()
    assert sorted(number for number, _ in memories.index.contents()) == record.numbers()
    assert len([text for text in embedder.embedded if "fig" in text]) == 2  # the turn, and the question


@pytest.mark.parametrize("uri", ["nothing://x/y", "/dev/null/index", "db://nobody"])
def test_an_address_that_cannot_be_reached_is_one_short_sentence(
    uri: str, tmp_path: Path, record: Record, embedder: WordEmbedder
) -> None:
    with pytest.raises(SparkError, match=f"search index {uri} .*memory.uri") as caught:
        Memories.open(record, tmp_path / "memory.lance", embedder, MemorySettings(uri=uri))
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 320


def test_another_folder_holds_the_index_as_well(tmp_path: Path, record: Record, embedder: WordEmbedder) -> None:
    folder = tmp_path / "home" / "memory.lance"
    fig = said(record, "a late fig")
    for uri, place in (
        ("beside", tmp_path / "home" / "beside"),  # from the home, wherever Spark was started
        (str(tmp_path / "elsewhere"), tmp_path / "elsewhere"),
        (f"file://{tmp_path}/address", tmp_path / "address"),
        ("", folder),
    ):
        memories = Memories.open(record, folder, embedder, MemorySettings(uri=uri))
        memories.wait()
        assert ids(memories.search("fig")) == [fig.id]
        assert list(place.glob("items.lance"))
        memories.close()


@pytest.mark.parametrize("uri", ["s3:/bucket/path", "gs:bucket"])
def test_an_address_with_a_slip_is_no_folder_of_that_name(
    uri: str, tmp_path: Path, record: Record, embedder: WordEmbedder
) -> None:
    with pytest.raises(SparkError, match=r"no folder and no address.*memory\.uri"):
        Memories.open(record, tmp_path / "memory.lance", embedder, MemorySettings(uri=uri))
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(uri[:2])]


def test_a_remote_index_is_not_thrown_away_because_it_cannot_be_reached(monkeypatch: pytest.MonkeyPatch) -> None:
    def unreachable(_: Index) -> None:
        raise RuntimeError("no network")

    monkeypatch.setattr(Index, "_connect", unreachable)
    monkeypatch.setattr(Index, "start_anew", lambda _: pytest.fail("thrown away"))
    with pytest.raises(IndexTrouble, match="no network"):
        Index("s3://far/away", "words", 64)


@pytest.mark.usefixtures("filled")
def test_a_mistake_in_our_own_code_is_no_trouble_with_the_index(
    open_memories: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would come back with a new index; so it is told as what it is, and the index stays."""

    def mistaken(*_: object) -> None:
        raise TypeError("measure() takes 6 positional arguments")

    memories = open_memories()
    memories.wait()
    monkeypatch.setattr(Index, "start_anew", lambda _: pytest.fail("thrown away"))
    for where in (search_module, "measure"), (Index, "_rows"):
        with monkeypatch.context() as patched:
            patched.setattr(*where, mistaken)
            patched.setattr(lookup_module, "LIMIT", -1)
            with pytest.raises(TypeError, match="takes 6"):
                memories.search("apple") if where[1] == "measure" else open_memories()
    assert everything_is_found(memories)


def test_what_panics_in_the_index_is_trouble_and_an_interrupt_is_not() -> None:
    panic = type("PanicException", (BaseException,), {})
    with pytest.raises(IndexTrouble, match="index out of bounds"), index_trouble():
        raise panic("index out of bounds")
    with pytest.raises(KeyboardInterrupt), index_trouble():
        raise KeyboardInterrupt


def test_the_reason_of_a_trouble_is_short_and_names_no_place_in_anyones_source() -> None:
    said = "Failed to connect to namespace: IO { source: Generic { store: GCS } }, location: Location { file: /root/x }"
    assert IndexTrouble(RuntimeError(said)).reason == "Failed to connect to namespace"
    assert IndexTrouble(OSError(28, "No space left on device", "/home/x")).reason == "No space left on device"
    assert len(IndexTrouble(ValueError("no " * 500)).reason) < 200
