"""Training text as rows of tokens, and the mixture that decides which rows a step sees.

`Mixture.batch(step, rows)` is a pure function of the seed and the step: no position to save, no worker to rewind, so
a resumed run reads exactly what an uninterrupted one would have read.

Axes: R rows of a source, B rows of a batch, T positions.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from engine.errors import SparkError

_BLOCK = 1024
"""Draws in one shuffled block of the mixture: weights are honoured to 1/1024."""


@dataclass(frozen=True, slots=True)
class PackedRows:
    """Rows of `context + 1` tokens: position t predicts t + 1 wherever `mask` is 1 at t + 1.

    tokens: int32 [R, T+1]; mask: uint8 [R, T+1], 1 where the token is a target of the loss; kind: uint8 [R], what
    sort of row it is (the maker's own numbers), if the maker said so.
    """

    name: str
    tokens: Tensor
    mask: Tensor
    kind: Tensor | None = None

    def __post_init__(self) -> None:
        if self.tokens.dim() != 2 or self.tokens.shape[1] < 2 or self.tokens.shape != self.mask.shape:
            raise SparkError(
                f"The rows of {self.name} are not packed: tokens and mask must both be [rows, context + 1]."
            )
        if not len(self.tokens):
            raise SparkError(f"{self.name} has no rows: the text is too short for one row of {self.context} tokens.")
        if not bool(self.mask[:, 1:].any()):
            raise SparkError(f"{self.name} has no token to learn: its mask is zero everywhere.")

    @property
    def rows(self) -> int:
        return len(self.tokens)

    @property
    def context(self) -> int:
        return self.tokens.shape[1] - 1

    @property
    def targets(self) -> int:
        """Tokens that count in the loss."""
        return int(self.mask[:, 1:].sum())

    def save(self, path: Path) -> None:
        """Write as safetensors, whole or not at all."""
        from safetensors.torch import save_file

        tensors = {"tokens": self.tokens.int().contiguous(), "mask": self.mask.to(torch.uint8).contiguous()}
        if self.kind is not None:
            tensors["kind"] = self.kind.to(torch.uint8).contiguous()
        partial = path.with_name(path.name + ".partial")
        save_file(tensors, partial, metadata={"name": self.name})
        partial.replace(path)

    @classmethod
    def load(cls, path: Path) -> PackedRows:
        """Read what `save` wrote.

        Raises:
            SparkError: no such file, or it does not hold packed rows.
        """
        from safetensors import SafetensorError, safe_open

        try:
            with safe_open(path, framework="pt") as file:
                name = (file.metadata() or {}).get("name", path.stem)
                kind = file.get_tensor("kind") if "kind" in file.keys() else None  # noqa: SIM118 (not a dict)
                return cls(name, file.get_tensor("tokens"), file.get_tensor("mask"), kind)
        except FileNotFoundError as error:
            raise SparkError(f"There is no training data at {path}.") from error
        except (OSError, SafetensorError) as error:
            raise SparkError(f"{path} does not hold packed training rows ({error}).") from error


def pack(name: str, documents: Sequence[Sequence[int]], context: int) -> PackedRows:
    """Lay documents end to end and cut into rows of `context + 1`, each starting where the last one's targets ended.

    Every token is a target once, except the first of all and a remainder shorter than a row.
    """
    stream = [token for document in documents for token in document]
    count = (len(stream) - 1) // context
    if count < 1:
        raise SparkError(
            f"{name} has {len(stream)} tokens: too few for one row of {context}; add text or lower --context."
        )
    flat = torch.tensor(stream, dtype=torch.int32)
    tokens = flat[: count * context + 1].unfold(0, context + 1, context).contiguous()
    return PackedRows(name, tokens, torch.ones_like(tokens, dtype=torch.uint8))


@dataclass(frozen=True, slots=True)
class Batch:
    """What a step learns from: inputs, targets int64 [B, T]; mask bool [B, T], true where the target counts."""

    inputs: Tensor
    targets: Tensor
    mask: Tensor


def as_batch(tokens: Tensor, mask: Tensor) -> Batch:
    """Shift rows [B, T+1] by one into inputs and targets."""
    return Batch(tokens[:, :-1].long(), tokens[:, 1:].long(), mask[:, 1:].bool())


def check_rows(sources: Sequence[PackedRows], context: int, vocab_size: int) -> None:
    """Whether a model of this context and vocabulary can read the rows.

    Raises:
        SparkError: rows too long, or tokens that the model lacks.
    """
    longest = max(source.context for source in sources)
    if longest > context:
        raise SparkError(f"The rows are {longest} tokens long and the model's context only {context}.")
    largest = max(int(source.tokens.max()) for source in sources)
    if largest >= vocab_size:
        raise SparkError(
            f"The data has token {largest} but the model's vocabulary ends at {vocab_size - 1}: "
            "they were made with different tokenizers."
        )


class Mixture:
    """Sources drawn in proportion to their weights, each walked in a fresh shuffled order every epoch."""

    def __init__(self, sources: Sequence[tuple[PackedRows, float]], seed: int = 0) -> None:
        """Weights are relative.

        Raises:
            SparkError: no source, contexts that differ, or a weight that is not positive.
        """
        if not sources:
            raise SparkError("There is nothing to train on: give at least one source of data.")
        contexts = {rows.name: rows.context for rows, _ in sources}
        if len(set(contexts.values())) > 1:
            listed = ", ".join(f"{name} {length}" for name, length in contexts.items())
            raise SparkError(f"All training data must have the same context length, but: {listed}.")
        if any(not (0 < weight < float("inf")) for _, weight in sources):
            raise SparkError("Every weight of the training data must be a positive number.")
        self.sources = [rows for rows, _ in sources]
        self.weights = [weight / sum(w for _, w in sources) for _, weight in sources]
        self.seed = seed
        self._quota = _whole_parts(self.weights, _BLOCK)
        self._orders: dict[str, tuple[int, Tensor]] = {}  # only a cache: the newest permutation of each key

    @property
    def context(self) -> int:
        return self.sources[0].context

    def account(self) -> list[dict[str, Any]]:
        """What is drawn from, an entry a source."""
        return [
            {"name": s.name, "rows": s.rows, "tokens": s.rows * s.context, "targets": s.targets, "weight": round(w, 4)}
            for s, w in zip(self.sources, self.weights, strict=True)
        ]

    def draw(self, index: int) -> tuple[int, int]:
        """(source, row) of the index-th row of the whole run."""
        block, offset = divmod(index, _BLOCK)
        order = self._order("block", block, _BLOCK)
        # Draws 0.. of the unshuffled block belong to source 0, the next to source 1, and so on.
        slot, source = int(order[offset]), 0
        while slot >= self._quota[source]:
            slot -= self._quota[source]
            source += 1
        epoch, position = divmod(block * self._quota[source] + slot, self.sources[source].rows)
        return source, int(self._order(f"source {source}", epoch, self.sources[source].rows)[position])

    def batch(self, step: int, rows: int) -> Batch:
        """The `rows` rows of step `step` (from 0): a pure function of the seed, the step and `rows`."""
        drawn = [self.draw(step * rows + i) for i in range(rows)]
        tokens = torch.stack([self.sources[source].tokens[row] for source, row in drawn])
        mask = torch.stack([self.sources[source].mask[row] for source, row in drawn])
        return as_batch(tokens, mask)

    def _order(self, key: str, epoch: int, length: int) -> Tensor:
        """A permutation of `length` fixed by (seed, key, epoch)."""
        cached = self._orders.get(key)
        if cached is None or cached[0] != epoch:
            digest = hashlib.sha256(f"{self.seed}/{key}/{epoch}".encode()).digest()
            generator = torch.Generator().manual_seed(int.from_bytes(digest[:7], "big"))
            cached = (epoch, torch.randperm(length, generator=generator))
            self._orders[key] = cached
        return cached[1]


def _whole_parts(weights: Sequence[float], total: int) -> list[int]:
    """Split `total` by `weights` into whole numbers that add up, each at least 1 (largest remainders first)."""
    if len(weights) > total:
        raise SparkError(f"At most {total} sources of data can be mixed.")
    exact = [weight * (total - len(weights)) for weight in weights]
    parts = [1 + int(value) for value in exact]
    by_remainder = sorted(range(len(parts)), key=lambda i: exact[i] - int(exact[i]), reverse=True)
    for i in by_remainder[: total - sum(parts)]:
        parts[i] += 1
    return parts
