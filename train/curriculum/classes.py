"""A class described in words becomes a class: composed ones, and the hand-written ones read from memory."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import replace

from engine.routing.categories import Category
from train.corpus.seeds import Seed
from train.curriculum.code_wishes import FINISH
from train.curriculum.composing.classes import SmallClass, small_class, with_article
from train.curriculum.example import Example, Material
from train.curriculum.phrasing import ask
from train.curriculum.wording import listed

TASK = "classes"
_WISH = (
    "write a class {name} with {having}",
    "write a class for {noun} with {having}",
    "Write a class called {name} that has {having}.",
    "make a {name} class with {having}",
    "class for {noun} with {having}",
    "create a class {name} with {having}",
    "define a {name} class with {having}",
    "i need a class {name} with {having}",
    "python class {name}: {having}",
    "can you write a {name} class with {having}?",
    "a class {name} that has {having}",
)
_DATACLASS = (
    "write a dataclass {name} with {having}",
    "dataclass for {noun} with {having}",
    "make a dataclass {name}: {having}",
    "Define a dataclass called {name} that has {having}.",
)
_READ = (
    "write a class for {noun}",
    "class for {noun}",
    "make a class for {noun}",
    "i need a class for {noun}",
    "Write a class that is {noun}.",
    "python class for {noun}",
    "how do i write a class for {noun}",
)
"""A wish for a class that stands in memory."""


def examples(material: Material, rng: random.Random) -> Iterator[Example]:
    """Endless."""
    written = [seed for seed in material.seeds if seed.category == Category.COMPLETION]
    known = [seed for seed in written if re.search(r"^class ", seed.answer, re.MULTILINE)]
    while True:
        if known and rng.random() < 0.25:
            yield _read(rng.choice(known), rng)
            continue
        wanted = small_class(rng)
        if wanted.held_out == material.held_out:
            yield _composed(wanted, known, rng)


def _composed(wanted: SmallClass, known: list[Seed], rng: random.Random) -> Example:
    form = rng.random()
    if form >= 0.75:
        wanted = replace(wanted, methods=())  # a beginning does not say which there shall be
    source = wanted.dataclass_source() if form < 0.2 and not wanted.kept else wanted.source()
    if form < 0.2 and not wanted.kept:
        text, kind = _wish(_DATACLASS, wanted, rng), "dataclass"
    elif form < 0.75:
        text, kind = _wish(_WISH, wanted, rng), "wish"
    else:
        lines = source.splitlines()
        begun = "\n".join(lines[: rng.choice((2, 4, 4 + len(wanted.fields)))])
        text, kind = ask(FINISH, rng, noise=0.4, code=begun), "begun"
    memories = []
    if rng.random() < 0.4:
        memories = [_other(wanted, known, rng) for _ in range(rng.choice((1, 1, 2)))]
    return _example(memories, text, source, kind)


def _wish(templates: tuple[str, ...], wanted: SmallClass, rng: random.Random) -> str:
    having = (
        wanted.having if rng.random() < 0.6 else listed([*wanted.fields, *([f"{wanted.kept}s"] * bool(wanted.kept))])
    )
    asked = [method.asked for method in wanted.methods]
    noun = wanted.sentence.split(" with ")[0].lower()
    return ask(templates, rng, noise=0.5, name=wanted.name, noun=noun, having=listed([having, *asked]))


def _other(wanted: SmallClass, known: list[Seed], rng: random.Random) -> str:
    """Another class that was found in memory, to be read and bent."""
    if known and rng.random() < 0.4:
        return _source(rng.choice(known))
    other = small_class(rng)
    while other.noun == wanted.noun:
        other = small_class(rng)
    return other.source()


def _read(seed: Seed, rng: random.Random) -> Example:
    source = _source(seed)
    name = re.findall(r"^class (\w+)", source, re.MULTILINE)[0]
    noun = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).lower()
    text = rng.choice(seed.prompts) if rng.random() < 0.4 else ask(_READ, rng, noise=0.5, noun=with_article(noun))
    memories = [source]
    if rng.random() < 0.5:
        memories.insert(rng.randint(0, 1), small_class(rng).source())
    return _example(memories, text, source, "read")


def _source(seed: Seed) -> str:
    return re.sub(r"```python\n|```", "", seed.answer).strip()


def _example(memories: list[str], text: str, source: str, kind: str) -> Example:
    return Example(memories, [], text, f"```python\n{source}\n```", Category.COMPLETION, TASK, [source], kind)
