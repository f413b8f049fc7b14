"""Examples as token rows: whole examples only, best fit, the rest of a row padded.

Axes: R rows, T+1 tokens a row (context + 1).
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass

from engine.context import MEMORY_TOKENS, build_prompt
from engine.models.tokenizer import Tokenizer
from train.curriculum.example import Example
from train.data import PackedRows

_OPEN_ROWS = 64  # rows waiting for something small enough
_FULL = 20  # a row with less room than this is done


@dataclass(frozen=True)
class Encoded:
    """Token ids of one example; the last `answer` of them (the answer and <end>) are learned."""

    ids: array[int]
    answer: int


def encode(example: Example, tokenizer: Tokenizer, context: int) -> Encoded | None:
    """Prompt, answer, <end>; None where that does not fit into a row, or a memory would be cut."""
    if any(len(tokenizer.encode(memory)) > MEMORY_TOKENS for memory in example.memories):
        return None
    answer = [*tokenizer.encode(example.answer), tokenizer.end]
    prompt = build_prompt(tokenizer, example.text, example.memories, example.history, budget=1 << 20).ids
    if len(prompt) + len(answer) > context + 1:
        return None
    return Encoded(array("i", [*prompt, *answer]), len(answer))


def pack_examples(name: str, examples: Sequence[Encoded], pad: int, context: int) -> PackedRows:
    """Each example whole in the fullest open row that still has room; the rest of a row is `pad` with mask 0."""
    done: list[list[Encoded]] = []
    open_rows: list[tuple[int, list[Encoded]]] = []  # (room, examples)
    for example in examples:
        best = min(
            (index for index, (room, _) in enumerate(open_rows) if room >= len(example.ids)),
            key=lambda index: open_rows[index][0],
            default=-1,
        )
        room, row = open_rows.pop(best) if best >= 0 else (context + 1, [])
        row.append(example)
        room -= len(example.ids)
        if room < _FULL:
            done.append(row)
        else:
            open_rows.append((room, row))
        if len(open_rows) > _OPEN_ROWS:
            fullest = min(range(len(open_rows)), key=lambda index: open_rows[index][0])
            done.append(open_rows.pop(fullest)[1])
    done.extend(row for _, row in open_rows)
    return _rows(name, done, pad, context)


def _rows(name: str, rows: list[list[Encoded]], pad: int, context: int) -> PackedRows:
    import torch

    tokens = torch.full((len(rows), context + 1), pad, dtype=torch.int32)
    mask = torch.zeros((len(rows), context + 1), dtype=torch.uint8)
    for index, row in enumerate(rows):
        place = 0
        for example in row:
            stop = place + len(example.ids)
            tokens[index, place:stop] = torch.frombuffer(example.ids, dtype=torch.int32)
            mask[index, stop - example.answer : stop] = 1
            place = stop
    return PackedRows(name, tokens, mask)
