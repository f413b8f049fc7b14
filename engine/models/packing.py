"""Matrix products as the decoder wants them: several matrices in one, laid out for the kernel of their precision.

The kernels are PyTorch's own: `_weight_int8pack_mm` and `_weight_int4pack_mm_for_cpu` multiply bfloat16 activations
with 8- and 4-bit weights and add up in float32. They are fast in bfloat16 only (float32 takes a loop without
vectors).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.models.quantize import Quantized, quantize

Matrix = Tensor | Quantized
_FLOATS = {"float32": torch.float32, "bfloat16": torch.bfloat16}
_BITS = {"int8": 8, "int4": 4}
# By their names in `torch` rather than in `torch.ops.aten`: the same kernels at half the cost of a call.
_int8_product = torch._weight_int8pack_mm
_int4_product = torch._weight_int4pack_mm_for_cpu

DENSE_FROM = 48
"""Positions from which on 8-bit codes are made bfloat16 for one large product: the 8-bit kernel takes each position by
itself, which is 2.4 times as slow for 256 of them. (4-bit codes take longer to unpack than that saves.)"""

Times = Callable[[Tensor], Tensor]
"""x [T, I] times a packed matrix: [T, O]. x is float32 for float32 weights, else bfloat16."""


def pack(matrices: Sequence[Matrix], precision: str, inputs: Tensor | None = None) -> Times:
    """The product with all rows of `matrices` beneath each other, held in `precision`.

    `inputs` [I] are weights of the inputs (of the norm before), folded into the columns.
    """
    if inputs is not None and not bool((inputs == 1).all()):
        matrices = [_dense(matrix) * inputs.float() for matrix in matrices]
    if precision in _FLOATS:
        return _float(torch.cat([_dense(matrix) for matrix in matrices]), precision)
    parts = [
        matrix if held_as(matrix) == precision else quantize(_dense(matrix), _BITS[precision]) for matrix in matrices
    ]
    return _quantized(Quantized.stacked([part for part in parts if isinstance(part, Quantized)]))


def held_as(matrix: Matrix) -> str:
    """The precision of a matrix as it is."""
    if isinstance(matrix, Quantized):
        return f"int{matrix.bits}"
    return "bfloat16" if matrix.dtype == torch.bfloat16 else "float32"


def _dense(matrix: Matrix) -> Tensor:
    return matrix.dense() if isinstance(matrix, Quantized) else matrix.float()


def _float(matrix_OI: Tensor, precision: str) -> Times:
    if precision == "float32":  # a few positions at once go through columns a quarter faster than through rows
        weight_IO = matrix_OI.t().contiguous()
        return lambda x: torch.mm(x, weight_IO)
    weight = matrix_OI.to(_FLOATS[precision])
    return lambda x: F.linear(x, weight)


def _quantized(matrix: Quantized) -> Times:
    if matrix.offsets is not None and matrix.codes.shape[0] % 16 == 0:
        group = matrix.group
        packed = torch._convert_weight_to_int4pack_for_cpu(matrix.codes.int() + 8, 2)
        scales = torch.stack((matrix.scales, matrix.offsets), dim=-1).transpose(0, 1).contiguous().bfloat16()
        return lambda x: _int4_product(x, packed, group, scales)
    if matrix.bits != 8:  # the 4-bit kernel wants rows in sixteens
        matrix = quantize(matrix.dense(), 8)
    codes, row_scales = matrix.codes.contiguous(), matrix.scales[:, 0].bfloat16()

    def times(x: Tensor) -> Tensor:
        if len(x) < DENSE_FROM:
            product: Tensor = _int8_product(x, codes, row_scales)
            return product
        return F.linear(x, codes.bfloat16()).mul_(row_scales)  # bfloat16 holds every code exactly

    return times


def interleaved(head_width: int) -> Tensor:
    """The order of a head's rows in which the features that RoPE turns together, i and i + W/2, are neighbours."""
    return torch.arange(head_width).view(2, -1).t().flatten()
