"""The held-out material of a study: read from files, or made from what is installed on this machine."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from engine.memory.embedder import Embedder
from engine.models.tokenizer import Tokenizer
from train.corpus.build import build_corpus
from train.corpus.code import module_texts
from train.corpus.prepare import default_cache
from train.curriculum.build import TASKS, held_out_examples, materials
from train.curriculum.completion import readable_functions
from train.curriculum.evaluate import read_examples
from train.curriculum.example import Example
from train.curriculum.marking import Marker, with_near
from train.measures.mind import Materials

_COUNTED = 2_000_000
"""Characters of training text that the 5-gram model counts."""


def held_out(
    tokenizer: Tokenizer,
    examples: Path | None,
    texts: Mapping[str, list[str]],
    per_task: int,
    cache: Path | None = None,
) -> Materials:
    """Examples from a file, else made from the held-out modules here; those modules and `texts` to compress.

    Raises:
        SparkError: a file cannot be read.
    """
    corpus = build_corpus(cache or default_cache())
    named = {"held-out modules": list(module_texts(corpus.held_out, 0)), **texts}
    counted: list[str] = []
    size = 0
    for text in module_texts(corpus.train, 0):
        counted.append(text)
        size += len(text)
        if size > _COUNTED:
            break
    functions = readable_functions([*corpus.train, *corpus.held_out])
    if examples is not None:
        return Materials(read_examples(examples), named, counted, functions)
    embedder = Embedder.load(half=True)
    unseen, marker = with_near(materials(corpus)[1], embedder), Marker(embedder)
    made: list[Example] = []
    for task in TASKS:
        made += [example for example, _ in held_out_examples(task, unseen, marker, tokenizer, 1024, 0, per_task)]
    return Materials(made, named, counted, functions)
