"""The logit lens: what would the model say if it stopped after each layer (nostalgebraist 2020)?"""

from __future__ import annotations

import torch
import torch.nn.functional as F

from train.observers.observer import Finding, Observer
from train.observers.view import View


class LogitLens(Observer):
    """After the embedding (0) and each layer, through the final norm and the head: mean loss of the true next token
    in nats ("loss.N"), and the median of its rank ("rank.N"; 1 is the first choice)."""

    name = "logit lens"
    question = "After which layer does the model know the next token?"

    def observe(self, view: View) -> Finding:
        wanted = view.probe.tokens[1:]
        figures: dict[str, float] = {}
        for layer, state in enumerate(view.states):
            scores = view.logits(state)[:-1]
            true = scores.gather(1, wanted[:, None])
            figures[f"loss.{layer}"] = float(F.cross_entropy(scores, wanted))
            figures[f"rank.{layer}"] = float(torch.median((scores > true).sum(1) + 1))
        return Finding(figures)
