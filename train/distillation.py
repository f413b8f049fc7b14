"""A small model learns from a large one: what the large one finds likely, beside what is right.

Of every token that counts, with p the label, t the teacher's distribution and q the student's:

    loss = (1 − share) · −log q(p)  +  share · Σ t · (log t − log q)

(Hinton, Vinyals & Dean 2015, at temperature 1). A label names one token; a teacher says as well which others would
have done.
"""

from __future__ import annotations

from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.errors import SparkError
from engine.models.transformer import Transformer
from engine.models.weights import load_model


class Teacher:
    """A model that is not trained; `share` of the loss is its say."""

    def __init__(self, model: Transformer, share: float) -> None:
        if not 0 < share <= 1:
            raise SparkError(f"--distill must be above 0 and at most 1; {share} is not.")
        self._model = model.requires_grad_(False).eval()
        self.share = share

    @classmethod
    def load(cls, file: Path, share: float, student: Transformer, precision: torch.dtype) -> Teacher:
        """The teacher of `student`, on its device, computing in `precision`.

        Raises:
            SparkError: no model can be read, or it has learned other tokens, or reads less.
        """
        model = load_model(file)
        taught, learning = model.config, student.config
        if taught.vocab_size != learning.vocab_size:
            raise SparkError(
                f"The teacher {file} knows {taught.vocab_size} tokens, the model to train {learning.vocab_size}; "
                "choose one with the same tokenizer."
            )
        if taught.context < learning.context:
            raise SparkError(
                f"The teacher {file} reads {taught.context} tokens; train with --context {taught.context} or less."
            )
        model = model.to(student.embedding.weight.device)
        model.compute_dtype = precision
        return cls(model, share)

    @torch.no_grad()
    def states(self, inputs_BT: Tensor) -> Tensor:
        """The last hidden states, [B·T, D]."""
        return self._model.hidden(inputs_BT).flatten(0, 1)

    def loss(self, logits_NV: Tensor, targets_N: Tensor, states_ND: Tensor) -> Tensor:
        """Both parts, summed over tokens, in nats; `states_ND` are the teacher's for these tokens."""
        with torch.no_grad():
            taught_NV = F.log_softmax(self._model.logits(states_ND).float(), -1)
        said_NV = F.log_softmax(logits_NV, -1)
        right = F.nll_loss(said_NV, targets_N, reduction="sum")
        alike = F.kl_div(said_NV, taught_NV, reduction="sum", log_target=True)
        return (1 - self.share) * right + self.share * alike
