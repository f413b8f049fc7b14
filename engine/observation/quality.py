"""What coarser weights lose: bits per byte and the first choice, beside the same model as it was."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch

from engine.models.decoder import Decoder
from engine.models.tokenizer import TextTokenizer

WINDOW = 256


@dataclass(frozen=True, slots=True)
class Quality:
    """Of a text: bits per byte of both, and the share of places where both would choose the same token first."""

    bits_per_byte: float
    before: float
    agreement: float
    tokens: int


def compare(before: Decoder, after: Decoder, tokenizer: TextTokenizer, text: str, most: int = 1024) -> Quality:
    """Read the first `most` tokens of `text` with both, in windows that each begin anew."""
    ids = tokenizer.encode(text)[:most]
    size = len(b"".join(tokenizer.token_bytes(token) for token in ids))
    bits = [0.0, 0.0]
    agreed = counted = 0
    for start in range(0, len(ids) - 1, WINDOW):
        window = ids[start : start + WINDOW + 1]
        targets = torch.tensor(window[1:])
        firsts = []
        for which, model in enumerate((before, after)):
            logits = model.logits(model.read(window[:-1], model.new_cache(WINDOW)))
            losses = torch.nn.functional.cross_entropy(logits, targets, reduction="sum")
            bits[which] += float(losses) / math.log(2)
            firsts.append(logits.argmax(-1))
        agreed += int((firsts[0] == firsts[1]).sum())
        counted += len(targets)
    return Quality(bits[1] / size, bits[0] / size, agreed / max(counted, 1), counted)
