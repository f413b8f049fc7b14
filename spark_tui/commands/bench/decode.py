"""`spark bench decode`: tokens a second of one shape in each precision, beside peers on the same weights."""

from __future__ import annotations

import importlib.util
import tempfile
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engine.decision import Json
from spark_tui.commands.bench.presenting import Cell, present
from spark_tui.commands.shared import JsonOption
from spark_tui.plain import Progress

if TYPE_CHECKING:
    from engine.observation.decoding import Contestant


_COMPARED = (
    ("Spark int8", "llama.cpp Q8_0"),
    ("Spark int4", "llama.cpp Q4_0"),
    ("Spark int8", "transformers generate bfloat16"),
    ("Spark int4", "transformers generate bfloat16"),
    ("Spark int8", "plain PyTorch bfloat16"),
)
_READINGS = 3
"""Times that everybody reads the prompt anew; the best counts."""


class Shape(StrEnum):
    """The values of --shape."""

    SMALL = "360m"
    SMALLER = "135m"
    TINY = "tiny"


def decode(
    shape: Annotated[Shape, typer.Option(help="SmolLM2's shapes; tiny is for trying the command.")] = Shape.SMALL,
    prompt: Annotated[int, typer.Option(min=2, max=900, help="Tokens that were read before.")] = 256,
    tokens: Annotated[int, typer.Option(min=1, max=100, help="Tokens a round.")] = 8,
    rounds: Annotated[int, typer.Option(min=1, max=100, help="Rounds; the median and the best are shown.")] = 10,
    threads: Annotated[int | None, typer.Option(min=1, help="Threads of everyone (else one a core).")] = None,
    peers: Annotated[bool, typer.Option("--peers/--no-peers", help="Time others too, where installed.")] = True,
    as_json: JsonOption = False,
) -> None:
    """Tokens written a second with random weights, in int8, int4 and bfloat16, beside transformers and llama.cpp.

    The peers do the same work with the same weights, interleaved in the same run; the limit is what reading the
    weights from memory once a token would allow. The last column is reading the prompt, best of three.

    \b
    Examples:
      spark bench decode
      spark bench decode --shape tiny --rounds 1 --json
    """
    import torch

    from engine.observation import decoding
    from engine.observation.interleave import interleave
    from engine.observation.machine import cores

    count = threads or cores()
    torch.set_num_threads(count)
    with tempfile.TemporaryDirectory(prefix="spark-bench-") as folder, Progress() as progress:
        progress.show("making the weights")
        model = decoding.random_model(decoding.SHAPES[shape.value])
        ids = torch.randint(0, model.config.vocab_size, (prompt,), generator=torch.Generator().manual_seed(1)).tolist()
        contestants: list[Contestant] = []
        for precision in ("int8", "int4", "bfloat16"):
            progress.show(f"packing {precision}")
            contestants.append(decoding.ours(model, precision, ids, tokens, count))
        missing = []
        if peers:
            progress.show("preparing the peers")
            contestants.append(decoding.plain_pytorch(model, ids, tokens))
            theirs = decoding.transformers_generate(model, ids, tokens)
            contestants += [theirs] if theirs else []
            missing += [] if theirs else ["transformers"]
            if importlib.util.find_spec("llama_cpp"):
                contestants += [decoding.llama_cpp(model, bits, ids, tokens, Path(folder), count) for bits in (8, 4)]
            else:
                missing.append("llama_cpp")
        progress.show("measuring")
        bandwidth = decoding.memory_bandwidth()
        taken = interleave({each.name: each.steps for each in contestants}, rounds)
        bandwidth = max(bandwidth, decoding.memory_bandwidth())
        progress.show("reading the prompt")
        read = interleave({each.name: each.read for each in contestants if each.read}, _READINGS)
    speeds = decoding.tokens_a_second(taken, tokens)
    best = decoding.tokens_a_second(taken, tokens, min)
    reading = decoding.tokens_a_second(read, prompt, min)
    limits = {each.name: bandwidth / each.bytes for each in contestants if each.bytes}
    pairs = [(mine, other) for mine, other in _COMPARED if mine in speeds and other in speeds]
    ratios = {f"{mine} / {other}": speeds[mine] / speeds[other] for mine, other in pairs}
    best_ratios = {f"{mine} / {other}": best[mine] / best[other] for mine, other in pairs}
    figures: Json = {
        "shape": shape.value, "prompt": prompt, "tokens": tokens, "rounds": rounds, "threads": count,
        "bandwidth_gb_per_s": bandwidth / 1e9, "tokens_per_s": speeds,
        "best_tokens_per_s": best, "best_prompt_tokens_per_s": reading, "limit_tokens_per_s": limits,
        "ratios": ratios, "best_ratios": best_ratios,
        "missing_peers": missing, "seconds": taken,
    }  # fmt: skip
    rows: list[tuple[Cell, ...]] = [
        (
            name, speed, best[name], limits.get(name),
            f"{best[name] / limits[name]:.0%}" if name in limits else None, reading.get(name),
        )
        for name, speed in sorted(speeds.items(), key=lambda item: -item[1])
    ]  # fmt: skip
    present(
        figures,
        as_json,
        title=f"Writing after {prompt} tokens, shape {shape.value}, {count} threads, median of {rounds} rounds",
        columns=("who", "tokens/s", "best round", "limit of memory", "reached", "reads tokens/s"),
        rows=rows,
        notes=(
            f"reading memory: {bandwidth / 1e9:.0f} GB/s",
            *(f"{name}: {ratio:.2f} (best rounds {best_ratios[name]:.2f})" for name, ratio in ratios.items()),
            *(f"{name} is not importable here and was left out" for name in missing),
        ),
    )
