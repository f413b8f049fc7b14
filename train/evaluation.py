"""Held-out figures: loss, accuracy of the likeliest token, and bits per byte."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence

import torch
import torch.nn.functional as F

from engine.models.tokenizer import Tokenizer
from engine.models.transformer import Transformer
from train.data import PackedRows, as_batch
from train.events import Evaluated


def evaluate(
    model: Transformer,
    sources: Sequence[PackedRows],
    step: int,
    tokenizer: Tokenizer | None,
    rows: int = 32,
    rows_at_once: int = 4,
) -> Evaluated:
    """Figures on the first `rows` rows of each source (rows are packed in a shuffled order, so any will do).

    Bits per byte = total loss in bits / UTF-8 bytes of the targets: comparable between tokenizers.
    """
    started = time.perf_counter()
    losses: dict[str, float] = {}
    accuracies: dict[str, float] = {}
    bits: dict[str, float] = {}
    total = targets = spoken_total = 0.0
    table = None if tokenizer is None else byte_counts(tokenizer)
    for source in sources:
        nats, right, count, spoken = _measure(model, source, rows, rows_at_once, table)
        losses[source.name] = nats / count
        accuracies[source.name] = right / count
        if spoken:
            bits[source.name] = nats / math.log(2) / spoken
        total, targets, spoken_total = total + nats, targets + count, spoken_total + spoken
    return Evaluated(
        step=step,
        loss=total / targets,
        bits_per_byte=total / math.log(2) / spoken_total if spoken_total else None,
        losses=losses,
        accuracies=accuracies,
        bits=bits,
        seconds=time.perf_counter() - started,
    )


def byte_counts(tokenizer: Tokenizer) -> torch.Tensor:
    """UTF-8 bytes of each token, int64 [V]; zero for special tokens."""
    return torch.tensor([len(tokenizer.token_bytes(token)) for token in range(tokenizer.vocab_size)])


@torch.no_grad()
def _measure(
    model: Transformer, source: PackedRows, rows: int, rows_at_once: int, table: torch.Tensor | None
) -> tuple[float, float, int, int]:
    """(nats, tokens guessed right, targets, bytes of the targets)."""
    device = model.embedding.weight.device
    nats = right = 0.0
    count = spoken = 0
    for tokens, mask in zip(
        torch.split(source.tokens[:rows], rows_at_once), torch.split(source.mask[:rows], rows_at_once), strict=True
    ):
        batch = as_batch(tokens, mask)
        wanted = batch.mask.to(device)
        if not bool(wanted.any()):
            continue
        states_ND = model.hidden(batch.inputs.to(device))[wanted]  # the head only where a target counts
        targets_N = batch.targets.to(device)[wanted]
        logits_NV = model.logits(states_ND).float()
        nats += float(F.cross_entropy(logits_NV, targets_N, reduction="sum"))
        right += float((logits_NV.argmax(-1) == targets_N).sum())
        count += len(targets_N)
        if table is not None:
            spoken += int(table[targets_N.cpu()].sum())
    return nats, right, max(1, count), spoken
