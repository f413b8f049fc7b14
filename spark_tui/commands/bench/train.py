"""`spark bench train`: our training step beside nanoGPT's, the same shape and tokens, interleaved in one run."""

from __future__ import annotations

import functools
import statistics
from collections.abc import Callable
from typing import Annotated

import typer

from engine.decision import Json
from spark_tui.commands.bench.presenting import present
from spark_tui.commands.shared import JsonOption
from spark_tui.plain import note

VOCABULARY = 4096
GOALS = {"nanoGPT given bf16 and compile": 1.25, "nanoGPT as it ships": 2.5}


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

    note("Making and compiling the models; this takes a minute or two.", dim=True)
    contestants, parameters = _contestants(size, batch_tokens, context, compiled)
    taken = interleave(contestants, rounds)
    ours = "Spark (bf16, Muon)"
    rows, figures = [], {}
    for name, seconds in taken.items():
        rate = batch_tokens / statistics.median(seconds)
        best = batch_tokens / min(seconds)
        ratio = ratio_of_medians(taken, ours, name)
        rows.append((name, parameters[name], rate, best, ratio, GOALS.get(name)))
        figures[name] = {"parameters": parameters[name], "tokens_per_s": rate, "best": best, "spark_is_faster": ratio}
    figures_of_all: Json = {
        "size": size, "batch_tokens": batch_tokens, "context": context, "rounds": rounds, "compiled": compiled,
        "contestants": figures,
    }  # fmt: skip
    present(
        figures_of_all,
        as_json,
        title=f"A training step of {batch_tokens:,} tokens, context {context:,}, shape {size}",
        columns=("", "parameters", "tokens/s", "best", "Spark is × as fast", "goal"),
        rows=rows,
        notes=("Medians over the rounds; the peer is nanoGPT's architecture and step, written again here.",),
    )


def _contestants(
    size: str, batch_tokens: int, context: int, compiled: bool
) -> tuple[dict[str, Callable[[], None]], dict[str, int]]:
    import torch

    from engine.errors import SparkError
    from engine.models.config import config_for
    from engine.models.transformer import Transformer
    from spark_tui.commands.bench.nanogpt import NanoGPT, Peer
    from train.command import pick_device
    from train.loss import Loss
    from train.optimizer import Optimizer, OptimizerOptions

    rows, rest = divmod(batch_tokens, context)
    if rows < 1 or rest:
        raise SparkError(f"--batch-tokens must be a multiple of --context, {context}.")
    device = pick_device(None)
    config = config_for(size, VOCABULARY, context)
    tokens = torch.randint(VOCABULARY, (rows, context + 1), generator=torch.Generator().manual_seed(0)).to(device)
    inputs, targets = tokens[:, :-1].contiguous(), tokens[:, 1:].contiguous()
    mask = torch.ones_like(targets, dtype=torch.bool)
    contestants: dict[str, Callable[[], None]] = {}
    parameters: dict[str, int] = {}

    def synchronized(step: Callable[[], object]) -> Callable[[], None]:
        def run() -> None:
            step()
            if device.startswith("cuda"):
                torch.cuda.synchronize()

        return run

    def ours(muon: bool) -> Callable[[], object]:
        model = Transformer(config).initialize(0).to(device).train()
        model.compute_dtype = torch.bfloat16
        loss, optimizer = Loss(model), Optimizer(model, OptimizerOptions(muon=muon))
        if compiled:
            loss.compile()
        parameters["Spark (bf16, Muon)" if muon else "Spark (bf16, AdamW)"] = model.parameter_count()

        def step() -> object:
            value = loss(inputs, targets, mask) / targets.numel()
            value.backward()  # type: ignore[no-untyped-call]
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step(1.0)
            optimizer.zero_grad()
            return float(value.detach())

        return step

    contestants["Spark (bf16, Muon)"] = synchronized(ours(True))
    contestants["Spark (bf16, AdamW)"] = synchronized(ours(False))
    for name, bf16 in (("nanoGPT given bf16 and compile", True), ("nanoGPT as it ships", device != "cpu")):
        torch.manual_seed(0)
        model = NanoGPT(VOCABULARY, config.layers, config.width, config.heads, context).to(device).train()
        parameters[name] = sum(p.numel() for p in model.parameters())
        peer = Peer(model, bf16, compiled)
        contestants[name] = synchronized(functools.partial(peer.step, inputs, targets))
    return contestants, parameters
