"""Learning from a larger model: the loss is the formula's, the teacher stays as it is, and a student comes nearer."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch
import torch.nn.functional as F

from engine.errors import SparkError
from engine.models.transformer import Transformer
from engine.models.weights import save_model
from tests.train.tiny_runs import CONFIG, CONTEXT, tiny_mixture, tiny_model, tiny_options
from train.distillation import Teacher
from train.loss import Loss
from train.trainer import train


def _batch(share: float = 0.5) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    torch.manual_seed(1)
    return (
        torch.randint(0, 200, (3, CONTEXT)),
        torch.randint(0, 200, (3, CONTEXT)),
        torch.rand(3, CONTEXT) < share,
    )


@pytest.mark.parametrize("share", [0.3, 1.0])
@pytest.mark.parametrize("counts", [0.5, 1.0])
def test_the_loss_is_label_and_divergence(share: float, counts: float) -> None:
    student, teacher = tiny_model(0), tiny_model(7)
    inputs, targets, mask = _batch(counts)
    with torch.no_grad():
        said, taught = student(inputs)[mask].softmax(-1), teacher(inputs)[mask].softmax(-1)
    divergence = (taught * (taught / said).log()).sum()
    right = -said.gather(1, targets[mask][:, None]).log().sum()
    made = Loss(student, Teacher(teacher, share))(inputs, targets, mask)
    torch.testing.assert_close(made, (1 - share) * right + share * divergence, rtol=1e-4, atol=1e-4)


def test_who_knows_what_the_teacher_knows_has_nothing_to_learn() -> None:
    model = tiny_model(0)
    loss = Loss(model, Teacher(tiny_model(0), 1.0))(*_batch())
    assert abs(float(loss.detach())) < 1e-3


def test_a_student_comes_nearer_and_the_teacher_stays(tmp_path: Path) -> None:
    student, teacher = tiny_model(0), tiny_model(7)
    before = {name: weight.clone() for name, weight in teacher.state_dict().items()}
    inputs, _, _ = _batch()

    def apart() -> float:
        with torch.no_grad():
            return float(F.kl_div(student(inputs).log_softmax(-1), teacher(inputs).softmax(-1), reduction="sum"))

    at_first = apart()
    for _ in train(student, tiny_mixture(), tiny_options(30), tmp_path, teacher=Teacher(teacher, 1.0)):
        pass
    assert apart() < 0.9 * at_first
    assert all(torch.equal(before[name], weight) for name, weight in teacher.state_dict().items())


@pytest.mark.parametrize(
    ("changes", "share", "says"),
    [
        ({"vocab_size": CONFIG.vocab_size + 1}, 0.5, "same tokenizer"),
        ({"context": CONTEXT // 2}, 0.5, f"--context {CONTEXT // 2} or less"),
        ({}, 1.5, "--distill must be above 0 and at most 1"),
        ({}, 0.0, "--distill must be above 0 and at most 1"),
    ],
)
def test_a_teacher_that_does_not_fit(tmp_path: Path, changes: dict[str, int], share: float, says: str) -> None:
    file = tmp_path / "teacher.safetensors"
    save_model(file, Transformer(replace(CONFIG, **changes)).initialize(0))
    with pytest.raises(SparkError, match=says):
        Teacher.load(file, share, tiny_model(), torch.float32)
