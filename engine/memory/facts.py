"""Facts that people state about themselves, so that the newest statement of one comes before the older ones.

Only what says plainly that it is such a statement: a name, a project, a tool of one's own, a favourite, a preference
of one thing over another. "My dog is ill" does not replace "my dog is called Biscuit".
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from engine.memory.words import stem
from engine.record import Item

if TYPE_CHECKING:
    from engine.memory.recall import Ranked

_VALUE = r"(?P<value>[^.,;:!?\n]{1,80})"
_TOPIC = r"(?P<topic>(?:[\w-]+ ){0,2}[\w-]+)"
_OWN = (
    "name|nickname|job|profession|team|project|company|employer|school|city|town|address|birthday|age|editor|ide|shell|"
    "terminal|browser|laptop|computer|os|operating system|distribution|language|database|framework|indentation|"
    "timezone|time zone|style|pronouns|email"
)
_STATEMENTS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\bmy (?:new |current |main |usual )?(?P<topic>{_OWN})(?:'s| is| are)(?: now)?(?: called| named)? {_VALUE}",
        rf"\bmy {_TOPIC}(?:'s| is| are)(?: now)? (?:called|named) {_VALUE}",
        rf"\bmy (?:favou?rite|preferred) {_TOPIC} (?:is|are)(?: now)? {_VALUE}",
        rf"\bi (?:now )?(?:use|prefer|switched to) {_VALUE} (?:as|for) my {_TOPIC}",
    )
)
_NAMES = re.compile(r"\b(?:call me|i am called|i'm called|i go by) (?P<value>[\w'-]{1,40})", re.IGNORECASE)
_BUILDING = re.compile(rf"\bi(?:'m| am)(?: now)? (?:working on|building|developing) {_VALUE}", re.IGNORECASE)
_OVER = re.compile(
    r"\bi (?:now )?prefer (?P<one>[\w-]+(?: [\w-]+)?) (?:over|to) (?P<other>[\w-]+(?: [\w-]+)?)", re.IGNORECASE
)


def facts(item: Item) -> list[tuple[str, str]]:
    """(topic, value) of each fact that a turn or line states. The topic names the speaker, where there is one."""
    if item.kind not in ("turn", "import"):
        return []
    text = item.text[:4_096].replace("’", "'")
    found = {}
    for statement in _STATEMENTS:
        for match in statement.finditer(text):
            found[" ".join(stem(word) for word in match["topic"].lower().split())] = match["value"]
    for match in _NAMES.finditer(text):
        found["name"] = match["value"]
    for match in _BUILDING.finditer(text):
        found["project"] = match["value"]
    for match in _OVER.finditer(text):
        pair = sorted(stem(match[side].lower()) for side in ("one", "other"))
        found[f"prefer {pair[0]} or {pair[1]}"] = match["one"]
    who = (item.speaker or "").lower()
    return [(f"{who}/{topic}", value.strip()) for topic, value in found.items()]


def newest_first(ranked: Sequence[Ranked], newer: Mapping[int, int]) -> list[Ranked]:
    """Where an older statement ranks above the newest one of the same fact, the two change places.

    `newer`: for the number of an older statement that of the newest. The newest takes the older one's score too:
    it answers the same question.
    """
    order = list(ranked)
    for number, newest in newer.items():
        places = {one.item.number: place for place, one in enumerate(order)}
        old, new = places.get(number), places.get(newest)
        if old is not None and new is not None and old < new:
            older, latest = order[old], order[new]
            order[old] = replace(latest, score=older.score)
            order[new] = replace(older, score=min(older.score, latest.score))
    return order
