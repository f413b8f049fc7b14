"""What a model does with what stands in its context: held-out examples as they are, and without their memories."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from engine.models.tokenizer import Tokenizer
from engine.models.transformer import Transformer
from train.curriculum.evaluate import Figures, Writer, measure, model_writer
from train.curriculum.example import Example


@dataclass(frozen=True)
class Reading:
    """Rates of one model; `without` holds the kinds that lean on memory, asked with no memory."""

    named: str
    having: tuple[Figures, ...]
    without: tuple[Figures, ...]


def reading(
    named: str,
    model: Transformer,
    tokenizer: Tokenizer,
    examples: Sequence[Example],
    per_kind: int,
    progress: Callable[[str], None] = lambda _: None,
) -> Reading:
    """Greedy answers of `model` to the first `per_kind` examples of each kind."""
    write = _counted(model_writer(model, tokenizer), named, progress)
    leaning = [
        replace(example, memories=[], history=[])
        for example in examples
        if example.task in ("documents", "facts", "notes")
        and (example.memories or example.history)
        and not example.expected[0].startswith("I do not have")
    ]
    return Reading(named, measure(write, examples, per_kind).figures, measure(write, leaning, per_kind).figures)


def _counted(write: Writer, named: str, progress: Callable[[str], None]) -> Writer:
    done = 0

    def counting(example: Example) -> str:
        nonlocal done
        done += 1
        progress(f"the {named} reads: {done} answers")
        return write(example)

    return counting
