"""What a run keeps on disk so that nothing is lost: checkpoints to go on from, snapshots to look at later."""

from __future__ import annotations

import time
from pathlib import Path

import torch

from engine.errors import SparkError
from engine.models.transformer import Transformer
from engine.models.weights import save_model
from train.checkpoint import Progress, load_checkpoint, restore, save_checkpoint
from train.events import Problem, Saved
from train.loss import uncompiled
from train.parallel import World, here, whole_model
from train.update import Update


class Keeper:
    """Saves and restores one run. `saved_step` is the step of the newest good checkpoint, -1 while there is none."""

    def __init__(self, run_dir: Path, model: Transformer, update: Update, world: World) -> None:
        self._run_dir, self._model, self._update, self._world = run_dir, model, update, world
        self.saved_step = -1

    def resume(self) -> tuple[Progress, str]:
        """Put the newest whole checkpoint back: (where it was, what to say about a damaged newer one, if any).

        Raises:
            SparkError: there is none, or it is of another model.
        """
        checkpoint = load_checkpoint(self._run_dir / "checkpoints")
        self._update.load_state(restore(checkpoint, self._model))
        self.saved_step = checkpoint.progress.step
        return checkpoint.progress, checkpoint.skipped

    def save(self, done: Progress) -> Saved | Problem:
        """Write a checkpoint. Where that fails (a full disk, say) the last good one stays, and the run goes on.

        Weights that are not numbers are never saved: the next step would show them, but then the good ones are gone.
        """
        begun = time.perf_counter()
        model, state = whole_model(self._model), self._update.state()  # every process has to ask
        folder = self._run_dir / "checkpoints"
        if not numbers(model):
            return Problem(
                done.step, f"The weights at step {done.step} are not numbers: not saved; {self.last_good()}."
            )
        with self._world.first_goes_ahead():
            if not self._world.first:
                self.saved_step = done.step
                return Saved(done.step, str(folder), 0.0)
            try:
                path = save_checkpoint(folder, model, done, state)
            except SparkError as error:
                return Problem(done.step, f"{str(error).rstrip('.')}; {self.last_good()}.")
        self.saved_step = done.step
        return Saved(done.step, str(path), time.perf_counter() - begun)

    def snapshot(self, step: int) -> Problem | None:
        """Write the weights as they are now, in bf16, to look at later; not to go on from."""
        model = whole_model(self._model)
        if not self._world.first:
            return None
        path = self._run_dir / "snapshots" / f"step-{step:08d}.safetensors"
        try:
            save_model(path, model, torch.bfloat16, step=str(step))
        except Exception as error:  # safetensors raises its own errors for a full disk
            return Problem(step, f"The snapshot {path.name} could not be written ({error}); training goes on.")
        return None

    def last_good(self) -> str:
        """Where `--resume` would go on, in words."""
        if self.saved_step < 0:
            return "no checkpoint was saved yet"
        return f"the last good checkpoint is of step {self.saved_step}"


def numbers(model: Transformer) -> bool:
    """Whether all weights are numbers: a sum of squares is none where one of them is not."""
    norms = torch._foreach_norm([here(parameter.detach()) for parameter in model.parameters()])
    return bool(torch.stack(norms).isfinite().all())


@torch.no_grad()
def computes(model: Transformer) -> bool:
    """Whether the weights are numbers and what they make of a few tokens is, too: large ones overflow on the way."""
    if not numbers(model):
        return False
    config = model.config
    tokens = torch.arange(min(config.vocab_size, config.context, 64), device=model.embedding.weight.device)
    with uncompiled():
        return bool(model(tokens[None]).isfinite().all())
