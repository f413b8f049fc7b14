"""Fast paths of several sizes, trained alike and briefly, for the router to read: does a larger one judge better?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from engine.errors import SparkError
from engine.models.tokenizer import BytePairTokenizer, Tokenizer
from engine.models.transformer import Transformer
from engine.models.weights import load_model
from train.arguments import build_parser
from train.command import open_run
from train.events import Ended, Step
from train.runs import RunFolder


def small_fast_path(
    size: str, data: Sequence[str], steps: int, runs: Path, say: Callable[[str], None] = lambda text: None
) -> tuple[Transformer, Tokenizer]:
    """A fast path of that size after `steps` updates of 4,096 tokens each; what a stopped training did is used.

    Raises:
        SparkError: it cannot be trained: no such size or data, a full disk, another process in its folder.
    """
    name = f"study-fast-{size}-{steps}"
    folder = RunFolder(runs / name)
    trained = folder.checkpoints / f"step-{steps:08d}" / "model.safetensors"
    if not trained.exists():
        words = ["fast", "--run", name, "--runs", str(runs), "--steps", str(steps)]
        fresh = [
            "--size", size, "--data", *data, "--no-compile", "--without", "all", "--no-snapshots", "--save-every", "1",
            "--evaluate-every", "1000000", "--sample-every", "1000000",
        ]  # fmt: skip
        going_on = folder.has_checkpoint()
        for event in open_run(build_parser().parse_args([*words, *(["--resume"] if going_on else fresh)])).events():
            if isinstance(event, Step):
                say(f"a fast path of {size}: step {event.step:,} of {steps:,}")
            elif isinstance(event, Ended) and event.reason == "failed":
                raise SparkError(f"The fast path of {size} could not be trained ({event.detail}).")
    return load_model(trained).eval(), BytePairTokenizer.load(folder.tokenizer)
