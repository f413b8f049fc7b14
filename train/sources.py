"""What `--data` names, as packed rows: toy, functions, text files and folders, or rows packed before."""

from __future__ import annotations

import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.assets import asset
from engine.errors import SparkError
from engine.models.tokenizer import BytePairTokenizer, Tokenizer
from train.data import PackedRows, pack

NAMED = ("toy", "functions")
_HELD_OUT_EVERY = 20
"""Of text files, every twentieth document is held out (or the last twentieth of a single one)."""


@dataclass(frozen=True, slots=True)
class Data:
    """Everything a run reads. `tokenizer` is None when only packed rows are given and none was found."""

    sources: list[tuple[PackedRows, float]]
    heldout: list[PackedRows]
    tokenizer: Tokenizer | None
    vocab_size: int

    @property
    def context(self) -> int:
        return self.sources[0][0].context


def load_sources(
    names: Sequence[str],
    heldout: Sequence[str] | None,
    context: int | None,
    tokenizer_path: Path | None,
    kept_tokenizer: Path,
    seed: int,
) -> Data:
    """Load every source; `kept_tokenizer` is the run's own copy, made on the first start and used from then on.

    Raises:
        SparkError: a path is missing, unreadable or holds nothing to learn.
    """
    parsed = [parse_source(name) for name in names]
    tokenizer = _tokenizer(tokenizer_path, kept_tokenizer, [Path(name) for name, _ in parsed])
    context = context or _packed_context(parsed) or 1024
    sources: list[tuple[PackedRows, float]] = []
    held: list[PackedRows] = []
    for name, weight in parsed:
        rows, kept = _load(name, context, tokenizer, seed)
        sources.append((rows, weight))
        if kept is not None and heldout is None:
            held.append(kept)
    for name in heldout or ():
        plain, _ = parse_source(name)
        if plain in NAMED:
            raise SparkError(f"{plain} holds out its own part; give --heldout files.")
        held.append(_load(plain, context, tokenizer, seed, whole=True)[0])
    return Data(sources, held, tokenizer, tokenizer.vocab_size)


def parse_source(text: str) -> tuple[str, float]:
    """("code.safetensors", 0.5) of "code.safetensors:0.5"; the weight is 1 where none is given."""
    if not text.strip():  # as a path it would be this very folder
        raise SparkError("--data and --heldout need a name: toy, functions, a file or a folder.")
    found = re.fullmatch(r"(.+):(\d+(?:\.\d+)?)", text)
    return (found[1], float(found[2])) if found else (text, 1.0)


def _tokenizer(given: Path | None, kept: Path, data: Sequence[Path]) -> Tokenizer:
    beside = [path.parent / "tokenizer.json" for path in data if path.suffix == ".safetensors"]
    for path in (kept, given, *beside):
        if path is not None and (path == given or path.exists()):
            break
    else:
        path = asset("bundle", "tokenizer.json")
    tokenizer = BytePairTokenizer.load(path)
    if path != kept:
        try:  # whole or not at all: a run that is started again reads it
            shutil.copyfile(path, partial := kept.with_suffix(".partial"))
            partial.replace(kept)
        except OSError as error:
            raise SparkError(f"{kept} cannot be written ({error.strerror or error}).") from error
    return tokenizer


def _packed_context(parsed: Sequence[tuple[str, float]]) -> int | None:
    """The context of the first source that is already packed."""
    for name, _ in parsed:
        if name.endswith(".safetensors"):
            return PackedRows.load(Path(name)).context
    return None


def _load(
    name: str, context: int, tokenizer: Tokenizer, seed: int, whole: bool = False
) -> tuple[PackedRows, PackedRows | None]:
    """(rows to learn from, rows held out)."""
    if name in NAMED:
        from train.corpus.prepare import prepare

        rows, held = prepare(name, tokenizer, context, seed)
        return rows, held
    path = Path(name)
    if path.suffix == ".safetensors":
        packed = PackedRows.load(path)
        if packed.context != context:
            raise SparkError(f"{path} is packed for a context of {packed.context}, not {context}.")
        return packed, None
    documents = [tokenizer.encode(text) for text in _read_texts(path)]
    framed = [[tokenizer.bos, *ids] for ids in documents if ids]
    if whole:
        return pack(path.name, framed, context), None
    if len(framed) == 1:
        cut = max(len(framed[0]) - len(framed[0]) // _HELD_OUT_EVERY, 1)
        framed = [framed[0][:cut], framed[0][cut:]]
        learn, held_out = framed[:1], framed[1:]
    else:
        learn = [d for i, d in enumerate(framed) if (i + 1) % _HELD_OUT_EVERY]
        held_out = framed[_HELD_OUT_EVERY - 1 :: _HELD_OUT_EVERY]
    rows = pack(path.name, learn, context)
    enough = sum(len(d) for d in held_out) > context
    return rows, pack(f"{path.name} (held out)", held_out, context) if enough else None


def _read_texts(path: Path) -> list[str]:
    """The text of a file, or of every .py, .md, .txt and .rst file under a folder.

    Raises:
        SparkError: missing, unreadable or empty.
    """
    if not path.exists():
        raise SparkError(f"There is no training data at {path}.")
    endings = {".py", ".md", ".txt", ".rst"}
    files = sorted(p for p in path.rglob("*") if p.suffix in endings and p.is_file()) if path.is_dir() else [path]
    texts = []
    for file in files:
        try:
            texts.append(file.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError) as error:
            if not path.is_dir():
                raise SparkError(f"{file} cannot be read as text ({error}).") from error
    texts = [text for text in texts if text.strip()]
    if not texts:
        raise SparkError(f"{path} holds no text to learn from.")
    return texts
