"""A checkpoint is whole or not there; a damaged one falls back to the one before."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch

from engine.errors import SparkError
from engine.models.config import ModelConfig
from engine.models.transformer import Transformer
from engine.models.weights import load_model
from tests.train.tiny_runs import CONFIG, checkpoints, tiny_model
from train.checkpoint import Progress, load_checkpoint, restore, save_checkpoint
from train.optimizer import Optimizer, OptimizerOptions


def saved(folder: Path, *steps: int) -> Transformer:
    model = tiny_model()
    optimizer = Optimizer(model, OptimizerOptions())
    for step in steps:
        for parameter in model.parameters():
            parameter.grad = torch.ones_like(parameter)
        optimizer.step(1.0)
        save_checkpoint(folder / "checkpoints", model, Progress(step, 100 * step, 1.5 * step), optimizer.state())
    return model


def test_the_newest_comes_back_and_only_two_are_kept(tmp_path: Path) -> None:
    model = saved(tmp_path, 1, 2, 3)
    assert checkpoints(tmp_path) == ["step-00000002", "step-00000003"]
    checkpoint = load_checkpoint(tmp_path / "checkpoints")
    assert checkpoint.progress == Progress(3, 300, 4.5)
    fresh = tiny_model(seed=5)
    Optimizer(fresh, OptimizerOptions()).load_state(restore(checkpoint, fresh))
    for name, parameter in model.named_parameters():
        assert torch.equal(parameter, dict(fresh.named_parameters())[name])
    # The weights alone are an ordinary model file.
    assert load_model(checkpoint.path / "model.safetensors").config == CONFIG


def test_saving_twice_at_one_step_leaves_the_second(tmp_path: Path) -> None:
    model = tiny_model()
    for seconds in (1.0, 2.0):
        save_checkpoint(tmp_path / "checkpoints", model, Progress(1, 100, seconds), {})
    assert [path.name for path in (tmp_path / "checkpoints").iterdir()] == ["step-00000001"]
    assert load_checkpoint(tmp_path / "checkpoints").progress.seconds == 2.0


@pytest.mark.parametrize("damage", ["truncate", "flip", "missing", "half state"])
def test_a_damaged_newest_falls_back_to_the_one_before(tmp_path: Path, damage: str) -> None:
    saved(tmp_path, 1, 2)
    newest = tmp_path / "checkpoints" / "step-00000002"
    weights = newest / "optimizer.safetensors"
    if damage == "truncate":
        weights.write_bytes(weights.read_bytes()[:-7])
    elif damage == "flip":
        content = bytearray(weights.read_bytes())
        content[-1] ^= 1
        weights.write_bytes(content)
    elif damage == "missing":
        weights.unlink()
    else:
        (newest / "state.json").write_text('{"format": 1, "pro')
    checkpoint = load_checkpoint(tmp_path / "checkpoints")
    assert checkpoint.progress.step == 1
    assert "step-00000002 is damaged" in checkpoint.skipped


def test_a_save_that_fails_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    saved(tmp_path, 1)

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("safetensors.torch.save_file", full)
    with pytest.raises(SparkError, match="No space left"):
        saved(tmp_path, 2)
    assert checkpoints(tmp_path) == ["step-00000001"]


def test_a_checkpoint_of_another_shape_is_refused(tmp_path: Path) -> None:
    saved(tmp_path, 1)
    other = Transformer(ModelConfig(CONFIG.vocab_size, 1, 32, 2, 1, 64, context=32))
    with pytest.raises(SparkError, match="another shape"):
        restore(load_checkpoint(tmp_path / "checkpoints"), other)


RUN = """
import sys
from pathlib import Path
from tests.train.tiny_runs import tiny_mixture, tiny_model, tiny_options
from train.events import Step
from train.trainer import train

options = tiny_options(int(sys.argv[2]), save_every_minutes=0.0)  # after every step
for event in train(tiny_model(), tiny_mixture(), options, Path(sys.argv[1]), resume=sys.argv[3] == "resume"):
    if isinstance(event, Step):
        print(event.step, event.loss.hex(), flush=True)
"""


def test_a_run_that_is_killed_at_any_moment_resumes_to_the_same_losses(tmp_path: Path) -> None:
    def start(folder: str, how: str) -> subprocess.Popen[str]:
        environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}
        command = [sys.executable, "-c", RUN, str(tmp_path / folder), "12", how]
        return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)

    straight, _ = start("straight", "new").communicate()
    expected = dict(line.split() for line in straight.splitlines())
    assert len(expected) == 12

    killed = start("killed", "new")
    assert killed.stdout is not None
    for line in killed.stdout:
        if line.startswith("5 "):
            time.sleep(0.003)  # somewhere in the saving of a checkpoint, or in the next step
            killed.send_signal(signal.SIGKILL)
            break
    killed.wait()
    resumed, _ = start("killed", "resume").communicate()
    told = dict(line.split() for line in resumed.splitlines())
    assert 1 < int(min(told, key=int)) <= 7
    assert told == {step: loss for step, loss in expected.items() if step in told}
    assert "12" in told
    state = json.loads((tmp_path / "killed" / "checkpoints" / "step-00000012" / "state.json").read_text())
    assert state["progress"]["step"] == 12
