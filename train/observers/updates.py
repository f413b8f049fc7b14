"""Updates: how much did the last step really change each block?"""

from __future__ import annotations

from train.observers.observer import Finding, Observer
from train.observers.parts import norms_by_part
from train.observers.view import View


class Updates(Observer):
    """Norm of the last change of each part over the norm of its weights: near 1e-3 is usual, 1e-1 tears things up."""

    name = "updates"
    question = "How much did the last step change each block, against its size?"

    def observe(self, view: View) -> Finding:
        sizes = norms_by_part(view.model.named_parameters())
        return Finding({part: change / sizes[part] for part, change in view.updates.items() if sizes[part] > 0})
