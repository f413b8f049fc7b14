"""spark lab first_token

Why do heads look so much at the first token, where nothing is said? Mask it, re-initialise, and watch attention move.

Letters at random and the same letters again, after a first token that says nothing. In the first half a head has
nothing to find, in the second it has: what came next last time. The guess to test: softmax must put its weight
somewhere, so a head with nothing to find rests on the first token. Then other first weights must end up the same, and
with the first token masked the heads must find another place to rest.
"""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Tensor

from engine.models.probe import attention_weights
from engine.models.transformer import Transformer
from train.lab import Figures, Say, main
from train.lab.heads import LETTERS, PERIOD, repeating
from train.lab.small import blocks, last, small_config, train_small
from train.optimizer import OptimizerOptions

QUESTION = "Why do heads look so much at the first token, where nothing is said?"

STEPS = 250
NOTHING_TO_FIND, SOMETHING = slice(4, PERIOD), slice(PERIOD + 2, 2 * PERIOD + 1)
"""Rows of the attention matrix: late in the first half, and the second half."""


def framed(step: int) -> Tensor:
    """The rows with a token in front that says nothing: [B, T+1]."""
    rows = repeating(step)
    return torch.cat((torch.full((len(rows), 1), LETTERS), rows), dim=1)


def hide_first(q_BHTW: Tensor, k_BKTW: Tensor, v_BKTW: Tensor) -> Tensor:
    """Causal attention in which nobody but the first position may look at the first position."""
    length = q_BHTW.shape[2]
    allowed = torch.ones(length, length, dtype=torch.bool).tril()
    allowed[1:, 0] = False
    return torch.nn.functional.scaled_dot_product_attention(q_BHTW, k_BKTW, v_BKTW, allowed)


def looks(model: Transformer, masked: bool) -> Tensor:
    """Attention of the last layer on rows that were not trained on, averaged over rows: [H, T, T]."""
    weights = attention_weights(model, framed(10**6), [-1])[model.config.layers - 1].clone()
    if masked:  # the probe computes plain attention: hide the first column as the model does, and share it out again
        weights[..., 1:, 0] = 0
        weights = weights / weights.sum(-1, keepdim=True).clamp(min=1e-9)
    return weights.mean(0)


def run(say: Say, steps: int = STEPS) -> Figures:
    config = replace(small_config(LETTERS + 1), qk_norm=False)  # nothing that keeps attention tame
    say("Weight of the last layer's heads on the first token, and on the place that gets most besides it:\n")
    say("                         nothing to find   something to find   elsewhere most   loss")
    figures: Figures = {}
    for name, seed, masked in (
        ("as it is", 0, False),
        ("other first weights", 1, False),
        ("first token masked", 0, True),
    ):
        model = Transformer(config).initialize(seed)
        if masked:
            for block in blocks(model):
                block.attention.attend = hide_first
        loss = last(train_small(model, framed, steps, options=OptimizerOptions(matrix_lr=0.02)))
        weights = looks(model, masked)
        idle, busy = float(weights[:, NOTHING_TO_FIND, 0].mean()), float(weights[:, SOMETHING, 0].mean())
        columns = weights[:, NOTHING_TO_FIND, 1:4].mean(dim=(0, 1))
        place = 1 + int(columns.argmax())
        figures[name] = {"idle": idle, "busy": busy, "elsewhere": float(columns.max()), "place": place, "loss": loss}
        say(f"  {name:<20} {idle:15.2f} {busy:19.2f}   {float(columns.max()):8.2f} on {place} {loss:9.3f}")
    plain, hidden = figures["as it is"], figures["first token masked"]
    change, place = hidden["loss"] - plain["loss"], hidden["place"]
    say(f"\nMeasured: with nothing to find {plain['idle']:.0%} of the weight rests on the first token, with something")
    say(f"to find {plain['busy']:.0%}. With that token masked, the weight on token {place} goes from")
    say(f"{plain['elsewhere']:.0%} to {hidden['elsewhere']:.0%}; the loss changes by {change:+.3f}.")
    say("For the journal: is the first token an anchor because it is first, or because it says nothing?")
    return figures


if __name__ == "__main__":
    import sys

    main(sys.modules[__name__])
