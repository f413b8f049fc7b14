"""Small functions that are no pipeline: what people write by the dozen, each with its relatives.

A frame (assets/curriculum/frames.json) is a function with holes; each of its variants fills them with words and code
that belong together. Arguments are renamed where another name serves as well.
"""

from __future__ import annotations

import json
import random
import re
from dataclasses import dataclass
from functools import cache

from engine.assets import asset
from train.curriculum.composing.function import SmallFunction

_OTHERS = {
    "numbers": ("values", "nums", "xs", "data"),
    "items": ("values", "lst", "xs", "elements"),
    "text": ("s", "string", "sentence"),
    "word": ("s", "text", "name"),
    "words": ("items", "strings", "tokens"),
    "n": ("number", "x", "num"),
    "mapping": ("d", "table", "counts"),
    "matrix": ("rows", "grid", "table"),
    "first": ("a", "left", "xs"),
    "second": ("b", "right", "ys"),
    "size": ("n", "length", "k"),
}


@dataclass(frozen=True)
class Frame:
    """`says`, `name` and `body` have holes `<like this>`; `arguments` are "name: annotation", comma between."""

    name: str
    arguments: str
    returns: str
    says: str
    body: str
    calls: str
    variants: tuple[dict[str, str], ...] = ({},)


@cache
def frames() -> tuple[Frame, ...]:
    """All of them."""
    rows = json.loads(asset("curriculum", "frames.json").read_text(encoding="utf-8"))
    return tuple(Frame(**{**row, "variants": tuple(row.get("variants", [{}]))}) for row in rows)


def frame(rng: random.Random) -> SmallFunction:
    """One at random, its holes filled by one of its variants."""
    return filled(rng.choice(frames()), rng)


def filled(chosen: Frame, rng: random.Random) -> SmallFunction:
    """A frame as a function."""
    holes = rng.choice(chosen.variants)
    renames = _renames(chosen, rng)

    def put(text: str, rename: bool = True) -> str:
        for hole, value in holes.items():
            text = text.replace(f"<{hole}>", value)
        for old, new in renames.items() if rename else ():
            text = re.sub(rf"(?<![\w.\"']){old}\b(?![\"'])", new, text)
        return text

    arguments = [one.partition(": ") for one in put(chosen.arguments).split(", ")]
    body = tuple(put(chosen.body).split("\n"))
    imports = [f"import {module}" for module in ("math", "re", "string") if any(f"{module}." in line for line in body)]
    imports += ["from collections import Counter"] if any("Counter(" in line for line in body) else []
    return SmallFunction(
        name=rng.choice(put(chosen.name, rename=False).split("|")),
        arguments=tuple((name, annotation) for name, _, annotation in arguments),
        returns=put(chosen.returns),
        says=put(chosen.says),
        body=body,
        calls=tuple(put(chosen.calls, rename=False).split(" | ")),
        key=" ".join([chosen.name, *holes.values()]),
        imports=tuple(imports),
    )


def _renames(chosen: Frame, rng: random.Random) -> dict[str, str]:
    names = [one.split(": ")[0] for one in chosen.arguments.split(", ")]
    taken = set(re.findall(r"\w+", f"{chosen.body} {chosen.says} {chosen.variants}"))
    renames: dict[str, str] = {}
    for name in names:
        others = [other for other in _OTHERS.get(name, ()) if other not in taken]
        if others and rng.random() < 0.5:
            renames[name] = rng.choice(others)
            taken.add(renames[name])
    return renames
