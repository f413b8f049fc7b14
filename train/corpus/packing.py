"""Plain text as one stream of tokens, cut into rows (R rows of context + 1 tokens)."""

from __future__ import annotations

from array import array
from collections.abc import Iterable

from engine.models.tokenizer import Tokenizer
from train.data import PackedRows


def pack_stream(
    name: str, texts: Iterable[str], tokenizer: Tokenizer, context: int, limit: int, *, pad_last: bool = False
) -> PackedRows:
    """Texts end to end, each after <bos>, until `limit` tokens; every token is learned.

    Each row begins with the last token of the one before, so that no target is lost. What does not fill a row is left
    out, or with `pad_last` kept in a padded row whose padding is not learned.

    Raises:
        SparkError: too little text for one row.
    """
    import torch

    stream = array("i")
    for text in texts:
        stream.append(tokenizer.bos)
        stream.extend(tokenizer.encode(text))
        if len(stream) >= limit:
            break
    real = len(stream)
    missing = -(real - 1) % context
    if pad_last and missing and real > 1:
        stream.extend([tokenizer.pad] * missing)
    rows = max((len(stream) - 1) // context, 0)
    tokens = torch.zeros((rows, context + 1), dtype=torch.int32)
    mask = torch.ones_like(tokens, dtype=torch.uint8)
    if rows:
        flat = torch.frombuffer(stream, dtype=torch.int32)[: rows * context + 1]
        tokens = flat.unfold(0, context + 1, context).clone()
        if len(stream) > real:
            mask[-1, context + 1 - missing :] = 0
    return PackedRows(name, tokens, mask)
