"""Neighbours: which tokens lie next to each other, and does the neighbourhood still change?"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from train.observers.observer import Finding, Observer
from train.observers.probe import token_of
from train.observers.view import View

NEAREST = 10
_SHOWN = ("def", "for", "if", "return", "None", "(", "=", "self")
_COUNTED = 256


class Neighbours(Observer):
    """Of 256 tokens (those of the probe text first): how many of the ten nearest by cosine are the same as at the
    last look ("overlap", from 0 to 1). `words` has the four nearest of a few words."""

    name = "neighbours"
    question = "Which tokens lie together, and does that still change?"
    every = 5

    def __init__(self) -> None:
        self._before: Tensor | None = None

    def observe(self, view: View) -> Finding:
        tokenizer = view.probe.tokenizer
        table = F.normalize(view.embedding[: tokenizer.text_size], dim=1)
        own = list(dict.fromkeys(token for token in view.probe.tokens.tolist() if token < tokenizer.text_size))
        chosen = list(dict.fromkeys([*own, *range(tokenizer.text_size)]))[:_COUNTED]
        nearest = _nearest(table, chosen, min(NEAREST, len(table) - 1))
        figures: dict[str, float] = {}
        if self._before is not None:
            same = (nearest[:, :, None] == self._before[:, None, :]).any(-1)
            figures["overlap"] = float(same.float().mean())
        self._before = nearest
        words: dict[str, list[str]] = {}
        for word in _SHOWN:
            if (token := token_of(word, tokenizer)) is not None:
                words[word] = [tokenizer.decode([int(near)]).strip() for near in _nearest(table, [token], 4)[0]]
        return Finding(figures, {}, words)


def _nearest(table_VD: Tensor, ids: list[int], count: int) -> Tensor:
    """The `count` nearest of each token, itself left out: [len(ids), count]."""
    cosines = table_VD[ids] @ table_VD.T
    cosines[torch.arange(len(ids)), ids] = -2
    return cosines.topk(count, dim=1).indices
