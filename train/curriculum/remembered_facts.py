"""Facts that a person told before: answered from turns in memory or earlier in the talk; noted when told now.

Order: where two memories disagree, the newer stands first (the engine lists recalled turns newest first), so the first
one is believed. Within the talk itself the latest turn is believed, and the talk is believed over memory.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator

from engine.context import turn_as_memory
from engine.routing.categories import Category
from train.curriculum.example import Example, Material
from train.curriculum.fact_kinds import FactKind, kind, name_kind, other_kind, work_kind
from train.curriculum.phrasing import ask

TASK = "facts"
_NOTE = (
    "{s}",
    "{s}",
    "{s}",
    "{s}",
    "Remember: {s}",
    "please remember that {s}",
    "note that {s}",
    "btw {s}",
    "fyi {s}",
    "just so you know, {s}",
    "remember this: {s}",
    "for later: {s}",
)
_CORRECT = (
    "{s}",
    "actually {s}",
    "no, {s}",
    "correction: {s}",
    "sorry, {s}",
    "it changed: {s}",
    "update: {s}",
    "now {s}",
    "from now on {s}",
)
_CORRECT_BRIEFLY = (
    "no, it is {v}",
    "no, {v}",
    "sorry, I meant {v}",
    "i meant {v}",
    "actually it's {v}",
    "it's {v} now",
    "that changed, it is {v} now",
    "make that {v}",
)
_RENAMED = (
    "I renamed it, it is called {v} now",
    "it is called {v} now",
    "i renamed it to {v}",
    "we call it {v} now",
    "its new name is {v}",
    "no, it's called {v}",
)


def examples(material: Material, rng: random.Random) -> Iterator[Example]:
    """Endless: recall from memory, from the talk, corrections, nothing told, noting what is told now, two at once."""
    makers = (_recalled, _in_the_talk, _corrected, _missing, _told_now, _two_at_once)
    weights = (0.33, 0.12, 0.13, 0.16, 0.14, 0.12)
    while True:
        yield rng.choices(makers, weights)[0](material, rng)


def _say(fact: FactKind, value: str, rng: random.Random, frames: tuple[str, ...] = _NOTE) -> str:
    said = ask(fact.said, rng, noise=0.7, v=value, n=fact.subject)
    frame = rng.choice(frames)
    if frame != "{s}" and not said.startswith(("I ", "I'")) and not said.startswith((value, fact.thing)):
        said = said[:1].lower() + said[1:]
    return frame.format(s=said)


def _turn(fact: FactKind, value: str, rng: random.Random, frames: tuple[str, ...] = _NOTE) -> str:
    """A memory in which the fact was told, as the engine renders it."""
    return turn_as_memory(_say(fact, value, rng, frames), fact.noted(value))


def _distraction(fact: FactKind, material: Material, rng: random.Random) -> str:
    """Another memory: another fact, small talk, or a document."""
    form = rng.random()
    if form < 0.6:
        other = other_kind(fact, rng)
        return _turn(other, other.value(rng), rng)
    if form < 0.8 and material.seeds:
        seed = rng.choice(material.seeds)
        return turn_as_memory(rng.choice(seed.prompts), seed.answer)
    return material.any_document(rng).document


def _asked_in_vain(fact: FactKind, rng: random.Random) -> str:
    """A memory of the question when nobody had told the answer yet."""
    return turn_as_memory(_question(fact, rng), f"{fact.missing()} Tell me and I will remember it.")


def _question(fact: FactKind, rng: random.Random) -> str:
    return ask(fact.asked, rng, noise=0.8, n=fact.subject)


def _recalled(material: Material, rng: random.Random) -> Example:
    fact = kind(rng)
    value = fact.value(rng)
    memories = [_turn(fact, value, rng)]
    if rng.random() < 0.12:  # a recalled turn in which it was asked for and answered
        memories = [turn_as_memory(_question(fact, rng), fact.answer(value))]
    if rng.random() < 0.08:  # asked before it was told
        memories.append(_asked_in_vain(fact, rng))
    elif rng.random() < 0.75:
        memories.append(_distraction(fact, material, rng))
    rng.shuffle(memories)
    history = _small_talk(fact, material, rng)
    return _example(memories, history, _question(fact, rng), fact.answer(value), value, "memory")


def _in_the_talk(material: Material, rng: random.Random) -> Example:
    fact = kind(rng)
    value = fact.value(rng)
    history = [(_say(fact, value, rng), fact.noted(value))]
    for _ in range(rng.choice((0, 0, 1, 2))):
        other = other_kind(fact, rng)
        other_value = other.value(rng)
        history.insert(rng.randint(0, len(history)), (_say(other, other_value, rng), other.noted(other_value)))
    memories = [_turn(fact, fact.value(rng), rng)] if rng.random() < 0.2 else []  # stale: the talk is newer
    if rng.random() < 0.3:
        memories.append(_distraction(fact, material, rng))
    return _example(memories, history, _question(fact, rng), fact.answer(value), value, "talk")


def _corrected(material: Material, rng: random.Random) -> Example:
    fact = kind(rng)
    old, new = fact.value(rng), fact.value(rng)
    while new == old:
        new = fact.value(rng)
    if rng.random() < 0.6:
        memories = [_turn(fact, new, rng, _CORRECT), _turn(fact, old, rng)]
        return _example(memories, [], _question(fact, rng), fact.answer(new), new, "corrected")
    briefly = rng.random() < 0.5
    again = ask(_briefly(fact), rng, noise=0.7, v=new) if briefly else _say(fact, new, rng, _CORRECT)
    history = [(_say(fact, old, rng), fact.noted(old)), (again, fact.noted(new))]
    if briefly and rng.random() < 0.5:
        return _example([], history[:1], again, fact.noted(new), new, "told")
    return _example([], history, _question(fact, rng), fact.answer(new), new, "corrected")


def _briefly(fact: FactKind) -> tuple[str, ...]:
    """What is wrong is not named again: it was just said."""
    return _RENAMED if fact.verb == "is called" else _CORRECT_BRIEFLY


def _missing(material: Material, rng: random.Random) -> Example:
    fact = kind(rng)
    memories = [_distraction(fact, material, rng) for _ in range(rng.choice((0, 1, 2, 2)))]
    if rng.random() < 0.1:
        memories = [_asked_in_vain(fact, rng), *memories[:1]]
    history = _small_talk(fact, material, rng)
    answer = f"{fact.missing()} Tell me and I will remember it."
    return _example(memories, history, _question(fact, rng), answer, "You have not told me", "missing")


def _told_now(material: Material, rng: random.Random) -> Example:
    fact = kind(rng)
    value = fact.value(rng)
    memories = _distractions(fact, material, rng)
    if rng.random() < 0.15:
        memories.insert(0, _turn(fact, fact.value(rng), rng))
    return _example(
        memories, _small_talk(fact, material, rng), _say(fact, value, rng), fact.noted(value), value, "told"
    )


def _two_at_once(material: Material, rng: random.Random) -> Example:
    """Two facts in one breath, noted together; later one of them is asked for, or one that was never told."""
    first, second = _introduction(rng) if rng.random() < 0.5 else _two_kinds(rng)
    values = first.value(rng), second.value(rng)
    said = _joined(_say(first, values[0], rng), _say(second, values[1], rng, ("{s}",)), rng)
    noted = f"{first.noted(values[0]).rstrip('.')}, and {second.thing} {second.verb} {values[1]}."
    form = rng.random()
    if form < 0.3:
        return _example(_distractions(first, material, rng), [], said, noted, values[1], "two told")
    memories, history = [turn_as_memory(said, noted)], []
    if form < 0.45:
        memories, history = [], [(said, noted)]
    elif rng.random() < 0.6:
        memories.insert(rng.randint(0, 1), _distraction(first, material, rng))
    if form > 0.88:
        third = other_kind(first, rng)
        while third.thing == second.thing:
            third = other_kind(first, rng)
        answer = f"{third.missing()} Tell me and I will remember it."
        return _example(memories, history, _question(third, rng), answer, "You have not told me", "missing")
    fact, value = rng.choice(((first, values[0]), (second, values[1])))
    return _example(memories, history, _question(fact, rng), fact.answer(value), value, "one of two")


def _introduction(rng: random.Random) -> tuple[FactKind, FactKind]:
    """People say who they are, and then mostly what they make."""
    name = name_kind()
    return name, work_kind(rng) if rng.random() < 0.5 else other_kind(name, rng)


def _two_kinds(rng: random.Random) -> tuple[FactKind, FactKind]:
    first = kind(rng)
    return first, other_kind(first, rng)


def _joined(first: str, second: str, rng: random.Random) -> str:
    joiner = rng.choice((" and ", " and ", ", and ", ", ", ". ", "; "))
    if joiner != ". " and second[:2] in ("My", "We", "Th", "Yo", "Ou"):
        second = second[:1].lower() + second[1:]
    if first[:1].islower() and rng.random() < 0.7:  # who begins so goes on so
        second = re.sub(r"^I\b", "i", second)
    return first.rstrip(".!") + joiner + second


def _distractions(fact: FactKind, material: Material, rng: random.Random) -> list[str]:
    return [_distraction(fact, material, rng) for _ in range(rng.choice((0, 0, 1, 2)))]


def _small_talk(fact: FactKind, material: Material, rng: random.Random) -> list[tuple[str, str]]:
    if rng.random() > 0.2:
        return []
    if material.seeds and rng.random() < 0.5:
        seed = rng.choice(material.seeds)
        return [(rng.choice(seed.prompts), seed.answer)]
    other = other_kind(fact, rng)
    value = other.value(rng)
    return [(_say(other, value, rng), other.noted(value))]


def _example(
    memories: list[str], history: list[tuple[str, str]], text: str, answer: str, expected: str, form: str
) -> Example:
    return Example(memories, history, text, answer, Category.ROUTINE, TASK, [expected], form)
