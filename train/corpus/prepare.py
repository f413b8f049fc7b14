"""The data sets that `--data` names: `toy` (a hundred hand-written functions), `functions` (all installed)."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator, Sequence
from pathlib import Path

from engine.assets import asset
from engine.errors import SparkError
from engine.models.tokenizer import Tokenizer
from train.corpus.build import build_corpus
from train.corpus.code import module_texts
from train.corpus.definitions import Definition, definitions_in
from train.corpus.packing import pack_stream
from train.corpus.split import fixed_hash
from train.data import PackedRows

_TOY_HELD_OUT = 8
_TOY_ROUNDS = 8  # each round in another order, so that the end of one function does not foretell the next
_FUNCTIONS_TOKENS = 20_000_000
_HELD_OUT_TOKENS = 300_000


def prepare(name: str, tokenizer: Tokenizer, context: int, seed: int = 0) -> tuple[PackedRows, PackedRows]:
    """(rows to learn from, rows held out) of "toy" or "functions".

    Raises:
        SparkError: no such data set.
    """
    if name == "toy":
        return _toy(tokenizer, context, seed)
    if name == "functions":
        corpus = build_corpus(default_cache())
        rows = pack_stream(name, module_texts(corpus.train, seed), tokenizer, context, _FUNCTIONS_TOKENS)
        held_out = module_texts(corpus.held_out, seed)
        return rows, pack_stream(f"{name} (held out)", held_out, tokenizer, context, _HELD_OUT_TOKENS, pad_last=True)
    raise SparkError(f"There is no data set called {name}; choose toy or functions, or give files.")


def default_cache() -> Path | None:
    """Where the parsed corpus is kept between runs; None where nothing can be written there."""
    folder = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "spark" / "corpus"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return None
    return folder if os.access(folder, os.W_OK) else None


def toy_definitions() -> list[Definition]:
    """The hundred functions of assets/toy, in the order of the file."""
    text = asset("toy", "functions.py").read_text(encoding="utf-8")
    return [d for d in definitions_in(text, "toy", "toy") if d.kind == "function"]


def _toy(tokenizer: Tokenizer, context: int, seed: int) -> tuple[PackedRows, PackedRows]:
    functions = sorted(toy_definitions(), key=lambda d: fixed_hash(d.name))
    held_out, learn = functions[:_TOY_HELD_OUT], functions[_TOY_HELD_OUT:]
    sources = [definition.source + "\n" for definition in held_out]
    rows = pack_stream("toy", _rounds(learn, seed), tokenizer, context, 1 << 30, pad_last=True)
    return rows, pack_stream("toy (held out)", sources, tokenizer, context, 1 << 30, pad_last=True)


def _rounds(definitions: Sequence[Definition], seed: int) -> Iterator[str]:
    rng = random.Random(f"{seed}/toy")
    order = list(definitions)
    for _ in range(_TOY_ROUNDS):
        rng.shuffle(order)
        for definition in order:
            yield definition.source + "\n"
