"""What observers look at: one fixed Python text, and rows of random tokens that repeat themselves.

The same at every step of every run with the same tokenizer, so that figures of two steps, or of two runs, compare.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from engine.models.tokenizer import Tokenizer

PROBE_TEXT = '''\
def total_price(basket, rate=0.2):
    """Return what a basket costs with tax."""
    total = 0
    for item in basket:
        if item.count > 10:
            total += item.price * item.count * 0.9
        else:
            total += item.price * item.count
    return round(total * (1 + rate), 2)


class Basket:
    def __init__(self, items):
        self.items = list(items)

    def cheapest(self):
        """Return the item with the lowest price, or None."""
        best = None
        for item in self.items:
            if best is None or item.price < best.price:
                best = item
        return best
'''

_ROWS, _HALF = 4, 24


@dataclass(frozen=True, slots=True)
class Probe:
    """tokens: int64 [T], the text as the model would read it; pieces: the text of each token.

    repeated: int64 [R, 1 + 2N]: `bos`, N random tokens, and the same N again.
    """

    tokens: Tensor
    pieces: tuple[str, ...]
    repeated: Tensor
    tokenizer: Tokenizer

    @property
    def period(self) -> int:
        """N: how far back the same token stands."""
        return (self.repeated.shape[1] - 1) // 2


def token_of(word: str, tokenizer: Tokenizer) -> int | None:
    """The one token of a word, as it stands after a blank where there is one of that kind; None: it takes several."""
    for text in (f" {word}", word):
        if len(ids := tokenizer.encode(text)) == 1:
            return ids[0]
    return None


def make_probe(tokenizer: Tokenizer, context: int, text: str = PROBE_TEXT) -> Probe:
    """The probe for a tokenizer, as much of it as fits into `context` tokens."""
    ids = [tokenizer.bos, *tokenizer.encode(text)][:context]
    half = min(_HALF, (context - 1) // 2)
    generator = torch.Generator().manual_seed(20_260)
    # Without replacement: within one half every token is new, so only the first half can tell what comes next.
    drawn = torch.stack([torch.randperm(tokenizer.text_size, generator=generator)[:half] for _ in range(_ROWS)])
    opening = torch.full((_ROWS, 1), tokenizer.bos)
    pieces = tuple(tokenizer.decode([token]) for token in ids)
    return Probe(torch.tensor(ids), pieces, torch.cat((opening, drawn, drawn), dim=1), tokenizer)
