"""Plain code to read: the definitions of a module, one after another, as one text."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

from train.corpus.definitions import Definition
from train.corpus.sources import STANDARD_LIBRARY

_LONGEST = 2_500  # characters of one definition: a small model learns nothing from longer ones


def module_texts(definitions: Sequence[Definition], seed: int) -> Iterator[str]:
    """One text a module, the library and other modules shuffled together, the library not later than the rest.

    Methods stand alone only where their class is too long to be kept whole.
    """
    modules: dict[str, list[Definition]] = {}
    for definition in definitions:
        if definition.source and len(definition.source) <= _LONGEST:
            modules.setdefault(definition.module, []).append(definition)
    rng = random.Random(f"{seed}/code")
    library = sorted(module for module, found in modules.items() if found[0].package == STANDARD_LIBRARY)
    others = sorted(set(modules) - set(library))
    rng.shuffle(library)
    rng.shuffle(others)
    while library or others:
        if library and (not others or rng.random() < 0.4):
            yield _text(modules[library.pop()])
        else:
            yield _text(modules[others.pop()])


def _text(definitions: list[Definition]) -> str:
    whole = {d.short_name for d in definitions if d.kind == "class"}
    shown = [
        d.source for d in definitions if d.kind not in {"method", "property"} or d.short_name.split(".")[0] not in whole
    ]
    return "\n\n\n".join(shown) + "\n"
