"""Gradients: how strongly is each block told to change?"""

from __future__ import annotations

from train.observers.observer import Finding, Observer
from train.observers.view import View


class Gradients(Observer):
    """Norm of the gradient of each part, after clipping, as the update sees it."""

    name = "gradients"
    question = "How strongly is each block told to change?"

    def observe(self, view: View) -> Finding:
        return Finding(view.gradients)
