"""Small talk, what Spark is, everyday how-tos and refusals: hand-written answers, asked in many ways."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator

from engine.assets import asset
from engine.context import turn_as_memory
from engine.routing.categories import Category
from train.corpus.split import fixed_hash
from train.curriculum.example import Example, Material, Seed
from train.curriculum.phrasing import rough

TASK = "dialogue"
_CATEGORIES = {category.value: category for category in Category}


def load_seeds() -> list[Seed]:
    """Every hand-written line of assets/curriculum/*.jsonl."""
    seeds: list[Seed] = []
    for path in sorted(asset("curriculum").glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.strip():
                row = json.loads(line)
                seeds.append(Seed(str(row["category"]), [str(p) for p in row["prompts"]], str(row["answer"])))
    return seeds


def split_seeds(seeds: list[Seed]) -> tuple[list[Seed], list[Seed]]:
    """(train, held out): of about one seed in six, the last phrasing is kept for measuring; every answer is trained."""
    train: list[Seed] = []
    held_out: list[Seed] = []
    for seed in seeds:
        if len(seed.prompts) >= 4 and fixed_hash(seed.prompts[-1]) % 6 == 0:
            train.append(Seed(seed.category, seed.prompts[:-1], seed.answer))
            held_out.append(Seed(seed.category, seed.prompts[-1:], seed.answer))
        else:
            train.append(seed)
    return train, held_out


def examples(material: Material, rng: random.Random) -> Iterator[Example]:
    """Endless rounds through all seeds in shuffled order; a third with memories that do not matter."""
    seeds = list(material.seeds)
    while seeds:
        rng.shuffle(seeds)
        for seed in seeds:
            prompt = rng.choice(seed.prompts)
            text = prompt if material.held_out or rng.random() < 0.35 else rough(prompt, rng)
            yield Example(
                _memories(seed, material, rng),
                _history(seed, material, rng),
                text,
                seed.answer,
                _CATEGORIES.get(seed.category),
                TASK,
                [seed.answer],
                seed.category,
            )


def _memories(seed: Seed, material: Material, rng: random.Random) -> list[str]:
    form = rng.random()
    if form < 0.62:
        return []
    memories: list[str] = []
    if form < 0.75:
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
