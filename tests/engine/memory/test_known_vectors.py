"""The table of shipped vectors: nearly the computed ones, and harmless when it is missing, foreign or damaged."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.memory.embedder import Embedder
from engine.memory.known_vectors import KnownVectors, save_vectors, shipped, text_hash
from engine.memory.rows import index_text
from engine.record.rows import Item
from train.corpus.documents import documents_of

TEXTS = [f"os.path.thing{n}(a): Do the thing number {n}." for n in range(20)]


def unit(rows: int) -> NDArray[np.float32]:
    vectors = np.random.default_rng(0).normal(size=(rows, 384)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def test_what_is_saved_is_found_nearly_unchanged(tmp_path: Path) -> None:
    vectors = unit(len(TEXTS))
    save_vectors(tmp_path / "v.safetensors", "some embedder", TEXTS, vectors)
    found = KnownVectors(tmp_path / "v.safetensors", "some embedder").find(["new", *TEXTS])
    assert sorted(found) == list(range(1, 21))
    for place, vector in found.items():
        assert float(vector @ vectors[place - 1]) > 0.999
        assert np.linalg.norm(vector) == pytest.approx(1.0, abs=1e-6)


def test_a_table_that_is_not_ours_is_no_table(tmp_path: Path) -> None:
    save_vectors(tmp_path / "v.safetensors", "another embedder", TEXTS, unit(len(TEXTS)))
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
    save_vectors(tmp_path / "v.safetensors", embedder.name, TEXTS[::2], computed[::2])
    embedder.known = KnownVectors(tmp_path / "v.safetensors", embedder.name)
    mixed = embedder.embed(TEXTS)
    assert np.array_equal(mixed[1::2], computed[1::2]) or np.allclose(mixed[1::2], computed[1::2], atol=1e-5)
    assert float((mixed * computed).sum(axis=1).min()) > 0.999
    assert not np.array_equal(mixed[::2], computed[::2])


def test_the_shipped_table_holds_what_memory_asks_for() -> None:
    """Fails when memory prepares its texts in another way: then `python -m train.corpus.vectors` is due."""
    path = shipped()
    assert path is not None
    texts = [
        index_text(Item(1, d.id, d.kind, "", 0.0, d.text, "", None, d.title, d.source, None, 0, None))
        for d in documents_of("handbook")
    ]
    known = KnownVectors(path, Embedder.name).find(texts)
    assert len(known) == len(texts)
