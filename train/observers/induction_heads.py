"""Induction heads: "after this token came that one, so it comes again" (Elhage et al. 2021, Olsson et al. 2022)."""

from __future__ import annotations

from train.observers.observer import Finding, Observer, by_head
from train.observers.view import View


class InductionHeads(Observer):
    """On random tokens that repeat: the weight that a repeated token puts on what followed it the first time.

    "best" is the highest score of any head: near 1 an induction head has formed.
    """

    name = "induction heads"
    question = "Has a head learned to look at what came next last time?"

    def observe(self, view: View) -> Finding:
        period = view.probe.period
        followed = view.repeated_attention.diagonal(1 - period, dim1=-2, dim2=-1)[..., 2:]
        figures = by_head(followed.mean(dim=(1, 3)).tolist())
        return Finding(figures | {"best": max(figures.values())})
