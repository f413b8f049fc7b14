"""What a fact is about, however people call it: the one name of a topic, and whether a question asks for it."""

from __future__ import annotations

import re
from collections.abc import Iterable

from engine.memory.words import stem, words

_SAME = {
    "os": "operating system", "system": "operating system", "ide": "editor", "city": "home", "town": "home",
    "you live in": "home", "you": "job", "profession": "job", "boss": "team lead", "manager": "team lead",
    "code word": "secret word", "entry point": "main file", "time zone": "timezone", "a living": "job",
    "company": "employer",
}  # fmt: skip
"""Other names of a topic. What one *is* ("you are a nurse") is one's job."""
_SPARK_SAYS = ("you", "you live in")
"""Of these, what Spark calls the person: in their mouth it is Spark."""
_RELATED = {
    "home": "live city town", "job": "work profession", "name": "called", "oper system": "os computer",
    "editor": "write edit", "test tool": "test testing", "databas": "db store data", "framework": "web api",
    "deadlin": "due done finished", "main file": "start starts entry", "team lead": "leads boss manager report",
    "project": "building working developing", "employ": "work company",
    "secret word": "code", "limit": "maximum above below", "indent": "tabs spaces", "birthdai": "born",
    "config file": "settings", "server": "address api",
}  # fmt: skip
"""Words by which a fact is told and asked for, where they are not those of its topic."""
_FIRST_PERSON = re.compile(r"\b(?:i|my|me|we|our|us|am)\b", re.IGNORECASE)
_I = re.compile(r"\b(?:i|me|we|us|am)\b", re.IGNORECASE)
_MINE = re.compile(r"\b(?:my|our) (\w+)(?:'s|s')?(?: (\w+))?")
_WHO = re.compile(
    r"\bwho (?:am i|i am)\b(?! \w+ (?:to|with|for|by)\b)|\b(?:my|our) name\b|\b(?:am i|are we|i am|i'm) called\b|"
    r"\bcall me\b",
    re.IGNORECASE,
)
"""A name is asked for by few phrases; by the word alone, it is the name of something else, and "who am I married to"
asks for another's."""
_OF = re.compile(r"\bthe \w+ of (?:the )?(?!(?:my|our|the|all)\b)(\w+)", re.IGNORECASE)
"""What a thing is asked of: "the address of the bank" is no server's."""
_COLLEAGUE = re.compile(r"\bwho (?:(?:do|am) i work(?:ing)?|works?) with\b", re.IGNORECASE)
_BY_PHRASE = {"name": _WHO, "colleagu": _COLLEAGUE}
"""Topics that are asked for in words of which none is theirs."""
_SHORT = 5
"""So few words are about the person's own things, even if nobody says "my": "what port", "what is the entry point"."""


def topic_of(said: str) -> str:
    """One name for a topic, however it is called: stems."""
    return " ".join(stem(word) for word in _SAME.get(said, said).split())


def is_named(text: str, topic: str) -> bool:
    """Whether a text has a word of the topic's own name, or another name of it."""
    said = set(re.findall(r"\w+", text.lower()))
    other = any(set(name.split()) <= said and topic_of(name) == topic for name in _SAME if name not in _SPARK_SAYS)
    return other or not set(words(text)).isdisjoint(topic.split())


def is_about(text: str, topic: str) -> bool:
    """Whether a text has a word by which a topic is told or asked for."""
    return not set(words(text)).isdisjoint((*topic.split(), *words(_RELATED.get(topic, ""))))


def asked_topics(question: str, known: Iterable[str]) -> list[str]:
    """Those of the known topics that a person asks for, of their own things.

    The whole name of a topic is in the question, or a word for it; "what is my dog called" asks for the dog only,
    "what is my operating system" for no other system, "where does my sister live" for no home of one's own, and "the
    address of the bank" for nothing but what is known of a bank.
    """
    if (thing := _OF.search(question)) is not None:
        known = [topic for topic in known if set(topic_of(thing[1].lower()).split()) & set(topic.split())]
    if len(question.split()) > _SHORT and not _FIRST_PERSON.search(question):
        return []
    asked, said = set(words(question)), set(re.findall(r"\w+", question.lower()))
    mine = [] if _I.search(question) else _MINE.findall(question.lower())  # "my wife": it is asked about her
    if mine:
        said = {word for pair in mine for word in pair}
    others = [name for name in _SAME if name not in _SPARK_SAYS and set(name.split()) <= said]
    asked |= {part for name in others for part in topic_of(name).split()}
    named = [topic for topic in known if topic != "name" and asked.issuperset(topic.split())]
    named += [topic for topic, phrase in _BY_PHRASE.items() if topic in known and phrase.search(question)]
    if named or not _FIRST_PERSON.search(question):  # "how do vaccines work" asks for nobody's project
        return [one for one in named if not any(one != other and one in other for other in named)]
    if mine:
        asked = set(words(" ".join(first for first, _ in mine)))
    asked -= {part for name in others for part in words(name)}  # "for a living" asks for no home
    return [topic for topic in known if topic != "name" and not asked.isdisjoint(words(_RELATED.get(topic, "")))]
