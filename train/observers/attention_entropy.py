"""Attention entropy: does a head look everywhere, or at one place?"""

from __future__ import annotations

import torch

from train.observers.observer import Finding, Observer, by_head
from train.observers.view import View


class AttentionEntropy(Observer):
    """−Σ p·ln p of each row over ln(its length), averaged over rows: 1 looks everywhere alike, 0 at one token."""

    name = "entropy"
    question = "Does a head look everywhere, or at one place?"

    def observe(self, view: View) -> Finding:
        weights = view.attention[:, :, 1:]  # the first row has no choice
        nats = torch.special.entr(weights).sum(-1)
        most = torch.arange(2, 2 + nats.shape[-1]).log()
        return Finding(by_head((nats / most).mean(-1).tolist()))
