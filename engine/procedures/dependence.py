"""Which texts no shortcut may answer, because their answer hangs on something outside the text."""

from __future__ import annotations

import re

from engine.manner import Asks, manner
from engine.procedures.pattern import LONGEST, normalise
from engine.procedures.slots import is_skeleton
from engine.procedures.words import (
    AUXILIARY,
    BEFORE_THAT,
    CLAUSES,
    CONTINUES,
    DETERMINERS,
    GREETINGS,
    PASSING,
    PERSONAL,
    POINTS,
    POSSESSIVE,
    RECOLLECTION,
    SHOWS,
    STOP,
)

_WORD = re.compile(r"[a-z]+")
_CLOCK = re.compile(
    r"\b(?:what|which) (?:time|date|day|month|year|week)\b|\bwhat is the (?:current )?(?:time|date|day|month|year)\b"
    r"|\b(?:this|last|next) (?:week|month|year|morning|evening|time)\b|\bhow (?:late|long ago)\b|\bright now\b"
)
_PERSON = re.compile(
    r"^(?:i|we) |\b(?:am|did|have|was|who) (?:i|we)\b|\bi (?:am|have|was|will)\b"
    r"|\bdo (?:i|we) (?:like|have|use|work|live|want|prefer|call|own|love|hate|know|study|play)\b"
    r"|\b(?:best|better|good|right|bad|ideal|suitable|enough)\b.* for (?:me|us)\b"
)
# Where "it" stands for nothing: "is it possible to", "why is it so hard to", "what does it mean to"; and where what is
# pointed at follows: "those who", "the ones that".
_EMPTY_IT = re.compile(
    r"\b(?:is|was|be) it (?:\w+ ){2,3}(?:to|that)\b|\b(?:find|make|makes|made) it (?:\w+ )?\w+ to\b"
    r"|\bwhen it comes to\b|\b(?:those|the ones) (?:who|whose|that|which|with|without)\b"
    r"|\b(?:is|was|be) it (?:\w+ )?(?:to|that|for|like|\w+ing)\b|\bit is \w+ (?:to|that|for)\b|\bit possible\b"
    r"|\b(?:does|did|has|would|do) it (?:\w+ )?(?:mean|take|feel|feels|cost|need|make)(?: \w+ ?\w*)?"
    r"(?: (?:to|for|if|when|like)\b|$)"
    r"|\bit (?:feels?|takes?|costs?|means?) (?:\w+ )*(?:to|for|if|when|like)\b"
)
_TURNS = re.compile(
    r"^(?:what|how) about (?:it|that|this|them|the|my|for|if|when|in|with|\w+$)"
    r"|^which one\b(?!.*(?:,| or ))|\bthe (?:other|first|second|third|last) one\b|^go on\b"
)


# One thing is the same as another, or two are the same: nothing outside is meant.
_SAME = re.compile(
    r"\bat the same time\b|\bsame (?=(?:\w+ )?as\b)"
    r"|^(?:is|are|was|were|do|does|did|can|could) (?:.+ )?and .+ (?:the )?same\b"
)
_CLAUSE = re.compile(r"[?.;!,:] | (?:and|but|if|because|when|so) ")
# A clause that asks about something by name: "what is sociology", "how to recycle paper".
_ASKED = re.compile(r"(?:what|who|which|why|where|when|is|are|do|does|did|can|how) (?:\w+ )+\w{4,}")


_TELLS = re.compile(
    r"(?:my|our)\b.*\b(?:is|are|was|were)\b|"
    r"(?:i|we)(?:['’]m|['’]re| am| are| use| live| work| like| love| prefer| write| moved| switched| renamed| have a)\b"
)


def why_not_cacheable(text: str) -> str | None:
    """Why an answer to this text must not be kept, in words that follow "the answer"; None when it may be."""
    pattern = normalise(text)
    if len(pattern) > LONGEST:
        return "the text is too long to come again"
    if is_skeleton(pattern):
        return "⟨ ⟩ are the marks of slots"
    words = _plain_words(pattern)
    if not words:
        return "there are no words in it to go by"
    how = pattern.startswith("how to ")
    asks = manner(pattern).asks
    if (
        RECOLLECTION & set(words)
        or (speaks_of_oneself(text) and asks not in (Asks.HOW, Asks.WHY))
        or (asks is not Asks.HOW and _PERSON.search(pattern))
    ):
        return "the answer is about you, so it comes from memory"
    if PASSING & set(words) or (not how and _CLOCK.search(pattern)):
        return "the answer changes with time"
    if leans_on_conversation(text):
        return "the answer leans on what was said before"
    return None


def speaks_of_oneself(text: str) -> bool:
    """Whether a text says "my" or "our". How one does something to one's own, or why it is so, is the same for all, as
    long as memory has nothing to say about it."""
    return bool(PERSONAL & set(_plain_words(normalise(text))))


def tells_of_oneself(text: str) -> bool:
    """Whether a text tells what only the person can say: "my dog is called Rex", "I use vim"."""
    return _TELLS.match(normalise(text)) is not None


def is_about_what_was_said(text: str) -> bool:
    """Whether a text tells or asks what only the person can say: "my dog is called Rex", "what is my dog called?"; not
    why or how something of theirs is done."""
    pattern = normalise(text)
    if "\n" in text.strip():
        return False
    asks = manner(pattern).asks
    if asks is Asks.DO:  # an order, unless it tells something
        return tells_of_oneself(text)
    personal = speaks_of_oneself(text) or _PERSON.search(pattern) is not None
    return personal and asks not in (Asks.WHY, Asks.HOW)


def is_small_talk(text: str) -> bool:
    """Whether there is no word in a text that could be looked up: "hi there", "who are you"."""
    words = set(re.findall(r"\w+", text.lower()))
    return bool(words) and words <= STOP | GREETINGS


def leans_on_conversation(text: str) -> bool:
    """Whether a text makes sense only after what was said before it: "and if it is empty?"."""
    pattern = normalise(text)
    words = _plain_words(pattern)
    continued = bool(words) and (words[0] in CONTINUES or words == ["why"])
    return continued or _TURNS.search(pattern) is not None or _points_back(pattern)


def _plain_words(pattern: str) -> list[str]:
    """Words that stand alone: `datetime.now()` does not speak of now."""
    stripped = (word.strip('?!.,;:()"') for word in pattern.split())
    return [word.lower() for word in stripped if _WORD.fullmatch(word.lower()) and word != "US"]


def _points_back(pattern: str) -> bool:
    """A pronoun with nothing in the same text that it can stand for: "a list and its length" is whole."""
    words = _plain_words(_SAME.sub(_without_same, _EMPTY_IT.sub(" ", pattern)))
    bound = _bound(pattern)
    for place, word in enumerate(words):
        if word in SHOWS:
            return True
        if word == "that" and (place in (0, len(words) - 1) or words[place - 1] in BEFORE_THAT):
            return True
        if word in POINTS and word not in bound and not _named_before(pattern, word, words[: max(0, place - 1)]):
            return True
    return False


def _without_same(found: re.Match[str]) -> str:
    return found.group().replace("same", "")


def _bound(pattern: str) -> frozenset[str]:
    """Pronouns that the subject of their own sentence stands behind: "why do cats lick their paws when they are wet".

    A possessive may mean the subject of its own clause, any other pronoun only that of an earlier one (Chomsky's
    principle B): in "why do lists have them" something else is meant. A subject is what follows an auxiliary.
    """
    found: set[str] = set()
    subject = closed = False
    before = ""
    for token in pattern.lower().split():
        word = token.strip('?!.,;:()"')
        if word in POINTS:
            if not subject or not (closed or word in POSSESSIVE):
                return frozenset(found)
            found.add(word)
        elif word in CLAUSES and subject:
            closed = True
        elif before in AUXILIARY and word not in STOP:
            subject = True
        before = before if word in DETERMINERS and before in AUXILIARY else word
        closed = closed or (subject and token[-1] in ",;:?.!")
    return frozenset(found)


def _named_before(pattern: str, pronoun: str, before: list[str]) -> bool:
    """Whether something was named that the pronoun can stand for: "a list", or the thing that an earlier clause is
    about ("what is sociology, and why is it taught")."""
    if any(word in ("a", "an", "all", "every", "each", "two") for word in before):
        return True
    clause = _CLAUSE.split(pattern.lower())[0]
    found = re.search(rf"\b{pronoun}\b", clause)
    return found is None and bool(_ASKED.match(clause))
