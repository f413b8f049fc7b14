"""Weights: how large has each block become?"""

from __future__ import annotations

from train.observers.observer import Finding, Observer
from train.observers.parts import norms_by_part
from train.observers.view import View


class Weights(Observer):
    """Norm of the weights of each part."""

    name = "weights"
    question = "How large has each block become?"

    def observe(self, view: View) -> Finding:
        return Finding(norms_by_part(view.model.named_parameters()))
