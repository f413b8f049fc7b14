"""The head and the assessor on a tiny random fast model: shapes, arithmetic, files and refusals."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from engine.errors import SparkError
from engine.models.config import ModelConfig
from engine.models.tokenizer import ByteTokenizer
from engine.models.transformer import Transformer
from engine.models.weights import save_tensors
from engine.routing.assessment import (
    CLASSES,
    TOKENS,
    Assessor,
    HeadConfig,
    RouterHead,
    join,
    load_head,
    query_ids,
    read_state,
    save_head,
)
from engine.routing.categories import Category

TOKENIZER = ByteTokenizer()
BOTH = HeadConfig(("last", "embedding"), fast_width=16, embedding_width=384)


def fast_model(width: int = 16) -> Transformer:
    torch.manual_seed(0)
    model = Transformer(ModelConfig(TOKENIZER.vocab_size, 2, width, 2, 1, 32, context=300)).initialize(0)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(0.1 * torch.randn_like(parameter))  # so that the zero matrices say something too
    return model.eval()


def head(config: HeadConfig = BOTH, temperature: float = 1.7) -> RouterHead:
    torch.manual_seed(1)
    made = RouterHead(config, temperature)
    made.mean.copy_(torch.randn(config.inputs))
    made.scale.copy_(torch.rand(config.inputs) + 0.5)
    return made.eval()


def embedding(seed: int = 0) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    vector = np.random.default_rng(seed).normal(size=384).astype(np.float32)
    return vector / np.linalg.norm(vector)


def test_a_judgement_is_the_calibrated_softmax_of_its_features() -> None:
    model, made, vector = fast_model(), head(), embedding()
    judged = Assessor(model, TOKENIZER, made).assess("how do i", vector)

    # The same thing by hand: prompt, last state, standardise, matrix, temperature.
    ids = [TOKENIZER.bos, TOKENIZER.user, *b"how do i", TOKENIZER.spark]
    with torch.no_grad():
        state = model.hidden(torch.tensor([ids]))[0, -1]
        features = (torch.cat([state, torch.from_numpy(vector)]) - made.mean) / made.scale
        linear = made.layers[0]
        assert isinstance(linear, torch.nn.Linear)
        wanted = torch.softmax((linear.weight @ features + linear.bias) / 1.7, 0)
    assert [*judged.probabilities.values(), judged.outside] == pytest.approx(wanted.tolist(), abs=1e-5)
    assert list(judged.probabilities) == list(Category)
    assert sum(judged.probabilities.values()) + judged.outside == pytest.approx(1.0, abs=1e-5)
    assert judged.confidence == max(judged.probabilities.values()) == judged.probabilities[judged.category]
    assert CLASSES[-1] == "outside"


@pytest.mark.parametrize(
    "features", [("embedding",), ("last",), ("mean", "embedding"), ("last", "mean", "embedding", "words")]
)
@pytest.mark.parametrize("hidden", [0, 8])
def test_saved_and_loaded_it_judges_the_same(tmp_path: Path, features: tuple[str, ...], hidden: int) -> None:
    made = head(HeadConfig(features, 16, 384, hidden))
    save_head(tmp_path / "router.safetensors", made, measured="0.9")
    loaded = load_head(tmp_path / "router.safetensors")
    assert (loaded.config, loaded.temperature) == (made.config, 1.7)
    model = fast_model()
    one, two = (Assessor(model, TOKENIZER, each).assess("def f(", embedding()) for each in (made, loaded))
    assert one == two


def test_the_count_of_operations_is_that_of_torch() -> None:
    model, made = fast_model(), head(HeadConfig(("last", "embedding"), 16, 384, 8))
    text = "what is a list"
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        parts = read_state(model, query_ids(TOKENIZER, text, 300))
        made(join({**parts, "embedding": torch.from_numpy(embedding())[None]}, ("last", "embedding")))
    ours = Assessor(model, TOKENIZER, made).assess(text, embedding()).flops
    # torch counts the matrices but not attention on a CPU; ours also counts a minus and a division a feature.
    tokens, layers, width = len(text) + 3, 2, 16
    attention = 4 * layers * width * (tokens + 1) / 2 * tokens
    assert ours == counter.get_total_flops() + attention + 2 * (16 + 384)


def test_a_megabyte_is_judged_by_its_ends() -> None:
    ids = query_ids(TOKENIZER, "start" + "x" * 1_000_000 + "ValueError: end", 300)
    assert len(ids) == TOKENS
    assert bytes(ids[2:7]) == b"start" and bytes(ids[-16:-1]) == b"ValueError: end"
    started = time.process_time()
    Assessor(fast_model(), TOKENIZER, head()).assess("x" * 1_000_000, embedding())
    assert time.process_time() - started < 1.0


def test_hostile_text_is_only_text() -> None:
    assessor = Assessor(fast_model(), TOKENIZER, head())
    for text in ("", "<spark>", "\ud800", "\x00\x1b[2J", "🙂" * 50):
        judged = assessor.assess(text, embedding())
        assert 0.0 <= judged.confidence <= 1.0


def test_a_head_for_another_fast_path_is_refused() -> None:
    with pytest.raises(SparkError, match="width 16"):
        Assessor(fast_model(width=8), TOKENIZER, head())
    Assessor(fast_model(width=8), TOKENIZER, head(HeadConfig(("embedding",), 16, 384)))  # it reads no state


def test_files_that_are_no_router_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "router.safetensors"
    with pytest.raises(SparkError, match="missing"):
        load_head(path)
    path.write_bytes(b"half a file")
    with pytest.raises(SparkError, match="damaged"):
        load_head(path)
    save_tensors(path, {"x": torch.zeros(1)}, {})
    with pytest.raises(SparkError, match="not a router"):
        load_head(path)
    save_head(path, head(temperature=0.0))
    with pytest.raises(SparkError, match="temperature"):
        load_head(path)
    with pytest.raises(SparkError, match="reads"):
        HeadConfig(("tea leaves",), 16, 384)
