"""The lab: short experiments to read, run and change. Each file begins with its command and its question.

`train/lab/NAME.py` has `QUESTION`, and `run(say)`, which measures, tells what it measured, and returns the figures.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

NAMES = (
    "attention_by_hand", "tiny_attention", "heads", "first_token", "ablate", "fp16_or_bf16", "accumulation", "scale",
)  # fmt: skip
"""In the order in which they are best read."""

Say = Callable[[str], None]
Figures = dict[str, Any]


def experiment(name: str) -> Any:
    """The module of an experiment. Imports torch."""
    return import_module(f"train.lab.{name}")


def main(module: Any) -> None:
    """What `python -m train.lab.NAME` does."""
    print(module.QUESTION, end="\n\n")
    module.run(print)
