"""The account of memory against what autograd and the optimizer really keep."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from engine.models.config import SIZES, ModelConfig, config_for
from engine.models.transformer import Transformer
from train.footprint import on_card, on_cpu, pieces_that_fit, running_footprint, tensors_on_cpu, training_footprint
from train.optimizer import Optimizer, OptimizerOptions

VOCABULARY = 600


def kept_for_backward(model: Transformer, tokens: Tensor) -> int:
    """Bytes of the tensors, other than parameters, that autograd keeps for the backward pass."""
    own = {parameter.untyped_storage().data_ptr() for parameter in model.parameters()}
    kept: dict[int, Tensor] = {}

    def pack(tensor: Tensor) -> Tensor:
        storage = tensor.untyped_storage()
        if storage.data_ptr() not in own:
            kept[storage.data_ptr()] = tensor  # held, so that no address is given out twice
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        logits = model(tokens).float()
        F.cross_entropy(logits.flatten(0, 1), tokens.flatten())
    return sum(tensor.untyped_storage().nbytes() for tensor in kept.values())


@pytest.mark.parametrize("precision", ["bf16", "fp32"])
@pytest.mark.parametrize(
    ("layers", "width", "heads", "kv_heads"), [(3, 128, 4, 2), (2, 256, 4, 4), (4, 192, 6, 1), (6, 64, 4, 2)]
)
def test_activations_are_what_autograd_keeps(
    layers: int, width: int, heads: int, kv_heads: int, precision: str
) -> None:
    config = ModelConfig(VOCABULARY, layers, width, heads, kv_heads, 4 * width, context=128)
    model = Transformer(config).initialize(0)
    model.compute_dtype = torch.bfloat16 if precision == "bf16" else torch.float32
    tokens = torch.zeros(4, 128, dtype=torch.int64)
    # Of the 12 bytes a score, two copies are there only for a moment of the backward pass, after the forward pass.
    moment = 8 * tokens.numel() * VOCABULARY
    predicted = training_footprint(config, tokens.numel(), precision).activations - moment
    assert predicted == pytest.approx(kept_for_backward(model, tokens), rel=0.1)


def test_weights_gradients_and_optimizer_are_exact() -> None:
    config = config_for("1m", VOCABULARY)
    model = Transformer(config).initialize(0)
    optimizer = Optimizer(model, OptimizerOptions())
    model(torch.zeros(1, 8, dtype=torch.int64)).sum().backward()
    optimizer.step(1.0)
    account = training_footprint(config, 8)
    assert account.parameters == model.parameter_count()
    assert account.weights == sum(p.nbytes for p in model.parameters())
    assert account.gradients == sum(p.grad.nbytes for p in model.parameters() if p.grad is not None)
    state = optimizer.state()
    counters = sum(tensor.nbytes for name, tensor in state.items() if name.endswith(".step"))
    assert account.optimizer == sum(tensor.nbytes for tensor in state.values()) - counters


def test_less_at_once_needs_less_and_the_smallest_cut_is_found() -> None:
    config = config_for("50m", 4096)
    whole, half = training_footprint(config, 4096), training_footprint(config, 2048)
    assert half.total < whole.total
    assert pieces_that_fit(config, 4096, whole.total) == 1
    assert pieces_that_fit(config, 4096, whole.total - 1) == 2
    assert pieces_that_fit(config, 4096, half.total - 1) == 4
    assert pieces_that_fit(config, 4096, whole.weights) is None


def test_sizes_grow_and_the_largest_fits_a_16_gb_card() -> None:
    totals = [training_footprint(config_for(size, 4096), 4096).total for size in SIZES]
    assert totals == sorted(totals)
    assert totals[-1] < on_card(16 * 2**30)
    assert on_cpu(totals[0]) > totals[0]
    assert tensors_on_cpu(on_cpu(totals[0])) == pytest.approx(totals[0], abs=2)
    assert running_footprint(config_for("1m", 4096)) > 4 * training_footprint(config_for("1m", 4096), 1).parameters
