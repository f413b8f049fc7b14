"""spark lab fp16_or_bf16

Two formats of 16 bits: which one loses what, and what does it do to training?

fp16 spends its bits on digits, bf16 on range. So fp16 loses small gradients, unless the loss is scaled up before and
down again after; bf16 keeps them and rounds more. Read off both, then train the same model in three formats.
"""

from __future__ import annotations

import torch

from engine.models.transformer import Transformer
from train.lab import Figures, Say, main
from train.lab.small import backward, last, loss_of, rows_of, small_config, toy_bytes, train_small

QUESTION = "Two formats of 16 bits: which one loses what, and what does it do to training?"

STEPS, ROWS, LENGTH = 60, 4, 48
FORMATS = {"fp32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}


def run(say: Say, steps: int = STEPS) -> Figures:
    say("          smallest     largest     next after 1   1e-8 becomes   0.1 becomes")
    for name, dtype in FORMATS.items():
        info = torch.finfo(dtype)
        tiny, tenth = (float(torch.tensor(value).to(dtype)) for value in (1e-8, 0.1))
        smallest = info.smallest_normal * info.eps
        say(f"  {name:<6} {smallest:9.1e}   {info.max:9.1e}   {1 + info.eps:12.7f}   {tiny:12.3g}   {tenth:.7f}")
    stream = toy_bytes()
    figures: Figures = {}
    # The gradients of a real step: how many would fp16 lose without scaling?
    model = Transformer(small_config(262)).initialize(0)
    train_small(model, lambda step: rows_of(stream, step, ROWS, LENGTH), steps // 2)
    backward(loss_of(model, rows_of(stream, 10**6, ROWS, LENGTH)))
    gradients = torch.cat([p.grad.flatten() for p in model.parameters() if p.grad is not None])
    gradients = gradients[gradients != 0]
    say("")
    for name, scale in (("fp16", 1.0), ("fp16", 2.0**16), ("bf16", 1.0)):
        kept = (gradients * scale).to(FORMATS[name])
        lost = float((kept == 0).float().mean())
        endless = int((~kept.isfinite()).sum())
        say(f"  gradients as {name}, scaled by {scale:,.0f}: {lost:.2%} become nothing, {endless} overflow")
        figures[f"lost in {name} × {scale:.0f}"] = lost
    say("")
    for name, dtype in FORMATS.items():
        model = Transformer(small_config(262)).initialize(0)
        model.compute_dtype = dtype
        losses = train_small(model, lambda step: rows_of(stream, step, ROWS, LENGTH), steps)
        figures[name] = last(losses)
        say(f"  {steps} steps in {name}: loss {last(losses):.4f}")
    worst = max(abs(figures[name] - figures["fp32"]) for name in FORMATS)
    say(f"\nMeasured: the three losses differ by at most {worst:.4f} nats: weights and gradients stay in fp32 in all.")
    say("For the journal: would it also work if the weights themselves were kept in bf16? What is 1 + 0.001 there?")
    return figures


if __name__ == "__main__":
    import sys

    main(sys.modules[__name__])
