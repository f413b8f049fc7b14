"""Duplicate-token heads: do they find where the same token stood before (Wang et al. 2023)?"""

from __future__ import annotations

from train.observers.observer import Finding, Observer, by_head
from train.observers.view import View


class DuplicateToken(Observer):
    """On random tokens that repeat: the weight that the second occurrence puts on the first, averaged."""

    name = "duplicate token"
    question = "Which heads find the same token, earlier?"

    def observe(self, view: View) -> Finding:
        period = view.probe.period
        same = view.repeated_attention.diagonal(-period, dim1=-2, dim2=-1)[..., 1:]  # from the first repeated token on
        return Finding(by_head(same.mean(dim=(1, 3)).tolist()))
