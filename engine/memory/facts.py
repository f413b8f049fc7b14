"""Facts that people state about themselves, so that the newest statement of one comes before the older ones.

Only what says plainly that it is such a statement: a name, a home, a tool of one's own, a favourite, a figure, a
preference of one thing over another. "My dog is ill" does not replace "my dog is called Biscuit".
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from engine.checking import owns_up
from engine.memory.topics import is_about, is_named, topic_of
from engine.memory.words import stem
from engine.record import Item

if TYPE_CHECKING:
    from engine.memory.recall import Ranked

# A full stop, a colon or a comma inside a value: 3.12, notes.py, 12:30. The next statement is no part of it.
_VALUE = r"(?P<value>(?:(?! and (?:i|my|we|our)\b)(?:[^.,;:!?\n]|[.,:](?=\w))){1,80})"
_TOPIC = r"(?P<topic>(?:[\w-]+ ){0,2}[\w-]+)"
_IS = r"(?:'s| is| are)(?: now| still)?"
_NEW = r"(?:new |current |main |usual )?"
_OWN = (
    "name|nickname|job|profession|team|project|company|employer|school|city|town|address|birthday|age|editor|ide|shell|"
    "terminal|browser|laptop|computer|os|operating system|system|distribution|language|database|framework|indentation|"
    "timezone|time zone|style|pronouns|email|deadline|boss|manager|team lead|colleague|meeting"
)
_MAKES = (
    r"\b(?:i|we)(?:'m|'re| am| are)?(?: now)? "
    r"(?:work on|working on|write|writing|wrote|build|building|make|making|develop|developing)"
)
_STATEMENTS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\bmy {_NEW}(?P<topic>{_OWN})(?:{_IS}(?: called| named)?|:) {_VALUE}",
        rf"\b(?:my|our|the) {_TOPIC}{_IS} (?:called|named) {_VALUE}",
        rf"\b(?:my|our|the) {_TOPIC}'s name is {_VALUE}",
        rf"\bthe name of (?:my|our|the) {_TOPIC} is {_VALUE}",
        rf"\b(?:i|we) have an? {_TOPIC} (?:called|named) {_VALUE}",
        rf"\bmy (?:favou?rite|preferred) {_TOPIC}{_IS} {_VALUE}",
        rf"\b(?:i|we) (?:now )?(?:use|prefer|switched to) {_VALUE} (?:as|for) (?:my|our) {_TOPIC}",
    )
)
_FIXED = tuple(
    (topic, re.compile(pattern, re.IGNORECASE))
    for topic, pattern in (
        ("name", r"\b(?:call me|i am called|i'm called|i go by) (?P<value>[\w'-]{1,40})"),
        ("employer", rf"\b(?:i|we) (?:now )?work (?:at|for) {_VALUE}"),
        ("project", rf"{_MAKES} an? [\w -]{{1,30}}?,? (?:it is |it's )?(?:called|named) {_VALUE}"),
        ("project", rf"\bi(?:'m| am)(?: now)? (?:working on|building|developing) {_VALUE}"),
        ("colleague", r"\b(?P<value>[\w'-]{1,40}) works with (?:me|us)\b"),
        ("colleague", r"\bi work with (?P<value>(?-i:[A-Z])[\w'-]{1,40})"),
        ("home", rf"\b(?:i|we) (?:now |just |still )?live in {_VALUE}"),
        ("home", rf"\b(?:i|we)(?:'ve| have)? (?:now |just )?moved (?:from [\w -]{{1,40}}? )?to {_VALUE}"),
    )
)
_CORRECTS = re.compile(
    r"\s*(?:no|nope|actually|sorry|wait|i mean)\b[\s,.;:!-]*(?:it's|it is|that's|i meant|i mean) "
    rf"(?!(?:not|no|wrong|right|fine|true|ok|okay)\b){_VALUE}[.!]*\s*$",
    re.IGNORECASE,
)
_NOTED = re.compile(
    r"Got it: (?:your |the )?(?P<topic>[\w' -]{1,60}?) (?:is called|is|are"
    rf"|(?P<verb>live in|lives in|likes|uses|works on|prefers|speaks)) {_VALUE}"
)
"""How the core says that it was told a fact (train/curriculum). It is believed where the text itself is no plain
statement but has a word for what the fact is about: the core may have misread it. What was stated before gives way only
where that word is the fact's own name: "our code is under MIT" is no news of the code word."""
_OVER = re.compile(
    r"\bi (?:now )?prefer (?P<one>[\w-]+(?: [\w-]+)?) (?:over|to) (?P<other>[\w-]+(?: [\w-]+)?)", re.IGNORECASE
)
_TOOLS = {
    "editor": "vim neovim nvim emacs helix nano vscode vs\xa0code sublime pycharm zed kate micro spyder idle kakoune",
    "shell": "bash zsh fish nushell powershell",
    "operating system": "linux ubuntu debian fedora arch freebsd nixos windows macos mint",
    "database": "postgresql postgres sqlite mysql mariadb mongodb redis duckdb oracle cassandra clickhouse",
    "framework": "django flask fastapi starlette tornado bottle pyramid sanic quart aiohttp",
    "test tool": "pytest unittest nox tox nose hypothesis",
    "browser": "firefox chrome chromium safari brave",
}
_TOPIC_OF = {tool.replace("\xa0", " "): topic for topic, tools in _TOOLS.items() for tool in tools.split()}
_TOOL = "|".join(sorted(map(re.escape, _TOPIC_OF), key=len, reverse=True))
_USES = re.compile(
    r"\b(?:i|we)(?:'m| am| are|'re|'ve| have)?(?: now| mostly| always| only| just| recently)* "
    r"(?:use|using|run|on|write (?:(?:all|most|some)(?: of)? )?(?:my |our )?code (?:in|with)|(?:test|work) with|"
    r"(?:switched|moved|went)(?: from [\w ]{1,20}?)? to)"
    rf" (?P<value>{_TOOL})\b",
    re.IGNORECASE,
)
_OF_IT = re.compile(r"\b(?:it|its)\b", re.IGNORECASE)
"""Nobody calls themselves or their home so."""
_PAST = re.compile(r"\b(?:before|used to|previous|previously|former|formerly|earlier|originally|old|older|ex)\b", re.I)
_AS_GOOD = 0.5
"""The newest statement answers a question too if it fits so much as well as the older one."""


def facts(item: Item, known: Collection[str] = ()) -> list[tuple[str, str]]:
    """(topic, value) of each fact that a turn or line states. The topic names the speaker, where there is one.

    `known`: topics of which the person stated something before.
    """
    if item.kind not in ("turn", "import"):
        return []
    text = item.text[:4_096].replace("’", "'")
    found: dict[str, str] = {}

    def note(topic: str, match: re.Match[str], group: str = "value") -> None:
        end = re.search(r"[.!?\n](?!\w)|$", text[match.end() :])
        if end is None or end.group() != "?":  # a question states nothing
            found.setdefault(topic, match[group].strip())

    for statement in _STATEMENTS:
        for match in statement.finditer(text):
            note(topic_of(match["topic"].lower()), match)
    for topic, statement in _FIXED:
        for match in statement.finditer(text):
            note(topic_of(topic), match)
    for match in _USES.finditer(text):
        note(topic_of(_TOPIC_OF[match["value"].lower()]), match)
    for match in _OVER.finditer(text):
        pair = sorted(stem(match[side].lower()) for side in ("one", "other"))
        note(f"prefer {pair[0]} or {pair[1]}", match, "one")
    if not found and (told := noted(item.answer)):
        about, value, verb = told
        copied = value.lower() in text.lower() and not _OF_IT.search(text)
        meant = is_named(text, about) or (about not in known and is_about(text, about))
        if verb or about == "job" or meant or (about in ("home", "name") and copied):
            found[about] = value
    who = (item.speaker or "").lower()
    return [(f"{who}/{topic}", value) for topic, value in found.items()]


def noted(answer: str) -> tuple[str, str, bool] | None:
    """(topic, value) of the fact that an answer says it was told, and whether of what somebody does: "Ann likes"."""
    told = _NOTED.match(answer)
    if told is None:
        return None
    about = topic_of(" ".join(filter(None, (told["topic"], told["verb"]))).lower())
    return about, told["value"].strip(), told["verb"] is not None


def is_noted(answer: str) -> bool:
    """Whether an answer says that it was told a fact: "Got it: …"."""
    return _NOTED.match(answer) is not None


def says_nothing_new(answer: str) -> bool:
    """Whether an answer only repeats what it was told, or that it does not know: no words to find a turn by."""
    return is_noted(answer) or owns_up(answer)


def correction(text: str) -> str | None:
    """What the person says it is instead: "no, it's Samuel"."""
    match = _CORRECTS.match(text)
    return match["value"].strip() if match is not None else None


def newest_first(ranked: Sequence[Ranked], newer: Iterable[tuple[int, str, int]], query: str) -> list[Ranked]:
    """Where an older statement ranks above the newest one of the same fact, the two change places.

    `newer`: (number of an older statement, topic, number of the newest). The newest takes the older one's score too,
    and the older one is `outdated`; but only where the query asks for that fact: what else a turn says stays true.
    """
    order = list(ranked)
    places = {one.item.number: place for place, one in enumerate(order)}
    for number, topic, newest in newer:
        old, new = places.get(number), places.get(newest)
        if (
            old is None
            or new is None
            or not (is_about(query, topic.rpartition("/")[2]) or order[new].score >= _AS_GOOD * order[old].score)
        ):
            continue
        older, latest = replace(order[old], outdated=True), order[new]
        order[old] = older
        if old < new:
            order[old] = replace(latest, score=older.score)
            order[new] = replace(older, score=latest.score)
            places[number], places[newest] = new, old
    return order


def asks_for_the_past(query: str) -> bool:
    """Whether older statements of a fact are wanted too: "where did I live before?"."""
    return _PAST.search(query) is not None
