"""Weights in 8 or 4 bits: a matrix as small whole numbers with a scale for each row, or for each group in a row.

Weight-only: activations stay floating point, so nothing needs calibrating. 8 bits with one scale a row loses next to
nothing; 4 bits need a scale and an offset for every few dozen inputs (groups, as in GPTQ, Frantar et al. 2023, and
llama.cpp's Q4), and the range of each group is chosen for the least squared error instead of the widest value.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

PRECISIONS = ("float32", "bfloat16", "int8", "int4")
"""How the matrices of a model may be stored and multiplied."""
GROUPS = (64, 32)
"""Inputs that share a scale in 4 bits: the first of these that divides a matrix's width."""
_SHRINK = (1.0, 0.95, 0.9, 0.85, 0.8, 0.7)
"""Tried widths of a group's range: cutting off an extreme value often costs less than coarse steps for all others."""


@dataclass(frozen=True, slots=True)
class Quantized:
    """A matrix [O, I]: `codes` int8 in [-127, 127] for 8 bits, in [-8, 7] for 4; value = code · scale + offset.

    `scales` and `offsets` are float32 [O, I / group]; 8 bits have one group a row and no offsets.
    """

    bits: int
    codes: Tensor
    scales: Tensor
    offsets: Tensor | None = None

    @property
    def group(self) -> int:
        return self.codes.shape[1] // self.scales.shape[1]

    def dense(self) -> Tensor:
        """The matrix that the codes stand for, float32 [O, I]."""
        groups: Tensor = self.codes.view(*self.scales.shape, self.group).float() * self.scales[:, :, None]
        if self.offsets is not None:
            groups = groups + self.offsets[:, :, None]
        return groups.flatten(1)

    def rows(self, order: Tensor) -> Quantized:
        """The rows in another order, or some of them."""
        offsets = None if self.offsets is None else self.offsets[order]
        return Quantized(self.bits, self.codes[order], self.scales[order], offsets)

    def scaled(self, factor: float | Tensor) -> Quantized:
        """`factor`: one number, or one for each row, [O, 1]."""
        offsets = None if self.offsets is None else self.offsets * factor
        return Quantized(self.bits, self.codes, self.scales * factor, offsets)

    @classmethod
    def stacked(cls, parts: Sequence[Quantized]) -> Quantized:
        """One matrix with the rows of all parts beneath each other."""
        offsets = [part.offsets for part in parts if part.offsets is not None]
        return cls(
            parts[0].bits,
            torch.cat([part.codes for part in parts]),
            torch.cat([part.scales for part in parts]),
            torch.cat(offsets) if offsets else None,
        )


def quantize(matrix_OI: Tensor, bits: int) -> Quantized:
    """The nearest 8- or 4-bit matrix; 4 bits fall back to 8 when no group size divides the width.

    Raises:
        ValueError: other bits.
    """
    if bits not in (8, 4):
        raise ValueError(f"{bits} bits are not supported")
    matrix = matrix_OI.float()
    group = next((size for size in GROUPS if matrix.shape[1] % size == 0), 0)
    return _in_4_bits(matrix, group) if bits == 4 and group else _in_8_bits(matrix)


def _in_8_bits(matrix_OI: Tensor) -> Quantized:
    # Scales that bfloat16 can hold: the kernel multiplies with them in bfloat16, and what is saved should be what runs.
    scales = (matrix_OI.abs().amax(dim=1, keepdim=True) / 127).clamp_min(1e-12).bfloat16().float()
    codes = (matrix_OI / scales).round().clamp(-127, 127).to(torch.int8)
    return Quantized(8, codes, scales)


def _in_4_bits(matrix_OI: Tensor, group: int) -> Quantized:
    groups = matrix_OI.reshape(len(matrix_OI), -1, group)  # [O, I / group, group]
    low, high = groups.amin(dim=2), groups.amax(dim=2)
    best_error: Tensor | None = None
    best: tuple[Tensor, Tensor, Tensor] | None = None
    for shrink in _SHRINK:
        middle, half = (low + high) / 2, (high - low) / 2 * shrink
        scales = (half / 7.5).clamp_min(1e-8).bfloat16().float()
        offsets = (middle + scales / 2).bfloat16().float()  # codes -8..7 lie evenly around the middle
        codes = ((groups - offsets[:, :, None]) / scales[:, :, None]).round().clamp(-8, 7)
        error = (codes * scales[:, :, None] + offsets[:, :, None] - groups).square().sum(dim=2)
        if best is None or best_error is None:
            best, best_error = (codes, scales, offsets), error
            continue
        better = error < best_error
        best_error = torch.where(better, error, best_error)
        best = (
            torch.where(better[:, :, None], codes, best[0]),
            torch.where(better, scales, best[1]),
            torch.where(better, offsets, best[2]),
        )
    assert best is not None
    return Quantized(4, best[0].to(torch.int8).flatten(1), best[1], best[2])
