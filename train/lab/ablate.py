"""spark lab ablate

What does each part of a transformer do for it? Take it away and train again, on the same data for the same steps.

Each change is made from outside, in a line or two: read `PARTS` and add your own.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from engine.models.transformer import Block, Transformer
from train.lab import Figures, Say, main
from train.lab.small import blocks, last, rows_of, small_config, toy_bytes, train_small

QUESTION = "What does each part of a transformer do for it?"

STEPS, ROWS, LENGTH = 150, 8, 64


def put(block: Block, part: str, other: Any) -> None:
    """Exchange a part of a block for something else."""
    setattr(block, part, other)


class Nothing(nn.Module):
    """A part that adds nothing to the stream."""

    def forward(self, x: Tensor, *_: Any) -> Tensor:
        return torch.zeros_like(x)


def without_positions(model: Transformer) -> None:
    """Queries and keys are not turned: attention compares what tokens are, not where they stand."""
    model.rope = torch.stack((torch.ones_like(model.rope[0]), torch.zeros_like(model.rope[1])))  # no angle at all


def without_norms(model: Transformer) -> None:
    """States may grow from block to block as they like."""
    for block in blocks(model):
        put(block, "attention_norm", nn.Identity())
        put(block, "mlp_norm", nn.Identity())


def without_residuals(model: Transformer) -> None:
    """Each half of a block replaces the stream instead of adding to it. Zero outputs would then be the end."""
    for block in blocks(model):
        for matrix in (block.attention.output, block.mlp.down):
            nn.init.normal_(matrix.weight, std=matrix.weight.shape[1] ** -0.5)

        def forward(x: Tensor, x0: Tensor, rope: Tensor, cache: Any, block: Any = block) -> Tensor:
            x = block.attention(block.attention_norm(x), rope)
            out: Tensor = block.mlp(block.mlp_norm(x))
            return out

        put(block, "forward", forward)


def without_mlp(model: Transformer) -> None:
    """Positions only exchange what they have; nothing is worked out at one of them."""
    for block in blocks(model):
        put(block, "mlp", Nothing())


def without_attention(model: Transformer) -> None:
    """Each position sees itself alone."""
    for block in blocks(model):
        put(block, "attention", Nothing())


PARTS: dict[str, Callable[[Transformer], None]] = {
    "nothing": lambda model: None,
    "positions": without_positions,
    "norms": without_norms,
    "residuals": without_residuals,
    "MLP": without_mlp,
    "attention": without_attention,
}


def run(say: Say, steps: int = STEPS) -> Figures:
    stream = toy_bytes()
    figures: Figures = {}
    say(f"{steps} steps of {ROWS} × {LENGTH} bytes of Python; loss in nats a byte (guessing blindly: 5.57)\n")
    say("  without      loss   worse by   first ten steps")
    for part, remove in PARTS.items():
        model = Transformer(small_config(262, layers=3)).initialize(0)
        remove(model)
        losses = train_small(model, lambda step: rows_of(stream, step, ROWS, LENGTH), steps)
        figures[part] = last(losses)
        worse = figures[part] - figures["nothing"]
        say(f"  {part:<10} {figures[part]:6.3f}   {worse:+8.3f}   {sum(losses[:10]) / len(losses[:10]):.3f}")
    missed = max((part for part in PARTS if part != "nothing"), key=lambda part: figures[part])
    say(f"\nMeasured: it misses {missed} most, by {figures[missed] - figures['nothing']:.2f} nats a byte.")
    say("For the journal: what could it still learn without positions, and why is that so much?")
    return figures


if __name__ == "__main__":
    import sys

    main(sys.modules[__name__])
