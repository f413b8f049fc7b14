"""What a question says, taken apart: how it asks, what about, and what in it admits no other value.

The manner of asking ("what is the best way to", "how do I") is told from what is asked, so that neither counts as the
other. Words that carry no content are dropped; phrases of the lexicon become one word; the rest are stems with a kind.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from itertools import pairwise

from engine.manner import ASKED_ALREADY, Asks, manner
from engine.memory.words import stem
from engine.procedures.lexicon import lexicon
from engine.procedures.pattern import normalise
from engine.procedures.words import ARTICLES, AUXILIARY, CURRENCIES, DIGITS, EXTENTS, LIGHT, NEGATIONS, STOP

OWNER = "'s"
"""Leads whoever owns something, as "of" would."""
LONGEST = 300
"""Characters: a longer text asks too much at once to be taken for another."""


class Kind(StrEnum):
    WORD = "word"
    LIGHT = "light word"
    NAME = "name"
    NUMBER = "number"
    CODE = "code"


@dataclass(frozen=True, slots=True)
class Word:
    """One content word. `key` is what is compared: a stem, a number's value, or code as it is written."""

    key: str
    surface: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class Reading:
    asks: Asks
    mood: str
    """What a question of yes or no is about: "fact", "past", "possible", "right" or "future"."""
    also: frozenset[Asks]
    """What its further sentences ask: "what is a leap year, and why"."""
    words: tuple[Word, ...]
    negations: int
    quoted: tuple[str, ...]
    plain: str
    """The whole text for finding a quotation in it."""
    arrows: tuple[tuple[range, range], ...]
    """Places in `words` that stand in a direction: what is named in the first comes to the second, or before it."""
    joined: frozenset[int]
    """Places in `words` that "and", "or" or "versus" join to the word before them: their order means nothing."""
    governors: tuple[str, ...]
    """What stands before each word and says its role, past articles: "in" for the B of "embed an A in a B"."""
    extent: frozenset[str]
    """Of how many it speaks: "all", "some", "only", "at least" ..."""
    by_me: frozenset[str]
    """What the person who asks does: "ask" in "who can I ask"."""
    to_me: frozenset[str]
    """What is done to the person who asks: "ask" in "will she ask me"."""
    tests: bool
    """Whether it is asked if something is so: "check if a file exists"."""


_TOKEN = re.compile(
    r"`[^`]*`"
    r"|\d+(?:[.,]\d+)*(?:st|nd|rd|th|k|m|%)?(?![\w])"  # numbers
    r"|[A-Za-z]\+\+|[A-Za-z]#|(?<![\w.])\.[A-Za-z]\w*"  # c++, c#, .net
    r"|[A-Za-z_][\w]*(?:\.\w+)+(?:\(\S*\))?|\w+\([^)\s]*\)"  # dotted names, calls
    r"|[\w]+(?:['’-]\w+)*|[=<>+!*%&|^~-]+|[^\w\s]"
)  # fmt: skip
_CODE = re.compile(r"[_`()=<>+*%&|^~#\[\]{}]|^\.\w|\w\.\w|^-|\d[a-z]|[a-z]\d|[a-z][A-Z]\w*(?:Error|Exception|Warning)$")
_HYPHEN = re.compile(r"(?<=[A-Za-z]{2})-(?=[A-Za-z]{2})")
_MONEY = re.compile(rf"([{''.join(CURRENCIES)}]) ?(?=\d)")
_STATES = re.compile(r"\b(?:U\.S\.A?\.?|US)(?!\w)")
_QUOTED = re.compile(r"\"+([^\"]+)\"+|(?<!\w)'([^']+)'(?!\w)|`([^`]+)`")

_LIGHT = frozenset(stem(word) for word in LIGHT)
_FORWARD = {"to", "into", "before", "than", "towards", "onto"}
_BACKWARD = {"from", "after"}
_TESTS = re.compile(
    r" (?:know|check|see|tell|test|find out|determine|verify|detect|sure|decide)\b.* (?:if|whether) "
    r"|^ (?:how to )?(?:check|test|verify|detect) "
)
_AFTER_ARTICLE = {"such", "very", "just", "really", "some", "must"}
_JOINS = {"and", "or", "vs", "versus", ",", "&", "between"}


@lru_cache(maxsize=16_384)
def read(text: str) -> Reading:
    """The reading of a text's first `LONGEST` characters."""
    pattern = _HYPHEN.sub(" ", normalise(text)[:LONGEST].replace("’", "'"))
    pattern = _STATES.sub("USA", pattern)
    asked = manner(pattern)
    pattern = _MONEY.sub(lambda sign: f"{CURRENCIES[sign[1]]} ", pattern)
    tokens = [t for t in _TOKEN.findall(pattern) if t[0].isalnum() or len(t) > 1 or t in "=<>+*%&|^~,"]
    stems = [stem(token.lower()) for token in tokens]
    asked_already = ASKED_ALREADY.get(asked.asks, frozenset())
    words: list[Word] = []
    governors: list[str] = []
    governor = ""
    turns: list[tuple[int, bool]] = []  # where a word of direction stands, and whether it points forward
    joined: set[int] = set()
    joining = False
    negations, place = 0, 0
    while place < len(tokens):
        token, lower, size = tokens[place], tokens[place].lower(), 1
        plain = lower.removesuffix("'s")
        inside = place < asked.words or place >= len(tokens) - asked.ending or plain in asked_already
        word = None
        if plain in NEGATIONS or lower.endswith("n't"):
            negations += 1
        elif inside:
            word = Word(stems[place], token, Kind.WORD) if plain in asked.qualities else None
        else:
            word, size = _phrase(stems, tokens, place)
            after = stems[place + 1] if place + 1 < len(stems) else ""
            if lower in ("for", "while") and after == "loop":
                word = Word(lower, token, Kind.WORD)
            if lower == "second" and (after in ("last", "best", "most") or after.endswith("est")):
                word = Word("2", token, Kind.NUMBER)
            if _is_letter(tokens, place):
                word = Word(lower, token, Kind.NAME)
            word = word or _word(token, plain, first=place == 0)
        if not inside and lower in _FORWARD | _BACKWARD:
            turns.append((len(words), lower in _FORWARD))
        if not inside and lower in _FORWARD | _BACKWARD | _JOINS:
            joining = lower in _JOINS
        elif word is not None and joining and word.kind is not Kind.LIGHT:
            joined.add(len(words))
            joining = False
        if word is not None:
            words.append(word)
            governors.append(OWNER if lower.endswith(OWNER) else governor)
        if inside or lower in AUXILIARY:
            governor = ""
        elif lower not in ARTICLES:
            governor = stems[place]
        place += size
    quoted = tuple(_plain(" ".join(filter(None, groups))) for groups in _QUOTED.findall(pattern))
    spoken = list(zip(map(str.lower, tokens), stems, strict=True))
    by_me = {verb for (me, _), (_, verb) in pairwise(spoken) if me in ("i", "we")}
    if asked.asks in (Asks.HOW, Asks.DO) and words:
        by_me.add(words[0].key)
    to_me = frozenset(verb for (_, verb), (me, _) in pairwise(spoken) if me in ("me", "us"))
    plain = _plain(pattern)
    return Reading(
        asked.asks, asked.mood, asked.also, tuple(words), negations, quoted, plain,
        _arrows(turns, len(words)), frozenset(joined), tuple(governors), _extent(plain), frozenset(by_me), to_me,
        _TESTS.search(plain) is not None,
    )  # fmt: skip


def _is_letter(tokens: list[str], place: int) -> bool:
    """Whether this is the letter a that names something, and no article: "a" in "merge a into b"."""
    after = tokens[place + 1].lower() if place + 1 < len(tokens) else "in"
    return tokens[place] in ("a", "A") and (after in STOP or after == ",") and after not in _AFTER_ARTICLE


def _extent(plain: str) -> frozenset[str]:
    return frozenset(extent for extent, words in EXTENTS.items() if any(f" {word} " in plain for word in words))


def _arrows(turns: list[tuple[int, bool]], end: int) -> tuple[tuple[range, range], ...]:
    """From what stands on one side of each word of direction to what stands on the other, up to the next such word."""
    borders = [0, *(place for place, _ in turns), end]
    sides = [range(start, stop) for start, stop in pairwise(borders)]
    return tuple(
        (before, after) if forward else (after, before)
        for (_, forward), (before, after) in zip(turns, pairwise(sides), strict=True)
        if before and after
    )


def _plain(text: str) -> str:
    """In lower case, each word between two spaces, without marks that people set as they like."""
    return f" {' '.join(re.sub(r'[^a-z0-9+#=<>*/%_.]', ' ', text.lower()).replace('. ', ' ').split())} "


def _phrase(stems: list[str], tokens: list[str], place: int) -> tuple[Word | None, int]:
    """A phrase of the lexicon that begins here, as the one word that stands for it, and how many tokens it takes."""
    phrases = lexicon().phrases
    for size in (4, 3, 2):
        if (head := phrases.get(tuple(stems[place : place + size]))) is not None:
            return Word(head, " ".join(tokens[place : place + size]), Kind.LIGHT if head in _LIGHT else Kind.WORD), size
    return None, 1


def _word(token: str, plain: str, first: bool) -> Word | None:
    if plain in DIGITS:
        return Word(DIGITS[plain], token, Kind.NUMBER)
    if token[0].isdigit():
        return Word(_value(plain), token, Kind.NUMBER)
    if token == "," or (plain in STOP and not (len(plain) == 2 and token.isupper() and not first)):
        return None
    if _CODE.search(token):
        return Word(token.strip("`").removesuffix("()"), token, Kind.CODE)
    key = stem(plain.replace("'", ""))
    if key in _LIGHT:
        return Word(key, token, Kind.LIGHT)
    if (not first and token[0].isupper()) or any(letter.isupper() for letter in token[1:]):
        return Word(key, token, Kind.NAME)
    return Word(key, token, Kind.WORD)


def _value(number: str) -> str:
    digits = number.replace(",", "")
    if digits.endswith("k") and digits[:-1].isdigit():
        return digits[:-1] + "000"
    return re.sub(r"(?<=\d)(?:st|nd|rd|th)$", "", digits)
