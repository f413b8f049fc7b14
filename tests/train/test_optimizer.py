"""Muon orthogonalizes; its state survives; AdamW takes what Muon must not."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import SparkError
from engine.models.config import ModelConfig
from engine.models.transformer import Transformer
from train.optimizer import Optimizer, OptimizerOptions, _iterate, _iterate_gram, orthogonalize, split_parameters

CONFIG = ModelConfig(vocab_size=31, layers=2, width=16, heads=2, kv_heads=1, mlp_width=64, context=8)


@settings(max_examples=25, deadline=None)
@given(
    rows=st.integers(4, 48),
    columns=st.integers(4, 48),
    seed=st.integers(0, 10_000),
    size=st.sampled_from([1e-6, 1, 1e4]),
)
def test_orthogonalized_matrices_keep_directions_and_lose_sizes(
    rows: int, columns: int, seed: int, size: float
) -> None:
    torch.manual_seed(seed)
    matrices = torch.randn(2, rows, columns) * size
    made = orthogonalize(matrices, steps=5).float()
    for before, after in zip(matrices, made, strict=True):
        left, values, right = torch.linalg.svd(before, full_matrices=False)
        # In the singular vectors of the input the result is diagonal, and all its entries are about one. Directions
        # a hundred times weaker than the strongest may come out smaller.
        inside = left.T @ after @ right.T
        strong = values > values[0] / 30
        assert (inside - torch.diag(inside.diagonal())).abs().max() < 0.15
        assert inside.diagonal()[strong].min() > 0.6
        assert inside.diagonal().max() < 1.5


@pytest.mark.parametrize("steps", [1, 2, 3, 4, 5])
def test_the_two_ways_to_iterate_agree(steps: int) -> None:
    torch.manual_seed(0)
    x = torch.randn(3, 12, 48)
    x = (x / x.norm(dim=(-2, -1), keepdim=True)).double()  # in float64 both are exact
    torch.testing.assert_close(_iterate(x, steps), _iterate_gram(x, steps), rtol=1e-9, atol=1e-12)


def test_a_zero_gradient_is_harmless() -> None:
    assert torch.equal(orthogonalize(torch.zeros(1, 4, 8)), torch.zeros(1, 4, 8))


def test_muon_takes_the_matrices_of_blocks_and_nothing_else() -> None:
    model = Transformer(CONFIG)
    matrices, others = split_parameters(model)
    assert matrices.keys() | others.keys() == dict(model.named_parameters()).keys()
    assert all(name.startswith("blocks.") and p.dim() == 2 for name, p in matrices.items())
    assert "embedding.weight" in others
    assert len(matrices) == 2 * 6


@pytest.mark.parametrize("muon", [True, False])
def test_a_step_moves_every_parameter_by_about_its_learning_rate(muon: bool) -> None:
    model = Transformer(CONFIG).initialize(0)
    before = {name: p.detach().clone() for name, p in model.named_parameters()}
    options = OptimizerOptions(muon=muon, weight_decay=0.0)
    optimizer = Optimizer(model, options)
    for parameter in model.parameters():
        parameter.grad = torch.randn_like(parameter)
    optimizer.step(0.5)
    matrices, _ = split_parameters(model)
    for name, parameter in model.named_parameters():
        moved = (parameter.detach() - before[name]).square().mean().sqrt().item()
        if muon and name in matrices:
            rows, columns = parameter.shape
            # An orthogonal r×c matrix has a root mean square of 1/√max(r, c).
            expected = 0.5 * options.matrix_lr * max(1, rows / columns) ** 0.5 / max(rows, columns) ** 0.5
            assert moved == pytest.approx(expected, rel=0.35)
        else:
            rate = options.matrix_adamw_lr if name in matrices else options.other_lr
            assert moved == pytest.approx(0.5 * rate, rel=0.05)


@pytest.mark.parametrize("muon", [True, False])
def test_saved_state_continues_exactly(muon: bool) -> None:
    def stepped(model: Transformer, optimizer: Optimizer, seeds: range) -> None:
        for seed in seeds:
            torch.manual_seed(seed)
            for parameter in model.parameters():
                parameter.grad = torch.randn_like(parameter)
            optimizer.step(1.0)

    straight = Transformer(CONFIG).initialize(0)
    stepped(straight, Optimizer(straight, OptimizerOptions(muon=muon)), range(6))

    first = Transformer(CONFIG).initialize(0)
    optimizer = Optimizer(first, OptimizerOptions(muon=muon))
    stepped(first, optimizer, range(3))
    state = {name: tensor.clone() for name, tensor in optimizer.state().items()}
    second = Transformer(CONFIG)
    second.load_state_dict(first.state_dict())
    resumed = Optimizer(second, OptimizerOptions(muon=muon))
    resumed.load_state(state)
    stepped(second, resumed, range(3, 6))
    for name, parameter in straight.named_parameters():
        assert torch.equal(parameter, dict(second.named_parameters())[name]), name


def test_the_state_of_another_optimizer_is_refused() -> None:
    model = Transformer(CONFIG).initialize(0)
    adamw = Optimizer(model, OptimizerOptions(muon=False))
    with pytest.raises(SparkError, match="another optimizer"):
        Optimizer(model, OptimizerOptions(muon=True)).load_state(adamw.state() | {"muon.x.momentum": torch.ones(1)})
