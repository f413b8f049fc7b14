"""Small talk, what Spark is, everyday how-tos and refusals: hand-written answers, asked in many ways."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import replace

from engine.context import turn_as_memory
from engine.routing.categories import Category
from train.corpus.seeds import Seed
from train.corpus.split import fixed_hash
from train.curriculum.example import Example, Material
from train.curriculum.outside import outside
from train.curriculum.phrasing import rough
from train.curriculum.similar import Similar

TASK = "dialogue"
_OF_THE_WORLD = 0.15
"""Questions about the world made by program, beside a seed each."""
_CATEGORIES = {category.value: category for category in Category}


def split_seeds(seeds: list[Seed]) -> tuple[list[Seed], list[Seed]]:
    """(train, held out): of about one seed in six, the last phrasing is kept for measuring; every answer is trained."""
    train: list[Seed] = []
    held_out: list[Seed] = []
    for seed in seeds:
        if len(seed.prompts) >= 4 and fixed_hash(seed.prompts[-1]) % 6 == 0:
            train.append(replace(seed, prompts=seed.prompts[:-1]))
            held_out.append(replace(seed, prompts=seed.prompts[-1:]))
        else:
            train.append(seed)
    return train, held_out


def examples(material: Material, rng: random.Random) -> Iterator[Example]:
    """Endless rounds through all seeds in shuffled order; a third with memories.

    Talk and refusals stand beside memories that do not matter. A how-to is answered from the weights only where no
    memory says otherwise: what other memories are worth then is `notes`' matter. A function may lean on one like it.
    """
    seeds = list(material.seeds)
    functions = Similar([seed for seed in seeds if seed.category == "completion"], lambda seed: seed.answer)
    while seeds:
        rng.shuffle(seeds)
        for seed in seeds:
            if seed.is_note and rng.random() < 0.5:  # these are asked among the notes as well
                continue
            if rng.random() < _OF_THE_WORLD:
                yield outside(material, rng)
            prompt = rng.choice(seed.prompts)
            text = prompt if material.held_out or rng.random() < 0.35 else rough(prompt, rng)
            memories: list[str] = []
            if rng.random() < 0.4:
                memories = (
                    _functions(seed, functions, rng) if seed in functions.things else _memories(seed, material, rng)
                )
            yield Example(
                memories,
                _history(seed, material, rng),
                text,
                seed.answer,
                _CATEGORIES.get(seed.category),
                TASK,
                [seed.answer],
                seed.category,
            )


def _functions(seed: Seed, functions: Similar[Seed], rng: random.Random) -> list[str]:
    """One or two functions like the one that is wanted, as memory holds them."""
    near = [other for other in functions.nearest(seed, 5) if other.answer != seed.answer]
    chosen = rng.sample(near, min(len(near), rng.choice((1, 2))))
    return [re.sub(r"```python\n|```", "", other.answer).strip() for other in chosen]


def _memories(seed: Seed, material: Material, rng: random.Random) -> list[str]:
    memories: list[str] = []
    if seed.is_note or rng.random() < 0.3:
        memories.append(turn_as_memory(rng.choice(seed.prompts), seed.answer))  # asked before
    while len(memories) < 2 and rng.random() < 0.7:
        other = rng.choice(material.seeds)
        if rng.random() < 0.5 and material.documented:
            memories.append(material.any_document(rng).document)
        elif other.answer != seed.answer:
            memories.append(turn_as_memory(rng.choice(other.prompts), other.answer))
    rng.shuffle(memories)
    return memories


def _history(seed: Seed, material: Material, rng: random.Random) -> list[tuple[str, str]]:
    if rng.random() < 0.75:
        return []
    others = rng.sample(material.seeds, min(len(material.seeds), rng.choice((1, 1, 2, 3))))
    return [(rng.choice(other.prompts), other.answer) for other in others if other.answer != seed.answer]
