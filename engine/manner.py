"""The manner of asking: what kind of answer a question wants, and which of its words say so."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache


class Asks(StrEnum):
    """What kind of answer a question wants."""

    HOW = "how"
    DO = "for a thing to be done"
    WHAT = "what"
    WHY = "why"
    WHO = "who"
    WHEN = "when"
    WHERE = "where"
    MANY = "how many"
    MUCH = "how much"
    LONG = "how long"
    DEGREE = "to what degree"
    WHETHER = "yes or no"
    DIFFERENCE = "for the difference"
    PURPOSE = "what for"
    INSIDE = "what is there"


@dataclass(frozen=True, slots=True)
class Manner:
    asks: Asks
    mood: str
    words: int
    """How many of the text's first tokens do the asking."""
    qualities: frozenset[str]
    """Words among these that ask for something particular: the "cheapest" way."""
    also: frozenset[Asks]
    ending: int = 0
    """How many of its last tokens do the asking too: the "mean" of "what does this mean"."""


_BE = r"(?:is|are|was|were|s|be)"
_ONE = r"(?:i|you|we|one|u|they|people|someone|a person|anyone|somebody)"
_WAY = r"(?:way|ways|method|methods|procedure|process|steps|step|technique|techniques|trick|tricks|approach)"
_FINE = r"best|good|right|proper|correct|effective|possible|various|different|better|great|ideal"
_QUALITY = (
    r"easiest|easy|fastest|fast|quickest|quick|simplest|simple|cheapest|cheap"
    r"|safest|safe|healthiest|natural|legal|free|hardest|worst|main|only|most \w+"
)
_GOOD = rf"(?:{_FINE}|{_QUALITY}|and)"
# Tried in order on the text in lower case without punctuation; what matches is the manner of asking.
_FRAMES: tuple[tuple[Asks, re.Pattern[str]], ...] = tuple(
    (asks, re.compile(pattern))
    for asks, pattern in (
        (Asks.HOW,
            rf"(?:what|which|whats)(?: {_BE})?(?: (?:the|a|an|some|any|your))?(?: of the)?"
            rf"(?: {_GOOD})* {_WAY} (?:(?:in which|that) )?(?:to|for|of|{_ONE} can)\b"),
        (Asks.HOW,
            rf"(?:{_BE} there )?(?:an?|any|some|the|your)?(?: ?{_GOOD})* ?{_WAY} (?:to|for|of|in which)"
            rf"\b(?: {_ONE} can)?"),
        (Asks.HOW, r"what(?: is|s) the (?:way|manner)(?: that| in which)?\b"),
        (Asks.PURPOSE, r"what(?: is| are|s| was| were) the (?:purpose|use|point|aim|role)s? of\b"),
        (Asks.HOW, rf"what (?:can|could|should|must|do|would) {_ONE} do (?:to|for|in order to)\b"),
        (Asks.HOW, r"what (?:do|does|would) (?:it|one) (?:take|need) to\b"),
        (Asks.HOW, r"what helps(?: one| you| me| to)*\b"),
        (Asks.DIFFERENCE,
            rf"(?:what|whats|which|explain|is there)?(?: {_BE})?(?: the| a| any| some)?(?: (?:main|major|"
            rf"key))? ?differences? (?:between|of)\b"),
        (Asks.DIFFERENCE, r"how (?:do|does|is|are|did)(?= .*\b(?:differ|different|differs)\b)"),
        (Asks.LONG,
            r"(?:how long|how many (?:hours|minutes|days|weeks|months|years)|what(?: is|s)"
            r" the (?:duration|length) of|how much time)\b"),
        (Asks.MANY,
            r"(?:how many|what(?: is|s) the (?:total )?(?:number|count) of|(?:get |find |count )?(?:the )?"
            r"number of|count (?=the|all|how))(?:\b|(?<= ))"),
        (Asks.MUCH, r"(?:how much|how expensive|what(?: is|s) the (?:average )?(?:cost|price)(?: of| for| to)?)\b"),
        (Asks.DEGREE,
            r"how (?!(?:to|do|does|did|can|could|should|would|will|is|are|was|were|has|have|come|i|you|we|"
            r"might|a|an|the|s|about)\b)\w*"),
        (Asks.WHY,
            r"(?:why|how come|for what reason|what(?: is| are|s| was| were)(?: the)?(?: main)? (?:reason|"
            r"reasons|cause|causes)(?: for| of| that| why| behind)?|what (?:causes|caused|makes|made))\b"),
        (Asks.HOW,
            rf"how (?:to|(?:do|does|did|can|could|should|shall|would|will|might|must)(?: {_ONE}\b)?|{_BE}|"
            rf"has|have|a|an|the|{_ONE})\b"),
        (Asks.WHEN, r"(?:when|(?:in |at |on )?(?:what|which) (?:year|date|day|month|time|age|century))\b"),
        (Asks.WHERE, r"(?:(?:from |to )?where|(?:in |at )?(?:what|which) (?:place|places|location))\b"),
        (Asks.WHO, r"(?:by |to |for |with )?(?:who|whom|whose|whos)\b"),
        (Asks.WHAT,
            rf"(?:(?:can|could) {_ONE} )?(?:please )?(?:explain|describe|define|definition of|meaning of|"
            rf"what(?: is|s| are) (?:the |your )?(?:meaning|definition) of|what(?: is|s) meant by)\b"),
        (Asks.WHAT, r"are there (?:any|some)\b"),  # it is asked to hear which
        (Asks.WHAT, rf"how (?:would|do|can) {_ONE} (?:define|explain|describe)\b"),
        (Asks.INSIDE, r"what(?: is|s| are) (?:in|on|inside|under|behind)\b"),
        (Asks.WHAT, r"(?:what|whats|which)\b"),
        (Asks.WHETHER,
            r"(?:is|are|was|were|do|does|did|can|could|should|will|would|has|have|had|am|may|might|must|"
            r"isnt|arent|doesnt|dont)\b"),
    )
)  # fmt: skip
_LEAD = re.compile(
    r"(?:(?:please|kindly|hey|hi|so|well|ok|also|and|but|in python|python) |"
    r"(?:can|could|would|will) (?:you|anyone|someone|anybody|somebody|u) (?:please )?(?:tell me |recommend |suggest |"
    r"give me |show me |help me )|tell me |show me |i (?:want|need|would like) to (?:know )?|"
    r"i wonder |does (?:anyone|anybody) know |do you know (?=how|what|why|where|when|who|which)|any idea )+"
)  # fmt: skip
# What a question may end with that only asks, by how it begins; and words that say once more what is asked anyway.
_ENDINGS: tuple[tuple[Asks, Asks, re.Pattern[str]], ...] = (
    (Asks.WHAT, Asks.WHAT, re.compile(r"what (?:do|does|did|is|are)\b.*\S (mean|means|meant|stand for)$")),
    (Asks.WHAT, Asks.PURPOSE, re.compile(r"what(?: is| are|s)\b.*?\S ((?:used |good |useful |meant )?for)$")),
)
ASKED_ALREADY = {
    Asks.DIFFERENCE: frozenset(("differ", "differs", "different")),
    Asks.WHY: frozenset(("happen", "happens", "happened", "occur", "occurs", "arise", "arises")),
}
_MEASURES = re.compile(
    r"(?:how to |how (?:do|can) i )?(?:get |find |compute |calculate |determine |print )?(?:the )?"
    r"(?P<what>count|number|length)\b(?! down| up)"
)
_MOODS = {
    "past": "was were did had", "possible": "can could may might", "right": "should must ought", "future": "will would",
}  # fmt: skip
_MOOD = {word: mood for mood, words in _MOODS.items() for word in words.split()}
_SENTENCE = re.compile(r"[.?!;]+(?:\s+|$)|,? and (?=(?:why|how|when|where|who|what)\b)")
_WORD = re.compile(r"[^\W_]")


def manner(pattern: str) -> Manner:
    """How a normalised text asks; by its first sentence, and what its other sentences ask besides."""
    parts = [part for part in _SENTENCE.split(pattern) if part and _WORD.search(part)] or [pattern]
    first = _of(parts[0])
    others = {_of(part).asks for part in parts[1:]} - {Asks.DO} | first.also
    asks = first.asks
    if asks is Asks.DO and len(parts) > 1 and others:  # "I have two lists. How do I join them?"
        asks = _of(parts[-1]).asks
    return replace(first, asks=asks, also=frozenset(others - {asks}), ending=0 if len(parts) > 1 else first.ending)


def _of(sentence: str) -> Manner:
    flat = re.sub(r"['’]", "", sentence.lower())
    flat = " ".join(re.sub(r"[^\w\s]", " ", flat).split())
    lead = _LEAD.match(flat)
    begun = lead.end() if lead else 0
    rest = flat[begun:]
    mood = next((_MOOD[word] for word in rest.split()[:3] if word in _MOOD), "fact")
    for asks, frame in _FRAMES:
        if (match := frame.match(rest)) is not None:
            asking = rest[: match.end()]
            particular = frozenset(re.findall(rf"\b(?:{_QUALITY})\b", asking)) if asks is Asks.HOW else frozenset()
            if asks is Asks.DEGREE:  # "how tall" is not "how old"
                particular = frozenset(asking.split()[-1:])
            qualities = frozenset(word for found in particular for word in found.split()) - {"most", "only"}
            # "count the words" asks how many, and "what" alone asks nothing by itself: their words are content still.
            words = len((flat[:begun] + asking).split())
            for begins, means, ending in _ENDINGS:
                if asks is begins and (end := ending.match(rest)) is not None:
                    return Manner(means, mood, words, qualities, _NOTHING, len(end[1].split()))
            return Manner(asks, mood, words, qualities, _measured(rest) if asks is Asks.HOW else _NOTHING)
    return Manner(Asks.DO, mood, len(flat[:begun].split()), frozenset(), _measured(rest))


def _measured(task: str) -> frozenset[Asks]:
    """What a task that counts or measures asks as well: "count the words" how many there are."""
    if (match := _MEASURES.match(task)) is None:
        return _NOTHING
    return frozenset((Asks.LONG if match["what"] == "length" else Asks.MANY,))


_NOTHING: frozenset[Asks] = frozenset()


_LONGEST = 200
"""A longer text asks in more ways than one."""
_TELLS_WHAT = frozenset((Asks.WHAT, Asks.WHY, Asks.PURPOSE, Asks.DIFFERENCE, Asks.INSIDE))
_OF_A_THING = re.compile(r"\bhow (?:do|does|did|is|are|was|were) (?!i\b|you\b|we\b|one\b)", re.IGNORECASE)


def wants_a_way(text: str) -> bool | None:
    """Whether a question wants to know how one does something, rather than what something is or why; None where its
    words tell neither: "json dumps"."""
    asks = manner(text).asks if len(text) < _LONGEST else Asks.DO
    if asks is Asks.HOW:
        return _OF_A_THING.search(text) is None
    return False if asks in _TELLS_WHAT else None


@lru_cache(maxsize=4_096)
def says_how(title: str) -> bool | None:
    """The same of the title of a note, where a bare task promises the way: "Convert string to int"."""
    return True if manner(title).asks is Asks.DO else wants_a_way(title)
