"""Bringing a core into the home as a bundle of its own: pretrained by others, or one of ours in fewer bits.

The bundle has the core, its tokenizer and template if it has its own, and a file that says where it came from and what
coarser weights lost. Router, fast path, memory and procedures stay those of the bundle that ships.
"""

from __future__ import annotations

import json
import re
import shutil
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch

from engine.assets import asset
from engine.bundle import CORE_TOKENIZER, SOURCE, Bundle, bundles, known, write_index
from engine.chat_template import FILE as CHAT_FILE
from engine.chat_template import ChatTemplate, kept_chat
from engine.errors import SparkError
from engine.models.decoder import Decoder
from engine.models.pretrained import read_config, read_pretrained
from engine.models.pretrained_tokenizer import PretrainedTokenizer
from engine.models.quantized import quantized
from engine.models.tokenizer import TextTokenizer
from engine.models.transformer import Transformer
from engine.models.weights import save_model
from engine.observation.quality import Quality, compare
from engine.proving import HASHES, hashes
from engine.settings import Home

STORED = ("int8", "int4", "bfloat16")
_LEAST = 0.9
"""Of a vocabulary that must be somebody's tokens: some models pad theirs, but not by more."""
_STALE = 3600.0
"""Seconds after which an import that was killed is not one that still goes on."""
Progress = Callable[[str], None]


def import_pretrained(
    home: Home,
    source: Path,
    name: str,
    precision: str,
    origin: dict[str, str] | None = None,
    *,
    progress: Progress = lambda _: None,
) -> Quality | None:
    """Make a bundle of a safetensors folder. `origin` says where the folder came from, if not from this machine.

    Returns what the precision lost (None for bfloat16: nothing that was there).

    Raises:
        SparkError: the folder is no supported model, the name is taken, or the home cannot be written.
    """  # fmt: skip
    _check(home, name, precision)
    read_config(source)  # says at once what is not supported
    tokenizer = PretrainedTokenizer.load(source / "tokenizer.json")
    chat = kept_chat(source)
    ChatTemplate.of(chat, tokenizer).lay_out("hello", ["a note"])  # one that fails does so now
    model = read_pretrained(source, progress)
    tokens, known = tokenizer.vocab_size, model.config.vocab_size
    if not _LEAST * known <= tokens <= known:
        raise SparkError(
            f"The tokenizer in {source.name} has {tokens:,} tokens and the model {known:,}: fetch its own."
        )
    files = {
        CORE_TOKENIZER: (source / "tokenizer.json").read_text(encoding="utf-8"),
        CHAT_FILE: json.dumps(chat, indent=1),
    }
    return _store(home, name, model, tokenizer, precision, origin or {"folder": str(source.resolve())}, files, progress)


def import_bundle(
    home: Home, bundle: str, name: str, precision: str, *, progress: Progress = lambda _: None
) -> Quality | None:
    """Make a bundle of another bundle's core in fewer bits.

    Raises:
        SparkError: there is no such bundle, the name is taken, or the home cannot be written.
    """
    _check(home, name, precision)
    opened = Bundle.load(known(home, bundle))
    files = {}
    for kept in (CORE_TOKENIZER, CHAT_FILE):
        if (opened.folder / kept).exists():
            files[kept] = (opened.folder / kept).read_text(encoding="utf-8")
    tokenizer = opened.core_tokenizer() or opened.tokenizer
    return _store(home, name, opened.core(), tokenizer, precision, {"bundle": bundle}, files, progress)


def _check(home: Home, name: str, precision: str) -> None:
    if precision not in STORED:
        raise SparkError(f"There is no precision {precision!r}; choose one of {', '.join(STORED)}.")
    if not re.fullmatch(r"[\w][\w.-]{0,99}", name):
        raise SparkError(f"{name!r} cannot be a bundle's name: use letters, digits, dots, dashes and underscores.")
    if name in bundles(home):
        raise SparkError(f"There is a bundle {name!r} already; choose another name with --as.")


def _store(
    home: Home, name: str, model: Transformer, tokenizer: TextTokenizer, precision: str, origin: dict[str, str],
    files: dict[str, str], progress: Progress,
) -> Quality | None:  # fmt: skip
    home.create()
    target = home.bundles / name
    partial = home.bundles / f".{name}.partial"
    shutil.rmtree(partial, ignore_errors=True)
    _sweep(home)
    quality: Quality | None = None
    try:
        partial.mkdir(parents=True)
        if precision == "bfloat16":
            save_model(partial / "core.safetensors", model, torch.bfloat16, keep="bfloat16")
        else:
            progress(f"rounding the weights to {precision}")
            smaller = quantized(model, precision)
            save_model(partial / "core.safetensors", smaller)
            progress("measuring what that loses")
            text = asset("toy/functions.py").read_text(encoding="utf-8")
            quality = compare(Decoder(model), Decoder(smaller), tokenizer, text)
        for file, content in files.items():
            (partial / file).write_text(content, encoding="utf-8")
        told: dict[str, Any] = {"origin": origin, "precision": precision}
        write_index(partial, name, based=True)
        told[HASHES] = hashes(partial)
        if quality is not None:
            told["quality"] = asdict(quality)
        (partial / SOURCE).write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
        shutil.rmtree(target, ignore_errors=True)  # half of an earlier import: it has no index
        partial.replace(target)
    except OSError as error:
        raise SparkError(f"The bundle cannot be written to {target} ({error.strerror or error}).") from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return quality


def _sweep(home: Home) -> None:
    """Take away what imports that were killed have left."""
    for left in home.bundles.glob(".*.partial"):
        if time.time() - left.stat().st_mtime > _STALE:
            shutil.rmtree(left, ignore_errors=True)
