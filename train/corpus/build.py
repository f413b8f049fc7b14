"""The corpus: every definition found, deduplicated, split by module, kept on disk because parsing takes a minute."""

from __future__ import annotations

import gzip
import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from hashlib import blake2b
from importlib import metadata
from pathlib import Path

from train.corpus.builtin import builtin_definitions
from train.corpus.definitions import Definition, definitions_in, parse
from train.corpus.sources import STANDARD_LIBRARY, SourceFile, find_files, read
from train.corpus.split import is_held_out

_VERSION = 7  # of what is written; a new number rebuilds caches


@dataclass(frozen=True)
class Corpus:
    """Definitions to learn from and definitions held out (whole modules), with the licences of their packages."""

    train: list[Definition]
    held_out: list[Definition]
    licences: dict[str, str]
    counts: dict[str, int] = field(default_factory=dict)

    def report(self) -> dict[str, object]:
        """Sizes: what was found, what was dropped, and characters of source a package."""
        characters: Counter[str] = Counter()
        for definition in self.train:
            characters[definition.package] += len(definition.source)
        return {
            **self.counts,
            "train_definitions": len(self.train),
            "train_documented": sum(bool(d.paragraph) for d in self.train),
            "held_out_definitions": len(self.held_out),
            "held_out_documented": sum(bool(d.paragraph) for d in self.held_out),
            "held_out_modules": len({d.module for d in self.held_out}),
            "packages": {
                name: {"licence": self.licences.get(name, ""), "characters": size}
                for name, size in characters.most_common()
            },
        }


def build_corpus(cache: Path | None = None, files: Iterable[SourceFile] | None = None) -> Corpus:
    """The corpus of this interpreter; read from the folder `cache` where an equal one was built before."""
    chosen = list(find_files() if files is None else files)
    place = cache / f"corpus-{_key(chosen)}.jsonl.gz" if cache else None
    if place and place.exists():
        return _load(place)
    corpus = _collect(chosen, with_builtins=files is None)
    if place:
        _save(place, corpus)
    return corpus


def _collect(files: list[SourceFile], with_builtins: bool) -> Corpus:
    counts: Counter[str] = Counter()
    found = _Collected(counts)
    for file in files:
        text = read(file)
        if text is None or parse(text) is None:
            counts["files_left_out"] += 1
            continue
        counts["files"] += 1
        counts["characters"] += len(text)
        for definition in definitions_in(text, file.module, file.package):
            found.add(definition)
    if with_builtins:
        for definition in builtin_definitions():
            found.add(definition)
    train, held_out = found.split()
    return Corpus(train, held_out, {file.package: file.licence for file in files}, dict(counts))


class _Collected:
    """Definitions without repetition: the same tree (docstrings aside) is kept once."""

    def __init__(self, counts: Counter[str]) -> None:
        self._counts = counts
        self._kept: dict[str, Definition] = {}

    def add(self, definition: Definition) -> None:
        if definition.fingerprint in self._kept:
            self._counts["duplicates"] += 1
        else:
            self._kept[definition.fingerprint] = definition

    def split(self) -> tuple[list[Definition], list[Definition]]:
        """(train, held out); held-out definitions whose docstring or name is also in train are dropped."""
        train = [d for d in self._kept.values() if not is_held_out(d.module)]
        seen = {_plain(d.paragraph) for d in train if d.paragraph} | {d.name for d in train}
        held_out = [d for d in self._kept.values() if is_held_out(d.module)]
        clean = [d for d in held_out if not (d.paragraph and _plain(d.paragraph) in seen) and d.name not in seen]
        self._counts["held_out_dropped_as_seen"] = len(held_out) - len(clean)
        return train, clean


def _plain(paragraph: str) -> str:
    return paragraph.lower().rstrip(".")


def _key(files: list[SourceFile]) -> str:
    found = metadata.packages_distributions()
    versions = [f"{_VERSION} {sys.version_info[:3]}"]
    for package in sorted({file.package for file in files} - {STANDARD_LIBRARY}):
        owners = found.get(package, [])[:1]
        versions += [f"{package}=={metadata.version(distribution)}" for distribution in owners]
    versions += [f"{file.module} {file.path.stat().st_size}" for file in files]
    return blake2b("\n".join(versions).encode(), digest_size=8).hexdigest()


def _save(place: Path, corpus: Corpus) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    partial = place.with_suffix(".partial")
    with gzip.open(partial, "wt", encoding="utf-8", compresslevel=3) as lines:
        lines.write(
            json.dumps({"licences": corpus.licences, "counts": corpus.counts, "train": len(corpus.train)}) + "\n"
        )
        for definition in (*corpus.train, *corpus.held_out):
            lines.write(json.dumps(asdict(definition)) + "\n")
    partial.replace(place)


def _load(place: Path) -> Corpus:
    with gzip.open(place, "rt", encoding="utf-8") as lines:
        head = json.loads(next(lines))
        definitions: Iterator[Definition] = (Definition(**json.loads(line)) for line in lines)
        everything = list(definitions)
    size = int(head["train"])
    return Corpus(everything[:size], everything[size:], head["licences"], head["counts"])
