"""`spark bench train`: our training step beside nanoGPT's, the same shape and tokens, interleaved in one run."""

from __future__ import annotations

import functools
import statistics
from collections.abc import Callable
from typing import Annotated

import typer

from engine.decision import Json
from spark_tui.commands.bench.presenting import present
from spark_tui.commands.shared import JsonOption, known_size
from spark_tui.edge import UsageError
from spark_tui.plain import Progress, note

VOCABULARY = 4096
OURS, GIVEN, SHIPPED = "Spark (bf16, Muon)", "nanoGPT given bf16 and compile", "nanoGPT as it ships"
GOALS = {GIVEN: 1.25, SHIPPED: 2.5}


def train(
    size: Annotated[str, typer.Option(help="Our size; the peer gets its layers, width and heads.")] = "10m",
    batch_tokens: Annotated[int, typer.Option(min=64, help="Tokens of a step.")] = 4096,
    context: Annotated[int, typer.Option(min=16, help="Tokens of a row.")] = 512,
    rounds: Annotated[int, typer.Option(min=1, max=100, help="Steps of each; the median counts.")] = 5,
    compiled: Annotated[bool, typer.Option("--compile/--no-compile", help="Leave torch.compile out.")] = True,
    as_json: JsonOption = False,
) -> None:
    """Training steps a second: Spark's and nanoGPT's, same shape, same tokens, in turns.

    The peer is our own compact writing of nanoGPT's model and step (its file says how), as it ships and given bf16.

    \b
    Example:
      spark bench train --size 10m --rounds 5
    """
    from engine.observation.interleave import interleave, ratio_of_medians

    if compiled:
        note("Compiling the models first, which takes longer than the steps.", dim=True)
    with Progress() as progress:
        progress.show(f"preparing {OURS}")
        contestants, parameters = _contestants(size, batch_tokens, context, compiled)

        def announced(name: str) -> None:
            progress.show(f"a step of {name}")
            contestants[name]()

        taken = interleave({name: functools.partial(announced, name) for name in contestants}, rounds)
    rows, figures = [], {}
    for name, seconds in taken.items():
        rate, best = batch_tokens / statistics.median(seconds), batch_tokens / min(seconds)
        ratio = ratio_of_medians(taken, OURS, name)
        rows.append((name, parameters[name], rate, best, ratio, GOALS.get(name)))
        figures[name] = {"parameters": parameters[name], "tokens_per_s": rate, "best": best, "spark_is_faster": ratio}
    figures_of_all: Json = {
        "size": size, "batch_tokens": batch_tokens, "context": context, "rounds": rounds, "compiled": compiled,
        "contestants": figures,
    }  # fmt: skip
    present(
        figures_of_all,
        as_json,
        title=f"A training step of {batch_tokens:,} tokens, context {context:,}, shape {size}, {rounds} rounds",
        columns=("", "parameters", "tokens/s", "best", "Spark ×", "goal"),
        rows=rows,
        notes=(
            "Medians over the rounds; the peer is nanoGPT's architecture and step, written again here.",
            "Layers, width and heads are the same; Spark's heads share keys and values in groups: fewer parameters.",
        ),
    )


def _contestants(
    size: str, batch_tokens: int, context: int, compiled: bool
) -> tuple[dict[str, Callable[[], None]], dict[str, int]]:
    """Steps on random tokens, each with a model of its own; and the parameters of each model."""
    import torch

    from engine.models.config import config_for, parameter_account
    from spark_tui.commands.bench.nanogpt import NanoGPT, Peer
    from train.command import pick_device
    from train.measured import step_of

    rows, rest = divmod(batch_tokens, context)
    if rows < 1 or rest:
        raise UsageError(f"--batch-tokens must be a multiple of --context, {context}.")
    device = pick_device(None)
    config = config_for(known_size(size), VOCABULARY, context)
    contestants = {OURS: step_of(config, device, batch_tokens, compile=compiled)}
    parameters = {OURS: sum(parameter_account(config).values())}
    tokens = torch.randint(VOCABULARY, (rows, context + 1), generator=torch.Generator().manual_seed(0)).to(device)
    inputs, targets = tokens[:, :-1].contiguous(), tokens[:, 1:].contiguous()

    def step_of_peer(peer: Peer) -> None:
        peer.step(inputs, targets)
        if device.startswith("cuda"):
            torch.cuda.synchronize()

    for name, bf16 in ((GIVEN, True), (SHIPPED, device != "cpu")):
        torch.manual_seed(0)
        model = NanoGPT(VOCABULARY, config.layers, config.width, config.heads, context).to(device).train()
        parameters[name] = sum(p.numel() for p in model.parameters())
        contestants[name] = functools.partial(step_of_peer, Peer(model, bf16, compiled))
    return contestants, parameters
