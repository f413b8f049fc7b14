"""Loss scaling: fp16 cannot hold gradients below 6e-8, so they are computed larger and brought back in float32.

Micikevicius et al. 2018, the dynamic kind: halve after an overflow (that step is left out), double after a long time
without one. bf16 has the range of float32 and needs none of this; the scale is then 1 and stays so.
"""

from __future__ import annotations

import torch
from torch import Tensor

FIRST, SMALLEST, LARGEST = 2.0**16, 2.0**-10, 2.0**24
PATIENCE = 1000
"""Good steps before the scale is doubled."""


class LossScale:
    """What the loss is multiplied by before the backward pass."""

    def __init__(self, dtype: torch.dtype) -> None:
        self.on = dtype == torch.float16
        self.value = FIRST if self.on else 1.0
        self._good = 0

    def bring_back(self, parameters: list[torch.nn.Parameter]) -> None:
        """Divide the gradients by the scale, in place."""
        if self.on:
            gradients = [parameter.grad for parameter in parameters if parameter.grad is not None]
            torch._foreach_mul_(gradients, 1 / self.value)

    def overflowed(self, finite: bool) -> bool:
        """Hear whether the gradients are numbers; True when this step must be left out and tried again with a smaller
        scale. False for numbers, and for what no scale will mend."""
        if not self.on:
            return False
        if finite:
            self._good += 1
            if self._good >= PATIENCE:
                self.value, self._good = min(LARGEST, 2 * self.value), 0
            return False
        self.value, self._good = self.value / 2, 0
        return self.value >= SMALLEST

    def state(self) -> dict[str, Tensor]:
        """What a resumed run needs; nothing when the scale does not move."""
        return {"loss_scale": torch.tensor([self.value, float(self._good)], dtype=torch.float64)} if self.on else {}

    def load_state(self, tensors: dict[str, Tensor]) -> None:
        if self.on and "loss_scale" in tensors:
            value, good = tensors["loss_scale"].tolist()
            self.value, self._good = value, int(good)
