"""One update of the weights: the gradients of a batch, in pieces and over processes, scaled, clipped and applied."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor

from engine.models.transformer import Transformer
from train.data import Batch
from train.distillation import Teacher
from train.loss import Loss
from train.loss_scale import LossScale
from train.optimizer import Optimizer
from train.options import PRECISIONS, TrainOptions
from train.parallel import Alone, Together, World, whole
from train.recompute import keep_activations, recompute_blocks


class Update:
    """A model with its loss and its optimizer. A step is `gradients`, then either `apply` or `drop`."""

    def __init__(
        self, model: Transformer, options: TrainOptions, rows: int, world: World, teacher: Teacher | None = None
    ) -> None:
        self._model, self._options, self._rows, self._world = model, options, rows, world
        self._loss = Loss(model, teacher)
        self._whole = Alone(self._loss) if world.size == 1 else Together(model, self._loss, world, options.parallel)
        if options.checkpoint_activations:
            recompute_blocks(model)
        self.optimizer = Optimizer(model, options.optimizer)
        self._scale = LossScale(PRECISIONS[options.precision])

    def compile(self, batch: Batch) -> str | None:
        """Compile the loss, trying it forwards and backwards once; None, or why training goes on uncompiled."""
        why = None
        try:
            self._loss.compile()
            self.gradients(batch)
        except Exception as error:  # whatever the compiler trips over: no C++ compiler, a new platform
            self._loss.uncompile()
            why = (str(error).strip().splitlines() or [type(error).__name__])[0]
        self.drop()
        return why

    def gradients(self, batch: Batch) -> tuple[float, float]:
        """(loss of a target token, norm of all gradients before clipping): gradients are left in place.

        The pieces of an accumulated batch are divided by the targets of the whole, so they add up to the same.
        """
        device = self._model.embedding.weight.device
        targets = int(batch.mask.sum())
        total = 0.0
        pieces = self._options.accumulate
        for piece in range(pieces):
            # Of every piece this process takes its own rows; alone, all of them.
            count = self._rows // pieces // self._world.size
            begin = (piece * self._world.size + self._world.rank) * count
            mine = slice(begin, begin + count)
            rows = [tensor[mine].to(device) for tensor in (batch.inputs, batch.targets, batch.mask)]
            with self._whole.piece(last=piece == pieces - 1):
                loss = self._whole.loss(*rows) / max(1, targets)
                (loss * self._scale.value).backward()  # type: ignore[no-untyped-call]
            total += float(loss.detach()) / self._world.size
        parameters = list(self._model.parameters())
        self._scale.bring_back(parameters)
        norm = torch.nn.utils.clip_grad_norm_(parameters, self._options.clip)
        return self._world.total(total), float(whole(norm))

    def overflowed(self, loss: float, grad_norm: float) -> bool:
        """Whether fp16 ran over, so that the same batch is worth trying again: the scale is now smaller."""
        return math.isfinite(loss) and self._scale.overflowed(math.isfinite(grad_norm))

    def apply(self, scale: float) -> None:
        """Change the weights by the gradients, every learning rate times `scale`."""
        self.optimizer.step(scale)
        self.drop()

    def drop(self) -> None:
        """Forget the gradients."""
        self.optimizer.zero_grad()

    def evaluating(self) -> Any:
        """Around what reads the weights outside of the loss."""
        return self._whole.evaluating()

    def state(self) -> dict[str, Tensor]:
        """What a resumed run needs besides the weights; every process must ask."""
        return self.optimizer.state() | self._scale.state()

    def load_state(self, tensors: dict[str, Tensor]) -> None:
        """Continue from `state()`.

        Raises:
            SparkError: it is of another model or optimizer.
        """
        self._scale.load_state(tensors)
        self.optimizer.load_state({name: tensor for name, tensor in tensors.items() if name != "loss_scale"})

    def leave_model(self) -> None:
        """Give the model back as it was: not compiled, and keeping its activations."""
        self._loss.uncompile()
        keep_activations(self._model)
