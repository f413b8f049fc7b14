"""spark lab accumulation

Is a batch in four pieces the same as the batch at once?

Gradients add up. So if each piece is divided by the size of the whole, not by its own, the sum is the gradient of the
whole, up to rounding. Divide by the piece instead and the step is four times too long: a bug that many have had.
"""

from __future__ import annotations

import torch
from torch import Tensor

from engine.models.transformer import Transformer
from train.lab import Figures, Say, main
from train.lab.small import backward, loss_of, rows_of, small_config, toy_bytes, train_small

QUESTION = "Is a batch in four pieces the same as the batch at once?"

STEPS, ROWS, LENGTH, PIECES = 40, 8, 48, 4


def gradient(model: Transformer, rows: Tensor, pieces: int, divided_by: int) -> Tensor:
    """All gradients in one vector, of `rows` [B, T+1] read in so many pieces, each loss divided."""
    model.zero_grad()
    for piece in rows.chunk(pieces):
        backward(loss_of(model, piece) / divided_by)
    return torch.cat([p.grad.flatten() for p in model.parameters() if p.grad is not None])


def run(say: Say, steps: int = STEPS) -> Figures:
    stream = toy_bytes()
    model = Transformer(small_config(262)).initialize(0)
    train_small(model, lambda step: rows_of(stream, step, ROWS, LENGTH), 20)
    rows = rows_of(stream, 10**6, ROWS, LENGTH)
    whole = gradient(model, rows, 1, 1)
    figures: Figures = {}
    for name, divided_by in (("divided by the pieces", PIECES), ("not divided", 1)):
        summed = gradient(model, rows, PIECES, divided_by)
        off = float((summed - whole).norm() / whole.norm())
        figures[name] = off
        long = float(summed.norm() / whole.norm())
        say(f"  {PIECES} pieces, {name:<22} gradient off by {off:.1e}, {long:.2f} × as long")

    def in_pieces(model: Transformer, rows: Tensor) -> Tensor:
        """All but the last piece go backwards here; the trainer does the same."""
        pieces = rows.chunk(PIECES)
        total = 0.0
        for piece in pieces[:-1]:
            loss = loss_of(model, piece) / PIECES
            backward(loss)
            total += float(loss.detach())
        return loss_of(model, pieces[-1]) / PIECES + total

    say("")
    runs = {}
    for name, loss in (("at once", loss_of), ("in pieces", in_pieces)):
        model = Transformer(small_config(262)).initialize(0)
        runs[name] = train_small(model, lambda step: rows_of(stream, step, ROWS, LENGTH), steps, loss=loss)
        say(f"  {steps} steps {name:<10} last loss {runs[name][-1]:.5f}")
    apart = max(abs(a - b) for a, b in zip(*runs.values(), strict=True))
    say(f"\nMeasured: over {steps} steps the losses are never further apart than {apart:.1e} nats.")
    say("For the journal: rows of different length in each piece: what must each be divided by then?")
    return figures | {"apart": apart}


if __name__ == "__main__":
    import sys

    main(sys.modules[__name__])
