"""Previous-token heads: the first half of an induction circuit (Olsson et al. 2022)."""

from __future__ import annotations

from train.observers.observer import Finding, Observer, by_head
from train.observers.view import View


class PreviousToken(Observer):
    """The weight that a position puts on the one before it, averaged over the probe text."""

    name = "previous token"
    question = "Which heads look at the token before?"

    def observe(self, view: View) -> Finding:
        return Finding(by_head(view.attention.diagonal(-1, dim1=-2, dim2=-1).mean(-1).tolist()))
