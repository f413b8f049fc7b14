"""The fast ways to compute the loss give what the plain one gives."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.models.transformer import fused_attention
from tests.train.tiny_runs import CONTEXT, tiny_model
from train.fast_attention import SLICE, sliced_attention
from train.loss import _ROUND, Loss


@settings(max_examples=12, deadline=None)
@given(
    length=st.sampled_from([1, 5, SLICE - 1, SLICE, SLICE + 1, 2 * SLICE, 3 * SLICE + 7]),
    heads=st.sampled_from([(1, 1), (4, 4), (4, 2), (6, 2), (3, 1)]),
    seed=st.integers(0, 100),
)
def test_sliced_attention_is_attention(length: int, heads: tuple[int, int], seed: int) -> None:
    torch.manual_seed(seed)
    shapes = [(2, count, length, 8) for count in (heads[0], heads[1], heads[1])]
    ours = [torch.randn(shape, dtype=torch.float64).requires_grad_() for shape in shapes]
    theirs = [tensor.detach().clone().requires_grad_() for tensor in ours]
    made, expected = sliced_attention(*ours), fused_attention(*theirs)
    torch.testing.assert_close(made, expected, rtol=1e-5, atol=1e-6)  # its softmax is in float32
    weight = torch.randn_like(made)
    (made * weight).sum().backward()
    (expected * weight).sum().backward()
    for mine, other in zip(ours, theirs, strict=True):
        torch.testing.assert_close(mine.grad, other.grad, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("share", [1.0, 0.4])
def test_only_targets_that_count_are_in_the_loss(share: float) -> None:
    torch.manual_seed(0)
    model = tiny_model()
    inputs = torch.randint(0, 200, (3, CONTEXT))
    targets = torch.randint(0, 200, (3, CONTEXT))
    mask = torch.rand(3, CONTEXT) < share
    every = F.cross_entropy(model(inputs).flatten(0, 1), targets.flatten(), reduction="none")
    expected = (every * mask.flatten()).sum()
    torch.testing.assert_close(Loss(model)(inputs, targets, mask), expected)


def test_the_head_meets_few_lengths_however_many_targets_count(monkeypatch: pytest.MonkeyPatch) -> None:
    torch.manual_seed(0)
    model = tiny_model()
    lengths: list[int] = []
    plain = model.logits
    monkeypatch.setattr(model, "logits", lambda states: lengths.append(len(states)) or plain(states))
    for count in (1, 7, 2 * CONTEXT):
        mask = torch.zeros(3, CONTEXT, dtype=torch.bool)
        mask.view(-1)[:count] = True
        inputs = torch.randint(0, 200, (3, CONTEXT))
        Loss(model)(inputs, inputs, mask).backward()
    assert all(length % _ROUND == 0 for length in lengths) and len(set(lengths)) < 3


def test_compiling_leaves_no_trace_afterwards() -> None:
    model = tiny_model()
    loss = Loss(model)
    loss.compile()
    assert model.blocks[0].attention.attend is sliced_attention  # type: ignore[union-attr]
    loss.uncompile()
    assert model.blocks[0].attention.attend is fused_attention  # type: ignore[union-attr]
    assert model.blocks[0]._compiled_call_impl is None
