"""Put trained parts together as a bundle:

    python -m train.assemble --core runs/core12 --fast runs/fast2 --router router.safetensors --out bundles/mine

A run's newest checkpoint is taken; matrices are stored in bfloat16, half the bytes. What that costs is measured on the
spot and printed: how often the first choice of the next token stays the same.
"""

from __future__ import annotations

import argparse
import shutil
from collections.abc import Sequence
from pathlib import Path

import torch

from engine.bundle import write_index
from engine.errors import SparkError
from engine.models.tokenizer import BytePairTokenizer
from engine.models.transformer import Transformer
from engine.models.weights import load_model, save_model

PROBE = 512
"""Tokens of text on which the stored weights are compared with the trained ones."""


def newest_model(source: Path) -> Path:
    """The model file that `source` means: itself, or the newest checkpoint of the run folder.

    Raises:
        SparkError: there is no model there.
    """
    if source.is_file():
        return source
    found = sorted((source / "checkpoints").glob("step-*/model.safetensors"))
    if not found:
        raise SparkError(f"There is no trained model in {source}.")
    return found[-1]


def mean_model(sources: Sequence[Path]) -> Transformer:
    """One model whose weights are the mean of several of one shape, which share a beginning (Wortsman et al. 2022).

    Raises:
        SparkError: one is missing, or they are not of one shape.
    """
    models = [load_model(newest_model(source)) for source in sources]
    states = [model.state_dict() for model in models]
    if len({model.config for model in models}) > 1:
        raise SparkError(f"Models of different shapes cannot be averaged: {', '.join(map(str, sources))}.")
    models[0].load_state_dict({name: torch.stack([state[name] for state in states]).mean(0) for name in states[0]})
    return models[0]


def assemble(
    core: Sequence[Path], fast: Sequence[Path], tokenizer: Path, out: Path, router: Path | None = None
) -> dict[str, float]:
    """Write a bundle; returns how little rounding changed, by part. Without `router` an existing one is kept.

    Raises:
        SparkError: a part is missing, or core, fast path and tokenizer do not belong together.
    """
    words = BytePairTokenizer.load(tokenizer)
    out.mkdir(parents=True, exist_ok=True)
    agreement = {}
    for name, sources in (("core", core), ("fast", fast)):
        model = mean_model(sources)
        if model.config.vocab_size != words.vocab_size:
            raise SparkError(f"The {name} was trained with another tokenizer than {tokenizer}.")
        stored = out / f"{name}.safetensors"
        save_model(stored, model, torch.bfloat16)
        agreement[name] = same_first_choice(model, load_model(stored), words.encode(Path(__file__).read_text("utf-8")))
    _copy(tokenizer, out / "tokenizer.json")
    if router is not None:
        _copy(router, out / "router.safetensors")
    write_index(out, out.name if out.name != "bundle" else "default")
    return agreement


def same_first_choice(exact: Transformer, rounded: Transformer, ids: list[int]) -> float:
    """The share of positions of a text where both would choose the same next token."""
    tokens = torch.tensor([ids[: min(PROBE, exact.config.context)]])
    with torch.inference_mode():
        return float((exact(tokens).argmax(-1) == rounded(tokens).argmax(-1)).float().mean())


def _copy(source: Path, target: Path) -> None:
    if source.resolve() != target.resolve():
        shutil.copyfile(source, target)


def main() -> None:
    parser = argparse.ArgumentParser(description="Put trained parts together as a bundle.")
    parser.add_argument(
        "--core", type=Path, nargs="+", required=True, help="a run folder or a model.safetensors; of several, the mean"
    )
    parser.add_argument("--fast", type=Path, nargs="+", required=True, help="the same for the fast path")
    parser.add_argument("--router", type=Path, help="router.safetensors (default: the one already in the bundle)")
    parser.add_argument("--tokenizer", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args()
    try:
        agreement = assemble(given.core, given.fast, given.tokenizer, given.out, given.router)
    except SparkError as error:
        raise SystemExit(str(error)) from error
    for name, share in agreement.items():
        print(f"{name}: stored in bfloat16, same first choice at {share:.1%} of positions")


if __name__ == "__main__":
    main()
