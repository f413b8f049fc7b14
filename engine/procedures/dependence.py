"""Which texts no shortcut may answer, because their answer hangs on something outside the text."""

from __future__ import annotations

import re

from engine.procedures.pattern import LONGEST, normalise
from engine.procedures.words import BEFORE_THAT, CONTINUES, PASSING, PERSONAL, POINTS, SHOWS

_WORD = re.compile(r"[a-z]+")
_CLOCK = re.compile(
    r"\b(?:what|which) (?:time|date|day|month|year|week)\b|\bwhat is the (?:current )?(?:time|date|day|month|year)\b"
    r"|\b(?:this|last|next) (?:week|month|year|morning|evening|time)\b|\bhow (?:late|long ago)\b|\bright now\b"
)
_PERSON = re.compile(
    r"^(?:i|we) |\b(?:am|did|have|was|who) (?:i|we)\b|\bi (?:am|have|was|will)\b"
    r"|\bdo (?:i|we) (?:like|have|use|work|live|want|prefer|call|own|love|hate|know|study|play)\b"
)
# Where "it" stands for nothing: "is it possible to", "what does it mean to".
_EMPTY_IT = re.compile(
    r"\bis it \w+ (?:to|that|for)\b|\bdoes it (?:mean|take|feel) (?:to|for|if|when|like)\b|\bis it like to\b"
)
_TURNS = re.compile(r"^(?:what|how) about\b|^which one\b|\bthe (?:other|first|second|third|last) one\b|^go on\b")


def why_not_cacheable(text: str) -> str | None:
    """Why an answer to this text must not be kept, in words that follow "the answer"; None when it may be."""
    pattern = normalise(text)
    if len(pattern) > LONGEST:
        return "the text is too long to come again"
    words = _plain_words(pattern)
    if not words:
        return "there are no words in it to go by"
    how = pattern.startswith("how to ")
    if PERSONAL & set(words) or (not how and _PERSON.search(pattern)):
        return "the answer is about you, so it comes from memory"
    if PASSING & set(words) or (not how and _CLOCK.search(pattern)):
        return "the answer changes with time"
    if leans_on_conversation(text):
        return "the answer leans on what was said before"
    return None


def leans_on_conversation(text: str) -> bool:
    """Whether a text makes sense only after what was said before it: "and if it is empty?"."""
    pattern = normalise(text)
    words = _plain_words(pattern)
    continued = bool(words) and (words[0] in CONTINUES or words == ["why"])
    return continued or _TURNS.search(pattern) is not None or _points_back(pattern)


def _plain_words(pattern: str) -> list[str]:
    """Words that stand alone: `datetime.now()` does not speak of now."""
    stripped = (word.strip("?!.,;:").lower() for word in pattern.split())
    return [word for word in stripped if _WORD.fullmatch(word)]


def _points_back(pattern: str) -> bool:
    """A pronoun with nothing in the same text that it can stand for: "a list and its length" is whole."""
    words = _plain_words(_EMPTY_IT.sub(" ", pattern))
    for place, word in enumerate(words):
        if word in SHOWS:
            return True
        if word == "that" and (place in (0, len(words) - 1) or words[place - 1] in BEFORE_THAT):
            return True
        if word in POINTS and not any(
            w in ("a", "an", "all", "every", "each", "two") for w in words[: max(0, place - 1)]
        ):
            return True
    return False
