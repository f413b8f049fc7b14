"""Effective rank: how many directions does the embedding really use (Roy & Vetterli 2007)?"""

from __future__ import annotations

import torch

from train.observers.observer import Finding, Observer
from train.observers.view import View


class EffectiveRank(Observer):
    """exp of the entropy of the embedding's singular values, which are made to add up to one. At most the width."""

    name = "effective rank"
    question = "How many directions does the embedding use?"
    every = 5

    def observe(self, view: View) -> Finding:
        # The roots of the eigenvalues of the small Gram matrix are the singular values, in a fraction of the time.
        table = view.embedding.double()
        values = torch.linalg.eigvalsh(table.T @ table).clamp(min=0).sqrt()
        shares = values / values.sum()
        return Finding({"embedding": float(torch.special.entr(shares).sum().exp()), "width": float(len(values))})
