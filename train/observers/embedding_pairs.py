"""Embedding pairs: do words that play the same part come to lie together?"""

from __future__ import annotations

import torch
import torch.nn.functional as F

from train.observers.observer import Finding, Observer
from train.observers.probe import token_of
from train.observers.view import View

PAIRS = (
    ("for", "while"), ("(", ")"), ("def", "class"), ("True", "False"),
    ("+", "-"), ("if", "elif"), ("[", "("), ("0", "1"),
)  # fmt: skip


class EmbeddingPairs(Observer):
    """Cosine of the embeddings of chosen pairs; "chance" is the mean over a hundred pairs drawn at random.

    Words that the tokenizer cuts into several tokens are left out.
    """

    name = "embedding pairs"
    question = "Do words that play the same part come to lie together?"

    def observe(self, view: View) -> Finding:
        table = F.normalize(view.embedding, dim=1)
        figures: dict[str, float] = {}
        for pair in PAIRS:
            ids = [token for word in pair if (token := token_of(word, view.probe.tokenizer)) is not None]
            if len(ids) == 2:
                figures["/".join(pair)] = float(table[ids[0]] @ table[ids[1]])
        drawn = torch.randint(view.probe.tokenizer.text_size, (2, 100), generator=torch.Generator().manual_seed(1))
        figures["chance"] = float((table[drawn[0]] * table[drawn[1]]).sum(1).mean())
        return Finding(figures)
