"""The table of shipped vectors: nearly the computed ones, and harmless when it is missing, foreign or damaged."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.memory.embedder import Embedder
from engine.memory.known_vectors import Known, KnownVectors, save_vectors, shipped, text_hash
from engine.memory.late import encode
from engine.memory.rows import index_text, is_note
from engine.record.rows import Item
from train.corpus.documents import documents_of

TEXTS = [f"os.path.thing{n}(a): Do the thing number {n}." for n in range(20)]


def unit(rows: int) -> NDArray[np.float32]:
    vectors = np.random.default_rng(0).normal(size=(rows, 384)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def known(vectors: NDArray[np.float32], words: int = 0) -> list[Known]:
    states = np.random.default_rng(1).normal(size=(len(vectors), words, 384)).astype(np.float32)
    return [Known(vector, meant) for vector, meant in zip(vectors, states, strict=True)]


def test_what_is_saved_is_found_nearly_unchanged(tmp_path: Path) -> None:
    vectors = unit(len(TEXTS))
    save_vectors(tmp_path / "v.safetensors", "some embedder", TEXTS, known(vectors))
    found = KnownVectors(tmp_path / "v.safetensors", "some embedder").find(["new", *TEXTS])
    assert sorted(found) == list(range(1, 21))
    for place, one in found.items():
        assert float(one.vector @ vectors[place - 1]) > 0.999
        assert np.linalg.norm(one.vector) == pytest.approx(1.0, abs=1e-6)
        assert not len(one.states)


def test_the_signs_of_word_states_are_kept_where_there_are_some(tmp_path: Path) -> None:
    some = [*known(unit(2)), *known(unit(2), words=3), *known(unit(1)), *known(unit(1), words=40)]
    save_vectors(tmp_path / "v.safetensors", "some embedder", TEXTS[:6], some)
    found = KnownVectors(tmp_path / "v.safetensors", "some embedder").find(TEXTS[:6])
    for place, one in enumerate(some):
        assert encode(found[place].states) == encode(one.states)
    assert [len(found[place].states) for place in range(6)] == [0, 0, 3, 3, 0, 32]


def test_a_table_that_is_not_ours_is_no_table(tmp_path: Path) -> None:
    save_vectors(tmp_path / "v.safetensors", "another embedder", TEXTS, known(unit(len(TEXTS))))
    assert KnownVectors(tmp_path / "v.safetensors", "some embedder").find(TEXTS) == {}
    (tmp_path / "v.safetensors").write_bytes(b"\x10\0\0\0\0\0\0\0 not a table")
    assert KnownVectors(tmp_path / "v.safetensors", "some embedder").find(TEXTS) == {}
    assert KnownVectors(None, "some embedder").find(TEXTS) == {}


def test_hashes_are_the_same_everywhere() -> None:
    assert text_hash("spark") == -1060475268137356971
    assert text_hash("spark") != text_hash("Spark")


def test_the_embedder_computes_only_what_is_new(tmp_path: Path) -> None:
    embedder = Embedder.load()
    embedder.known = None
    computed = embedder.embed(TEXTS)
    save_vectors(tmp_path / "v.safetensors", embedder.name, TEXTS[::2], known(computed[::2]))
    embedder.known = KnownVectors(tmp_path / "v.safetensors", embedder.name)
    mixed = embedder.embed(TEXTS)
    assert np.array_equal(mixed[1::2], computed[1::2]) or np.allclose(mixed[1::2], computed[1::2], atol=1e-5)
    assert float((mixed * computed).sum(axis=1).min()) > 0.999
    assert not np.array_equal(mixed[::2], computed[::2])


def test_the_shipped_table_holds_what_memory_asks_for() -> None:
    """Fails when memory prepares its texts in another way: then `python -m train.corpus.vectors` is due."""
    path = shipped()
    assert path is not None
    items = [
        Item(1, d.id, d.kind, "", 0.0, d.text, "", None, d.title, d.source, None, 0, None)
        for d in documents_of("handbook")
    ]
    found = KnownVectors(path, Embedder.name).find([index_text(item) for item in items])
    assert [len(found[place].states) > 0 for place in range(len(items))] == [is_note(item) for item in items]


def test_a_known_text_is_read_as_if_it_were_computed(tmp_path: Path) -> None:
    texts = [f"How do I do the thing number {n}?: Call the function of thing {n}." for n in range(20)]
    embedder = Embedder.load()
    embedder.known = None
    computed = embedder.read(texts)
    save_vectors(
        tmp_path / "v.safetensors", embedder.name, texts[::2], [Known(one.vector, one.states) for one in computed[::2]]
    )
    embedder.known = KnownVectors(tmp_path / "v.safetensors", embedder.name)
    for one, other in zip(embedder.read(texts), computed, strict=True):
        assert one.words == other.words
        assert encode(one.states) == encode(other.states)
        assert float(one.vector @ other.vector) > 0.999
