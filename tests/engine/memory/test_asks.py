"""People's questions for a note: the best one counts, a table that cannot be read costs nothing, and whoever asks in
such words finds the note."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from safetensors import safe_open

import engine.memory.memories as memories_module
from engine.memory import Memories
from engine.memory.asks import Asks, save_asks, shipped_asks
from engine.memory.embedder import Embedder
from engine.record import Record
from engine.settings import MemorySettings
from tests.engine.memory.support import WordEmbedder
from train.corpus.documents import Document
from train.corpus.handbook import practised_notes, talk_notes, unseen_notes


def units(count: int, seed: int = 0, width: int = 16) -> np.ndarray:
    vectors = np.random.default_rng(seed).normal(size=(count, width)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


@given(counts=st.lists(st.integers(1, 5), min_size=1, max_size=6), seed=st.integers(0, 99))
def test_the_question_most_alike_counts(counts: list[int], seed: int, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("asks") / "a.safetensors"
    asked = {f"note:{n}": list(units(count, seed + n)) for n, count in enumerate(counts)}
    save_asks(path, "words", asked)
    query = units(1, seed + 50)[0]
    found = Asks(path, "words").alike(query)
    assert list(found) == list(asked)
    for note, vectors in asked.items():
        assert found[note] == pytest.approx(max(0.0, *(float(v @ query) for v in vectors)), abs=0.01)


def test_a_table_that_cannot_be_read_or_is_of_another_embedder_says_nothing(tmp_path: Path) -> None:
    path, query = tmp_path / "a.safetensors", units(1)[0]
    save_asks(path, "words", {"note:a": list(units(2))})
    assert Asks(path, "words").alike(query)
    assert Asks(path, "words").alike(units(1, width=8)[0]) == {}
    assert Asks(path, "others").alike(query) == {}
    assert Asks(None, "words").alike(query) == {}
    path.write_bytes(path.read_bytes()[:40])
    assert Asks(path, "words").alike(query) == {}


NOTES = [
    Document("note:sleep", "Sleep for a second", "Sleep for a second\nCall `time.sleep`.", "handbook"),
    Document(
        "note:clock", "Measure time", "Measure time\nMeasure a delay before going on with `perf_counter`.", "handbook"
    ),
]
ASKED = "make a delay before going on"


@pytest.fixture
def asking(tmp_path: Path, record: Record, monkeypatch: pytest.MonkeyPatch) -> Memories:
    """Memories that know one question for the first of two notes."""
    embedder = WordEmbedder()
    table = tmp_path / "asks.safetensors"
    save_asks(
        table, embedder.name, {"note:sleep": list(embedder.embed([ASKED])), "note:gone": list(embedder.embed(["x"]))}
    )
    monkeypatch.setattr(memories_module, "shipped_asks", lambda: table)
    memories = Memories.open(record, tmp_path / "memory.lance", embedder, MemorySettings())
    memories.add_documents(NOTES)
    return memories


def test_a_note_is_found_by_the_words_of_a_question_for_it(asking: Memories) -> None:
    found = asking.search(ASKED, 2)
    assert [one.id for one in found] == ["note:sleep", "note:clock"]
    assert found[0].parts.asked == pytest.approx(1.0, abs=0.01)
    assert found[1].parts.asked is None
    asking.close()


def test_a_forgotten_note_is_not_found_by_them(asking: Memories) -> None:
    asking.forget(["note:sleep"])
    assert [one.id for one in asking.search(ASKED, 2)] == ["note:clock"]
    asking.close()


def test_the_shipped_table_has_the_title_and_the_known_questions_of_every_note() -> None:
    """Fails when notes or their questions change: then `python -m train.corpus.vectors` is due."""
    path = shipped_asks()
    assert path is not None
    notes = {note.document.id: note for note in [*talk_notes(), *practised_notes(), *unseen_notes()]}
    with safe_open(path, framework="np") as file:
        counts = file.get_tensor("counts").tolist()
        metadata = file.metadata()
    assert metadata["embedder"] == Embedder.name
    assert dict(zip(metadata["ids"].split("\n"), counts, strict=True)) == {
        id_: 1 + len(note.known) for id_, note in notes.items()
    }
