"""The normalised pattern of a text: what stays the same when a person asks the same thing in another manner.

Folded: case of plain words, runs of spaces, closing punctuation, greetings and politeness, contractions, and the
many ways to begin "how do I". Never folded: numbers, negation, names, code, quoted text, the other words, or
their order. Whatever looks as if a single character could matter keeps every character: a missed shortcut costs
a second, a wrong one costs trust.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise

from engine.procedures.words import ABOUT, ABOUT_SPARK, BEFORE_I, CASELESS, CONTRACTIONS, MARKS

LONGEST = 1_000
"""Characters; a longer text is its own pattern."""

_GREETING = r"(?:hi|hello|hey|hiya|yo|good morning|good evening)(?: there| spark| all| everyone)?+"
# "hello world in python" is about hello: a greeting goes only before a pause or where a question begins.
_ASKING = r"(?:how|what|why|where|when|which|who|can|could|would|will|is|are|do|does|did|please|pls|plz|i|tell|show)\b"
_POLITE = r"(?:please|pls|plz|kindly)"
# "Can you change a tuple" asks whether it is possible, so a bare "can you" stays unless politeness shows an order.
_ASKS = rf"(?:{_POLITE} )?(?:(?:can|could|would|will) you {_POLITE}|(?:can|could|would) you(?= (?:tell|show) me))"
_LEADS = tuple(
    re.compile(pattern)
    for pattern in (
        rf"^{_GREETING}(?:[,.!]+ +(?=\S)| +(?={_ASKING}))",
        rf"^{_ASKS} +(?=\S)",
        rf"^{_POLITE}[,]? +(?=\S)",
        r"^(?:tell|show) me (?=how to |how do i |how can i |what |where |which )",
        r"^i (?:want|would like|need) to know (?=how |what |where |which )",
    )
)
_SELF = "|".join(sorted(ABOUT_SPARK))
_HOW = re.compile(
    r"^how (?:(?:do|can|could|would|might) (?:i|we|one)|does one|would (?:you|u)"
    rf"|(?:do|can|could) (?:you|u)(?! (?:{_SELF})\b)) +(?=\S)"
)
_THANKS = r"(?:please|pls|plz|thanks|thank you|thx|ty|cheers|thanks in advance|many thanks|thanks a lot)"
_TAIL = re.compile(rf"^(?P<rest>.*\S)(?P<gap>[,.!?]* |[,.!?]+){_THANKS}[.!]*$", re.DOTALL)
_WORD = re.compile(r"[A-Za-z]+(?:-[A-Za-z]+)*")
_CLOSED = re.compile(r"(?P<body>.*?)(?P<close>[?!.]+)", re.DOTALL)
_QUOTED = re.compile(r"(?:`[^`\s]+`|\"[^\"\s]+\"|'[^'\s]+')[?!.,;:]*")
_QUOTE = re.compile(r"[\"'`]")


@lru_cache(maxsize=4096)
def normalise(text: str) -> str:
    """The pattern of a text. Idempotent; the pattern of a pattern is itself."""
    pattern = text.strip()
    if len(pattern) > LONGEST or "\n" in pattern or "\r" in pattern:
        return pattern  # pasted code or prose: every character counts
    words = pattern.replace("’", "'").split()
    if any(_keeps_all(word) for word in words):
        return pattern
    pattern = " ".join(words)
    # Each pass may uncover another (a greeting before a "please"); passes only shorten after the first.
    while (folded := _fold(pattern)) != pattern:
        pattern = folded
    return pattern


def _keeps_all(word: str) -> bool:
    """A quotation mark that is neither a contraction's nor around this one word: spaces may matter inside."""
    return (
        _QUOTE.search(word) is not None
        and _QUOTED.fullmatch(word) is None
        and _plain(word) not in CONTRACTIONS
        and re.fullmatch(r"[A-Za-z]+'s[?!.,;:]*", word) is None
    )


def _plain(word: str) -> str:
    return word.rstrip("?!.,;:").lower()


def _fold(text: str) -> str:
    words = text.split()
    shouted = [word for word in words if len(word) > 1 and _WORD.fullmatch(_plain(word))]
    shouting = len(shouted) >= 3 and all(word.isupper() for word in shouted)
    words = [_fold_case(word, first=not place, shouting=shouting) for place, word in enumerate(words)]
    words = words[:1] + ["i" if word == "I" and before in BEFORE_I else word for before, word in pairwise(words)]
    text = " ".join(_expand(word) for word in words)
    text = _drop_closing(text)
    for lead in _LEADS:
        text = lead.sub("", text)
    text = _HOW.sub("how to ", text)
    return _drop_thanks(text)


def _fold_case(word: str, first: bool, shouting: bool) -> str:
    body = word.rstrip("?!.,;:")
    lower = body.lower()
    if lower in CONTRACTIONS and body in (lower, lower.capitalize(), lower.upper()):
        return lower + word[len(body) :]
    if not _WORD.fullmatch(body):
        return word
    if lower in CASELESS or (first and body == lower.capitalize()) or (shouting and body.isupper()):
        return lower + word[len(body) :]
    return word


def _expand(word: str) -> str:
    body = word.rstrip("?!.,;:")
    return CONTRACTIONS.get(body, body) + word[len(body) :]


def _drop_closing(text: str) -> str:
    """Without the closing "?", "!" or "." of a sentence, unless the mark may be part of what is asked."""
    words = text.split()
    if not words or MARKS & {_plain(word) for word in words}:
        return text
    match = _CLOSED.fullmatch(words[-1])
    if match is None:
        return text
    body, close = match["body"], match["close"]
    if not body:  # a mark standing alone: " ?" as some people type it
        asked = len(words) >= 4 and set(close) == {"?"} and words[-2] not in ("is", "are", "does", "do")
        return " ".join(words[:-1]) if asked else text
    question = set(close) == {"?"}
    if _WORD.fullmatch(body) or (question and (body[-1].isalnum() or body.lower() in ("c++", "c#", "f#"))):
        return " ".join([*words[:-1], body])
    return text


def _drop_thanks(text: str) -> str:
    match = _TAIL.match(text)
    if match is None:
        return text
    rest = match["rest"].rstrip(",")
    last = _plain(rest.split()[-1]) if rest.split() else ""
    if not last or (last in ABOUT and not match["gap"].strip()) or len(rest.split()) < 2:
        return text
    return rest
