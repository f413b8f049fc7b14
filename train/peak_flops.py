"""How many operations a second this machine has to offer: what MFU is a share of."""

from __future__ import annotations

import time
from functools import cache

import torch

_CARDS = {
    "H200": 989e12, "H100": 989e12, "A100": 312e12, "L40S": 362e12, "L4": 121e12, "A10": 125e12,
    "4090": 165e12, "3090": 71e12, "V100": 125e12, "T4": 65e12, "P100": 21e12,
}  # fmt: skip
"""Dense half-precision operations a second, as the makers say (SXM versions where there are several)."""


@cache
def peak_flops(device: torch.device, dtype: torch.dtype) -> float:
    """Of a known graphics card the maker's figure; of a CPU the best of a few matrix products, once a process.

    0 for a card that we do not know: no figure is better than a wrong one. Operations in float32 on a card are not
    told apart: the figure is that of half precision, so MFU is honest about what full precision wastes.
    """
    if device.type == "cuda":
        name = torch.cuda.get_device_name(device)
        return next((figure for card, figure in _CARDS.items() if card in name), 0.0)
    if device.type != "cpu":
        return 0.0
    side, best = 1024, 0.0
    matrix = torch.ones(side, side, dtype=torch.float32 if dtype == torch.float16 else dtype)
    for _ in range(4):
        begun = time.perf_counter()
        matrix @ matrix
        best = max(best, 2 * side**3 / (time.perf_counter() - begun))
    return best
