"""spark lab heads

How do heads specialise? Train a small model on text that repeats itself, and score every head as it learns.

Three scores, each the weight on one certain place: the token before; the same token, earlier; what came after the
same token, earlier. The last is the induction head; if it goes by the letters it needs a head of the first kind in a
layer below. But here the repetition always comes after the same number of letters: is there a shortcut?
"""

from __future__ import annotations

import torch
from torch import Tensor

from engine.models.probe import attention_weights
from engine.models.transformer import Transformer
from train.lab import Figures, Say, main
from train.lab.small import last, small_config, train_small
from train.optimizer import OptimizerOptions

QUESTION = "How do heads specialise?"

STEPS, ROWS, PERIOD, LETTERS = 300, 16, 12, 26


def repeating(step: int) -> Tensor:
    """Random letters, and the same again: the second half can be known, the first cannot."""
    generator = torch.Generator().manual_seed(step)
    half = torch.randint(LETTERS, (ROWS, PERIOD), generator=generator)
    return torch.cat((half, half), dim=1)


def scores(model: Transformer) -> dict[str, Tensor]:
    """{kind: [layers, heads]} on rows that were not trained on."""
    rows = repeating(10**6)
    weights = torch.stack(list(attention_weights(model, rows, range(model.config.layers)).values()))

    def on(back: int) -> Tensor:
        diagonal = weights.diagonal(-back, dim1=-2, dim2=-1)
        return diagonal[..., -(PERIOD - 1) :].mean(dim=(1, 3))

    return {"previous": on(1), "duplicate": on(PERIOD), "induction": on(PERIOD - 1)}


def run(say: Say, steps: int = STEPS) -> Figures:
    model = Transformer(small_config(LETTERS)).initialize(0)
    moments: list[tuple[int, float, dict[str, Tensor]]] = []

    def look(step: int, loss: float) -> None:
        if step + 1 in {steps // 8, steps // 4, steps // 2, steps}:
            moments.append((step + 1, loss, scores(model)))

    losses = train_small(model, repeating, steps, options=OptimizerOptions(matrix_lr=0.02), every=look)
    blind = 3.258
    say(f"Letters at random cost {blind:.2f} nats; half of them can be known, so {blind / 2:.2f} is about the best.\n")
    for step, loss, found in moments:
        say(f"step {step}, loss {loss:.2f}")
        for kind, values in found.items():
            rows = [" ".join(f"{value:.2f}" for value in row) for row in values.tolist()]
            say(f"  {kind:<10} " + "   ".join(f"layer {i + 1}: {row}" for i, row in enumerate(rows)))
    final = moments[-1][2]
    figures = {kind: values.tolist() for kind, values in final.items()} | {"loss": last(losses)}
    best = {kind: float(values.max()) for kind, values in final.items()}
    layer = {kind: 1 + int(values.max(1).values.argmax()) for kind, values in final.items()}
    told = ", ".join(f"{kind} {value:.2f} (layer {layer[kind]})" for kind, value in best.items())
    say(f"\nMeasured: the best head of each kind: {told}; loss {last(losses):.2f}.")
    say(f"For the journal: did it learn 'after this letter came that one', or '{PERIOD - 1} back'? The first needs a")
    say("head that looks at the token before. Draw PERIOD anew in each row, and see what forms.")
    return figures


if __name__ == "__main__":
    import sys

    main(sys.modules[__name__])
