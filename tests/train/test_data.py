"""The mixture is a pure function of seed and step; rows survive the disk; bad data is named."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import SparkError
from train.data import _BLOCK, Mixture, PackedRows, as_batch, pack


def rows(name: str, count: int, context: int = 4, first: int = 0) -> PackedRows:
    """Rows that can be told apart: row r holds first + r everywhere."""
    tokens = (first + torch.arange(count, dtype=torch.int32))[:, None].expand(count, context + 1).contiguous()
    return PackedRows(name, tokens, torch.ones_like(tokens, dtype=torch.uint8))


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 2**40), steps=st.lists(st.integers(0, 5000), min_size=1, max_size=6), size=st.integers(1, 6))
def test_a_batch_depends_on_seed_and_step_alone(seed: int, steps: list[int], size: int) -> None:
    def fresh() -> Mixture:
        return Mixture([(rows("a", 7), 2.0), (rows("b", 11, first=100), 1.0)], seed)

    used = fresh()
    for step in steps:  # in any order, after any others
        again = used.batch(step, size)
        alone = fresh().batch(step, size)
        assert torch.equal(again.inputs, alone.inputs)
        assert torch.equal(again.mask, alone.mask)


@settings(max_examples=20, deadline=None)
@given(
    seed=st.integers(0, 1000),
    weights=st.lists(st.floats(0.01, 10), min_size=1, max_size=4),
    counts=st.lists(st.integers(1, 400), min_size=4, max_size=4),
)
def test_weights_are_honoured_and_every_row_comes_once_an_epoch(
    seed: int, weights: list[float], counts: list[int]
) -> None:
    sources = [(rows(str(i), counts[i]), weight) for i, weight in enumerate(weights)]
    mixture = Mixture(sources, seed)
    blocks = 2
    drawn = [mixture.draw(i) for i in range(blocks * _BLOCK)]
    for index, weight in enumerate(weights):
        mine = Counter(row for source, row in drawn if source == index)
        share = mine.total() / (blocks * _BLOCK)
        assert share == pytest.approx(weight / sum(weights), abs=(len(weights) + 1) / _BLOCK)
        # All rows were read the same number of times, give or take the epochs in progress.
        times = [mine.get(row, 0) for row in range(counts[index])]
        assert max(times) - min(times) <= 1


def test_another_seed_is_another_order() -> None:
    one = [Mixture([(rows("a", 300), 1.0)], seed=1).draw(i)[1] for i in range(50)]
    two = [Mixture([(rows("a", 300), 1.0)], seed=2).draw(i)[1] for i in range(50)]
    assert one != two


@settings(max_examples=50, deadline=None)
@given(lengths=st.lists(st.integers(0, 20), min_size=1, max_size=8), context=st.integers(1, 12))
def test_packing_makes_every_token_a_target_once(lengths: list[int], context: int) -> None:
    numbers = iter(range(10_000))
    documents = [[next(numbers) for _ in range(length)] for length in lengths]
    total = sum(lengths)
    if (total - 1) // context < 1:
        with pytest.raises(SparkError, match="too few"):
            pack("text", documents, context)
        return
    packed = pack("text", documents, context)
    batch = as_batch(packed.tokens, packed.mask)
    targets = batch.targets.flatten().tolist()
    assert targets == list(range(1, 1 + len(targets)))
    assert total - 1 - len(targets) < context
    assert torch.equal(batch.inputs + 1, batch.targets)


def test_rows_survive_the_disk(tmp_path: Path) -> None:
    made = rows("named", 5)
    kind = torch.tensor([0, 1, 2, 1, 0], dtype=torch.uint8)
    PackedRows(made.name, made.tokens, made.mask, kind).save(tmp_path / "rows.safetensors")
    back = PackedRows.load(tmp_path / "rows.safetensors")
    assert back.name == "named"
    assert torch.equal(back.tokens, made.tokens)
    assert back.kind is not None
    assert torch.equal(back.kind, kind)


def test_bad_data_is_named(tmp_path: Path) -> None:
    with pytest.raises(SparkError, match="no training data"):
        PackedRows.load(tmp_path / "none.safetensors")
    (tmp_path / "junk.safetensors").write_bytes(b"not tensors at all")
    with pytest.raises(SparkError, match="does not hold packed training rows"):
        PackedRows.load(tmp_path / "junk.safetensors")
    with pytest.raises(SparkError, match="nothing to train on"):
        Mixture([])
    with pytest.raises(SparkError, match="same context"):
        Mixture([(rows("a", 3, context=4), 1.0), (rows("b", 3, context=8), 1.0)])
    with pytest.raises(SparkError, match="positive"):
        Mixture([(rows("a", 3), 0.0)])
    empty = torch.ones(3, 5, dtype=torch.int32)
    with pytest.raises(SparkError, match="mask is zero"):
        PackedRows("silent", empty, torch.zeros_like(empty, dtype=torch.uint8))
