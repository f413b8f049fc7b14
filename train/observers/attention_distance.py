"""Attention distance: how far back does a head look?"""

from __future__ import annotations

import torch

from train.observers.observer import Finding, Observer, by_head
from train.observers.view import View


class AttentionDistance(Observer):
    """Tokens between a position and where it looks, weighted by attention, averaged over rows."""

    name = "distance"
    question = "How far back does a head look, in tokens?"

    def observe(self, view: View) -> Finding:
        length = view.attention.shape[-1]
        places = torch.arange(length)
        back = (places[:, None] - places[None, :]).clamp(min=0).float()
        return Finding(by_head((view.attention * back).sum(-1)[:, :, 1:].mean(-1).tolist()))
