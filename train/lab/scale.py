"""spark lab scale

Is a larger model better, if both may use the same compute? A small one reads much, a large one little.

Four sizes from 1m to 10m, each given the same number of operations (6 for each weight and token, about), so the
largest sees the fewest tokens: some minutes in all. At a tiny budget the small one wins; the question is where that
turns. The budget is in operations, not minutes, so that a busy machine changes nothing.
"""

from __future__ import annotations

import torch

from engine.models.config import config_for, flops_per_token
from engine.models.transformer import Transformer
from train.lab import Figures, Say, main
from train.lab.small import last, rows_of, toy_bytes, train_small

QUESTION = "Is a larger model better, if both may use the same compute?"

ROWS, LENGTH = 4, 64
BUDGETS = (1e11, 5e11)
"""Operations."""
SIZES = ("1m", "2m", "6m", "10m")
"""As `spark train --size` has them, but of bytes: so they have fewer parameters than their names say."""


def run(say: Say, budgets: tuple[float, ...] = BUDGETS) -> Figures:
    stream = toy_bytes()
    figures: Figures = {}
    say("  operations   size   parameters    tokens   loss")
    for budget in budgets:
        for name in SIZES:
            config = config_for(name, 262, LENGTH)
            model = Transformer(config).initialize(0)
            model.compute_dtype = torch.bfloat16
            steps = max(2, int(budget / (3 * flops_per_token(config, LENGTH / 2) * ROWS * LENGTH)))
            losses = train_small(model, lambda step: rows_of(stream, step, ROWS, LENGTH), steps)
            figures[f"{name} at {budget:.0e}"] = last(losses)
            tokens = steps * ROWS * LENGTH
            say(f"  {budget:9.0e}    {name:<5} {model.parameter_count():>10,} {tokens:>9,} {last(losses):6.3f}")
    winners = {}
    for budget in budgets:
        by_loss = {figures[f"{name} at {budget:.0e}"]: name for name in SIZES}
        winners[f"{budget:.0e}"] = by_loss[min(by_loss)]
    say("\nMeasured: best " + ", ".join(f"with {budget} operations: {name}" for budget, name in winners.items()) + ".")
    say("For the journal: by how much must the budget grow before the next size wins, and is that always so?")
    return figures | {"winners": winners}


if __name__ == "__main__":
    import sys

    main(sys.modules[__name__])
