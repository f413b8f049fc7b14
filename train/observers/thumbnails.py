"""Thumbnails: a small picture of what every head looks at."""

from __future__ import annotations

from train.observers.observer import Finding, Observer
from train.observers.view import View
from train.thumbnail import draw

SIDE = 24


class Thumbnails(Observer):
    """The attention of the first `SIDE` positions of the probe text, exact: no cell stands for two positions.

    `words` has the tokens that rows and columns stand for.
    """

    name = "attention"
    question = "What does each head look at?"

    def observe(self, view: View) -> Finding:
        side = min(SIDE, view.attention.shape[-1])
        shown = view.attention[:, :, :side, :side]
        maps = {
            f"{layer + 1}.{head + 1}": draw(shown[layer, head].tolist())
            for layer in range(shown.shape[0])
            for head in range(shown.shape[1])
        }
        return Finding({}, maps, {"tokens": list(view.probe.pieces[:side])})
