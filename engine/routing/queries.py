"""The labelled queries that ship with Spark, and their one split into train, calibration and test.

`assets/queries/labelled.jsonl` has lines {"text", "category"}, `outside.jsonl` lines {"text"}: written by hand for this
project, as people type. Lines that say nearly the same share a "group", and a group is never split.
`lessons.jsonl` has further lines of either kind, written later and apart: they teach, and never judge; `held.jsonl` has
lines written after those, which judge beside the test part, and never teach.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.assets import asset
from engine.errors import SparkError
from engine.procedures.pattern import normalise
from engine.routing.categories import Category

OUTSIDE = "outside"
SEED = 20
"""Chosen once, before anything was measured, and never again."""
SHARES = (0.6, 0.2, 0.2)


@dataclass(frozen=True, slots=True)
class Query:
    text: str
    label: str
    """A category, or "outside"."""
    group: str = ""


@dataclass(frozen=True, slots=True)
class Split:
    train: tuple[Query, ...]
    calibration: tuple[Query, ...]
    test: tuple[Query, ...]


def load_queries(folder: Path | None = None) -> list[Query]:
    """All labelled queries, then those outside.

    Raises:
        SparkError: a file is missing, or a line in it is not what it should be.
    """
    folder = folder or asset("queries")
    return [*_read(folder / "labelled.jsonl", None), *_read(folder / "outside.jsonl", OUTSIDE)]


def load_lessons(folder: Path | None = None) -> list[Query]:
    """Queries that only teach: no part of the split has them, and none may ever be moved into one.

    Raises:
        SparkError: the file is missing, or a line in it is not what it should be.
    """
    return _read((folder or asset("queries")) / "lessons.jsonl", None)


def load_held(folder: Path | None = None) -> list[Query]:
    """Queries that only judge, written after all that teaches.

    Raises:
        SparkError: the file is missing, or a line in it is not what it should be.
    """
    return _read((folder or asset("queries")) / "held.jsonl", None)


def judging() -> list[Query]:
    """Every shipped query that nothing learns from: the test part, and those that only judge."""
    return [*split(load_queries()).test, *load_held()]


def split(queries: Iterable[Query], seed: int = SEED) -> Split:
    """Three parts with every label in the same shares; the same for the same queries in any order.

    Within a label, groups are ordered by a hash of the seed and their first text, and dealt out by `SHARES`.
    """
    parts: tuple[list[Query], list[Query], list[Query]] = ([], [], [])
    by_group: dict[str, list[Query]] = {}
    for query in queries:
        by_group.setdefault(query.group or normalise(query.text), []).append(query)
    by_label: dict[str, list[list[Query]]] = {}
    for group in by_group.values():
        group.sort(key=lambda query: query.text)
        by_label.setdefault(group[0].label, []).append(group)
    for label in sorted(by_label):
        groups = sorted(by_label[label], key=lambda group: _order(seed, group[0].text))
        total, dealt = sum(map(len, groups)), 0
        for group in groups:
            reached = dealt / total
            part = 0 if reached < SHARES[0] else 1 if reached < SHARES[0] + SHARES[1] else 2
            parts[part].extend(group)
            dealt += len(group)
    return Split(*(tuple(sorted(part, key=lambda query: _order(seed, query.text))) for part in parts))


def labels(queries: Sequence[Query], classes: Sequence[str]) -> list[int]:
    """The place of each query's label in `classes`."""
    return [classes.index(query.label) for query in queries]


def _order(seed: int, text: str) -> str:
    return hashlib.sha256(f"{seed}\n{text}".encode()).hexdigest()


def _read(path: Path, label: str | None) -> list[Query]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
        found = []
        for line in lines:
            row = json.loads(line)
            said = label or row["category"]
            found.append(Query(row["text"], said if said == OUTSIDE else Category(said).value, row.get("group", "")))
        return found
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise SparkError(f"The labelled queries in {path} cannot be read ({error}); install Spark again.") from error
