"""fp16 with loss scaling, and activation checkpointing: what they change and what they must not."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
import torch

from tests.train.tiny_runs import of_kind, tiny_mixture, tiny_model, tiny_options
from train.events import Ended, Step
from train.loss_scale import FIRST, PATIENCE, SMALLEST, LossScale
from train.recompute import keep_activations, recompute_blocks
from train.trainer import train


def run(folder: Path, steps: int = 8, resume: bool = False, **changes: object) -> list[float]:
    events = list(train(tiny_model(), tiny_mixture(), tiny_options(steps, **changes), folder, resume=resume))
    assert of_kind(events, Ended)[0].reason == "finished"
    return [step.loss for step in of_kind(events, Step)]


def test_recomputed_activations_give_the_same_losses_and_keep_less(tmp_path: Path) -> None:
    whole = run(tmp_path / "whole")
    assert run(tmp_path / "lean", checkpoint_activations=True) == whole
    assert run(tmp_path / "compiled", checkpoint_activations=True, accumulate=2) == pytest.approx(whole, rel=1e-4)

    def kept(recompute: bool) -> int:
        model = tiny_model()
        if recompute:
            recompute_blocks(model)
        own = {parameter.untyped_storage().data_ptr() for parameter in model.parameters()}
        sizes: dict[int, int] = {}

        def pack(tensor: torch.Tensor) -> torch.Tensor:
            storage = tensor.untyped_storage()
            if storage.data_ptr() not in own:
                sizes[storage.data_ptr()] = storage.nbytes()
            return tensor

        with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
            model(torch.zeros(8, 32, dtype=torch.int64))
        keep_activations(model)
        assert all("forward" not in block.__dict__ for block in model.blocks)
        return sum(sizes.values())

    assert kept(True) < 0.4 * kept(False)


def test_half_precision_learns_as_full_precision_does_and_resumes(tmp_path: Path) -> None:
    full = run(tmp_path / "full", 12)
    half = run(tmp_path / "half", 12, precision="fp16")
    assert half == pytest.approx(full, rel=0.02)
    run(tmp_path / "again", 6, precision="fp16")
    state = run(tmp_path / "again", 12, resume=True, precision="fp16")
    # The budget is part of the schedule, so only the number of steps is comparable here.
    assert len(state) == 6 and all(map(math.isfinite, state))


def test_the_scale_halves_on_overflow_and_doubles_after_a_long_time_without() -> None:
    scale = LossScale(torch.float16)
    assert scale.overflowed(finite=False) and scale.value == FIRST / 2
    for _ in range(PATIENCE):
        assert not scale.overflowed(finite=True)
    assert scale.value == FIRST
    again = LossScale(torch.float16)
    scale.overflowed(finite=False)
    again.load_state(scale.state())
    assert again.value == FIRST / 2
    while scale.overflowed(finite=False):
        pass
    assert scale.value < SMALLEST  # then it is no overflow: the run ends
    plain = LossScale(torch.bfloat16)
    assert not plain.overflowed(finite=False) and plain.value == 1.0 and plain.state() == {}


def test_gradients_that_fp16_would_lose_are_kept_by_scaling() -> None:
    weight = torch.nn.Parameter(torch.ones(()))
    tiny = torch.tensor(1e-8)
    (weight.half() * tiny.half()).float().backward()
    assert weight.grad == 0  # 1e-8 is nothing in fp16
    scale, weight.grad = LossScale(torch.float16), None
    # What a layer far from the loss sees: the gradient itself is the small thing.
    inner = weight.half()
    inner.register_hook(lambda gradient: gradient)
    (inner.float() * (tiny * scale.value)).backward()
    scale.bring_back([weight])
    assert weight.grad is not None and float(weight.grad) == pytest.approx(1e-8, rel=1e-3)


def test_an_overflow_is_tried_again_and_loses_no_step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("train.loss_scale.FIRST", 2.0**40)  # far too large: the first tries overflow
    losses = run(tmp_path, 5, precision="fp16")
    assert len(losses) == 5 and all(map(math.isfinite, losses))


def test_accumulated_and_true_batches_agree(tmp_path: Path) -> None:
    for precision, close in (("fp32", 1e-5), ("bf16", 5e-3)):
        whole = run(tmp_path / f"whole-{precision}", precision=precision)
        pieces = run(tmp_path / f"pieces-{precision}", precision=precision, accumulate=4)
        assert pieces == pytest.approx(whole, rel=close)
