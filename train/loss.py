"""The loss of a batch, and how it is computed fast: compiled block by block, logits only where a target counts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.models.transformer import Attention, Transformer, fused_attention
from train.distillation import Teacher
from train.fast_attention import sliced_attention

_ROUND = 256
"""The head computes this many positions or a multiple of it: oneDNN keeps a program for every shape that it meets, and
with a length of its own for each step a run on the CPU grew by 20 MB a step (train/LOG.md)."""


class Loss:
    """Cross-entropy summed over the targets that count; with a teacher, mixed with how unlike it the model is."""

    def __init__(self, model: Transformer, teacher: Teacher | None = None) -> None:
        self._model = model
        self._teacher = teacher
        self._head = self._head_loss

    def __call__(self, inputs_BT: Tensor, targets_BT: Tensor, mask_BT: Tensor) -> Tensor:
        """Sum of nats, a scalar with gradients; mask is bool, true where the target counts."""
        states_ND = self._model.hidden(inputs_BT).flatten(0, 1)
        taught_ND = None if self._teacher is None else self._teacher.states(inputs_BT)
        targets_N = targets_BT.flatten()
        if not bool(mask_BT.all()):  # the head is a tenth of the work and more: spare it where nothing is asked
            chosen = mask_BT.flatten().nonzero().squeeze(1)
            targets_N = targets_N.index_select(0, chosen)
            chosen = F.pad(chosen, (0, -len(chosen) % _ROUND))
            states_ND = states_ND.index_select(0, chosen)
            taught_ND = None if taught_ND is None else taught_ND.index_select(0, chosen)
        return self._head(states_ND, targets_N, taught_ND)

    def _head_loss(self, states_ND: Tensor, targets_N: Tensor, taught_ND: Tensor | None) -> Tensor:
        logits_NV = self._model.logits(states_ND)[: len(targets_N)].float()
        if self._teacher is None or taught_ND is None:
            return F.cross_entropy(logits_NV, targets_N, reduction="sum")
        return self._teacher.loss(logits_NV, targets_N, taught_ND[: len(targets_N)])

    def compile(self) -> None:
        """Compile from outside the model: one block, whose code then serves all layers, and the head.

        A block at a time costs a fifth of the time to compile the whole, and runs as fast (train/LOG.md).
        """
        on_cpu = self._model.embedding.weight.device.type == "cpu"
        for block in self._model.blocks:
            block.compile(dynamic=False)
            for part in block.modules():
                if isinstance(part, Attention) and on_cpu:
                    part.attend = sliced_attention
        # Where only some targets count their number differs every step, so that length is a variable of the code.
        self._head = torch.compile(self._head_loss, dynamic=True)

    def uncompile(self) -> None:
        """Leave the model as it was."""
        self._head = self._head_loss
        for block in self._model.blocks:
            block._compiled_call_impl = None
            for part in block.modules():
                if isinstance(part, Attention):
                    part.attend = fused_attention


@contextmanager
def uncompiled() -> Iterator[None]:
    """Inside, nothing is compiled anew: samples and evaluations have other shapes at every call."""
    with torch.compiler.set_stance("force_eager"):
        yield
