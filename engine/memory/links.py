"""The neighbourhood of a memory: what comes beside it, what it is like, and what has been read together with it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from engine.memory.importance import Importance
from engine.record import Item, Record


@dataclass(frozen=True, slots=True)
class Link:
    """From one memory to another. `strength`: cosine of what is "near", times of what was "read together", else 1."""

    relation: str
    strength: float
    item: Item


@dataclass(frozen=True, slots=True)
class Neighbourhood:
    """One memory, what its importance is made of, the facts it states as (topic, value), and where one can go."""

    item: Item
    importance: Importance
    facts: tuple[tuple[str, str], ...]
    links: tuple[Link, ...]


def links(record: Record, item: Item, near: Iterable[tuple[int, float]]) -> tuple[Link, ...]:
    """All links of an item; `near`: numbers and cosines of what is alike. Each other item once, by its first link."""
    before, after = record.neighbours([item.number]).get(item.number, (None, None))
    found: list[tuple[str, float, int | None]] = [
        ("corrects", 1.0, item.corrects),
        *(("said again later", 1.0, newest) for _, _, newest in record.newer_facts([item.number])),
        ("before", 1.0, before),
        ("after", 1.0, after),
        *(("read", 1.0, number) for number in record.read_by(item.number)),
        *(("read by", 1.0, number) for number in record.readers(item.number)[:5]),
        *(("read together", float(n), number) for number, n in record.read_together([item.number]).items()),
        *(("near", cosine, number) for number, cosine in near),
    ]
    items = record.items([number for _, _, number in found if number is not None])
    shown: set[int] = {item.number}
    listed = []
    for relation, strength, number in found:
        if number is not None and number in items and number not in shown:
            shown.add(number)
            listed.append(Link(relation, strength, items[number]))
    return tuple(listed)
