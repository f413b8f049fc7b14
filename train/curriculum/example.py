"""One thing to learn: what is in the context, what a person types, what Spark should say."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property

from engine.routing.categories import Category
from train.corpus.definitions import Definition
from train.corpus.seeds import Seed


@dataclass(frozen=True)
class Example:
    """Loss falls on `answer` only. `category` is None for talk and for what is none of Spark's business.

    `expected` is what must be found in an answer for it to count as right (several: all of them).
    """

    memories: list[str]
    history: list[tuple[str, str]]
    text: str
    answer: str
    category: Category | None
    task: str
    expected: list[str] = field(default_factory=list)
    kind: str = ""

    def to_json(self) -> dict[str, object]:
        """A plain dictionary for a line of JSON."""
        return asdict(self)


@dataclass(frozen=True)
class Material:
    """What the tasks draw from; one for training, one for measuring (`held_out`), nothing in common."""

    definitions: list[Definition]
    toy: list[Definition]
    seeds: list[Seed]
    held_out: bool = False
    near: Mapping[str, Sequence[Definition]] = field(default_factory=dict)
    """Documents of other names that the embedder finds most alike, by name: what recall would offer beside the right
    one."""

    @cached_property
    def documented(self) -> list[Definition]:
        """Definitions fit for questions: public, a short plain paragraph, a signature that fits a line."""
        return [d for d in self.definitions if is_askable(d)]

    @cached_property
    def library(self) -> list[Definition]:
        """The part of `documented` that people ask about most: the interpreter's own library."""
        return [d for d in self.documented if d.package == "python standard library"]

    @cached_property
    def by_module(self) -> dict[str, list[Definition]]:
        """Askable definitions of each module: near-by distractors."""
        modules: dict[str, list[Definition]] = {}
        for definition in self.documented:
            modules.setdefault(definition.module, []).append(definition)
        return modules

    def any_document(self, rng: random.Random) -> Definition:
        """One askable definition; a third of the time from the library."""
        pool = self.library if self.library and rng.random() < 0.35 else self.documented
        return rng.choice(pool)

    def neighbour(self, of: Definition, rng: random.Random) -> Definition:
        """A distractor: alike, from the same module, or any; never with the same last name."""
        pool, near = self.by_module.get(of.module, []), self.near.get(of.name, ())
        for _ in range(8):
            if near and rng.random() < 0.5:
                other = rng.choice(near)
            else:
                other = rng.choice(pool) if len(pool) > 3 and rng.random() < 0.6 else rng.choice(self.documented)
            if last_name(other) != last_name(of) and other.paragraph != of.paragraph:
                return other
        return next(d for d in self.documented if last_name(d) != last_name(of))


def last_name(definition: Definition) -> str:
    """`join` of `os.path.join`."""
    return definition.name.rsplit(".", 1)[-1]


def is_askable(definition: Definition) -> bool:
    """Whether a definition is fit for questions: public, plain, short."""
    parts = definition.name.split(".")
    paragraph = definition.paragraph
    return (
        12 <= len(paragraph) <= 420
        and len(definition.document) <= 520
        and len(definition.name) <= 70
        and len(definition.signature) <= 130
        and not any(part.startswith("_") for part in parts)
        and paragraph.isascii()
        and paragraph[0].isalpha()
        and paragraph.count("`") % 2 == 0
        and not any(
            mark in paragraph
            for mark in (">>>", "---", "===", "***", "::", " * ", "TODO", "@", "\\", "{", "=>", "->", " - ", "|")
        )
    )
