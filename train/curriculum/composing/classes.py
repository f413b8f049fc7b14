"""Small classes without end: a thing with some of its attributes, and methods that say what they do.

What is asked for and what is written are made from the same parts, so that copying a name into its places is what is
learned, and not this or that class.
"""

from __future__ import annotations

import random
import zlib
from dataclasses import dataclass

from train.corpus.words import words
from train.curriculum.wording import listed

_NUMBERS = frozenset(
    words(
        """
        pages year speed price age grade seats level score balance salary weight height width length size amount floor
        rooms port capacity calories minutes volume depth health strength stock quantity rating points distance
        """
    )
)
_THINGS = {
    "book": "title author pages year price",
    "car": "make model year color speed seats",
    "student": "name grade age school email",
    "teacher": "name subject school email",
    "employee": "name role salary email department",
    "movie": "title director year rating minutes",
    "song": "title artist minutes album",
    "product": "name price stock category",
    "house": "address rooms price color",
    "city": "name country size mayor",
    "dog": "name breed age owner weight",
    "cat": "name color age owner",
    "player": "name score level health team",
    "game": "title level score publisher",
    "phone": "brand model price color",
    "laptop": "brand model price size owner",
    "server": "name address port owner",
    "user": "name email age password",
    "customer": "name email address balance",
    "account": "owner balance bank",
    "task": "title owner deadline points",
    "note": "title text author date",
    "event": "name date place capacity",
    "ticket": "number price owner seat",
    "recipe": "name minutes calories author",
    "plant": "name height color age",
    "robot": "name model speed weight",
    "box": "width height depth color",
    "room": "name floor size seats",
    "message": "sender text date subject",
    "contact": "name phone email address",
    "country": "name capital size language",
    "hero": "name strength health weapon",
    "article": "title author date text",
    "bottle": "volume color brand",
    "rider": "name team points",
}
_KEPT = words("item task book song player student order note message event product ticket step word point guest file")


@dataclass(frozen=True)
class Method:
    """`asked`: as a wish names it, after "and" or "with"; `lines` of its source, without indentation."""

    asked: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class SmallClass:
    name: str
    noun: str
    fields: tuple[str, ...]
    kept: str
    """What it keeps a list of, in the singular; empty: nothing."""
    methods: tuple[Method, ...]

    @property
    def sentence(self) -> str:
        """Its docstring: "A book with a title and pages." """
        return f"{with_article(self.noun).capitalize()} with {self.having}."

    @property
    def having(self) -> str:
        """ "a title, an author and pages" """
        parts = [field if field in _NUMBERS and field.endswith("s") else with_article(field) for field in self.fields]
        return listed([*parts, f"a list of {self.kept}s"] if self.kept else parts)

    @property
    def held_out(self) -> bool:
        """One combination of thing and attributes in twelve is kept for measuring."""
        return zlib.crc32(f"{self.noun} {' '.join(sorted(self.fields))}".encode()) % 12 == 0

    def source(self) -> str:
        """With an `__init__` that takes the attributes."""
        takes = ", ".join(("self", *self.fields))
        lines = [f"class {self.name}:", f'    """{self.sentence}"""', "", f"    def __init__({takes}):"]
        lines += [f"        self.{field} = {field}" for field in self.fields]
        if self.kept:
            lines.append(f"        self.{self.kept}s = []")
        return "\n".join(lines + self._methods())

    def dataclass_source(self) -> str:
        lines = ["from dataclasses import dataclass", "", "", "@dataclass", f"class {self.name}:"]
        lines.append(f'    """{self.sentence}"""')
        lines += ["", *(f"    {field}: {'float' if field in _NUMBERS else 'str'}" for field in self.fields)]
        return "\n".join(lines + self._methods())

    def _methods(self) -> list[str]:
        return [line for method in self.methods for line in ("", *(f"    {line}" for line in method.lines))]


def small_class(rng: random.Random) -> SmallClass:
    """Any thing with one to four of its attributes, sometimes a list, and up to two methods."""
    noun = rng.choice(tuple(_THINGS))
    known = words(_THINGS[noun])
    fields = tuple(rng.sample(known, min(len(known), rng.choice((1, 2, 2, 3, 3, 4)))))
    kept = rng.choice(_KEPT) if rng.random() < 0.3 else ""
    if kept == noun:
        kept = ""
    possible = _possible(noun.capitalize(), fields, kept)
    methods = tuple(rng.sample(possible, min(len(possible), rng.choice((0, 0, 1, 1, 2)))))
    return SmallClass(noun.capitalize(), noun, fields, kept, methods)


def _possible(name: str, fields: tuple[str, ...], kept: str) -> list[Method]:
    first = fields[0]
    shown = ", ".join(f"{{self.{field}!r}}" for field in fields)
    found = [
        Method("a __repr__", ("def __repr__(self):", f'    return f"{name}({shown})"')),
        Method("a __str__", ("def __str__(self):", f"    return str(self.{first})")),
        Method(
            f"a method describe that returns its {listed(fields)} as text",
            ("def describe(self):", f'    return f"{", ".join(f"{{self.{field}}}" for field in fields)}"'),
        ),
        Method(f"a method to change the {first}", (f"def set_{first}(self, {first}):", f"    self.{first} = {first}")),
    ]
    for field in fields:
        if field in _NUMBERS:
            found += [
                Method(
                    f"a method to increase the {field} by an amount",
                    (f"def increase_{field}(self, amount):", f"    self.{field} += amount"),
                ),
                Method(
                    f"a method that compares its {field} with another's",
                    (f"def has_more_{field}(self, other):", f"    return self.{field} > other.{field}"),
                ),
            ]
    if kept:
        found += [
            Method(
                f"a method to add {with_article(kept)}",
                (f"def add_{kept}(self, {kept}):", f"    self.{kept}s.append({kept})"),
            ),
            Method(
                f"a method to remove {with_article(kept)}",
                (f"def remove_{kept}(self, {kept}):", f"    self.{kept}s.remove({kept})"),
            ),
            Method(f"a __len__ that counts the {kept}s", ("def __len__(self):", f"    return len(self.{kept}s)")),
        ]
    return found


def with_article(noun: str) -> str:
    """ "a book", "an account" """
    return f"{'an' if noun[0] in 'aeiou' and noun != 'user' else 'a'} {noun}"
