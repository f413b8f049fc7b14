"""Small functions put together by program: what is learned by heart must end where combinations begin.

The other completions teach a few hundred functions by name. Here one description out of tens of thousands becomes code
that says the same part by part, so that writing is composing and not remembering. A twelfth of all combinations is
never shown (`SmallFunction.held_out`). Often functions like the wanted one stand in memory, to be read and bent.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import islice

from engine.routing.categories import Category
from train.curriculum.code_wishes import BEGINNING, FINISH, NAMED_WISH, WISH
from train.curriculum.composing.function import SmallFunction
from train.curriculum.composing.functions import small_functions
from train.curriculum.example import Example, Material
from train.curriculum.phrasing import ask
from train.curriculum.similar import Similar
from train.curriculum.wording import verb_phrase

TASK = "composing"
_POOL = 4_000
"""Functions to be found in memory."""


def examples(material: Material, rng: random.Random) -> Iterator[Example]:
    """Endless."""
    pool = list(islice(small_functions(random.Random("pool")), _POOL))
    alike = Similar(pool, lambda function: f"{function.name} {function.sentence}")
    for wanted in small_functions(rng, material.held_out):
        yield _example(wanted, _memories(wanted, alike, material, rng), rng)


def _example(wanted: SmallFunction, memories: list[str], rng: random.Random) -> Example:
    annotated = rng.random() < 0.25
    source, header = wanted.source(annotated), wanted.header(annotated)
    form = rng.random()
    if form < 0.3:
        call = header.removeprefix("def ").split(" ->")[0].rstrip(":")
        named = rng.random() < 0.5
        text = ask(
            NAMED_WISH if named else WISH, rng,
            call=call, name=wanted.name, phrase=verb_phrase(wanted.sentence), order=wanted.says,
        )  # fmt: skip
        kind = "wish"
    elif form < 0.42:
        bare = header if rng.random() < 0.7 else header.rstrip(":")
        text = ask(BEGINNING, rng, noise=0.3, signature=bare, call=header.removeprefix("def ").rstrip(":"))
        kind = "signature"
    else:
        if rng.random() < 0.3:
            shown = [one for one in wanted.run() if sum(map(len, one)) < 80]
            source = wanted.source(annotated, rng.sample(shown, min(len(shown), rng.choice((1, 1, 2)))))
        lines = source.splitlines()
        end = len(lines) - len(wanted.body)
        kept = end if len(wanted.body) == 1 or rng.random() < 0.7 else rng.randint(end, len(lines) - 1)
        text = ask(FINISH, rng, noise=0.4, code="\n".join(lines[:kept]) + rng.choice(("", "", "\n", "\n    ")))
        kind = "docstring" if kept == end else "half"
    whole = "\n".join([*wanted.imports, "", "", source]) if wanted.imports else source
    answer = f"```python\n{whole}\n```"
    return Example(memories, [], text, answer, Category.COMPLETION, TASK, [wanted.body[-1]], f"composed:{kind}")


def _memories(
    wanted: SmallFunction, alike: Similar[SmallFunction], material: Material, rng: random.Random
) -> list[str]:
    """Nothing, a document, functions like it, or any; never one that does the same."""
    form = rng.random()
    if form < 0.45:
        return []
    if form < 0.5:
        return [material.any_document(rng).document] if material.documented else []
    if form < 0.88:
        near = alike.nearest_to(f"{wanted.name} {wanted.sentence}", 8)
        near = [other for other in near if other.key != wanted.key]
        found = near[: rng.choice((1, 2, 2))]
    else:
        found = rng.sample(alike.things, 2)
    return [other.source(rng.random() < 0.25) for other in found if other.key != wanted.key]
