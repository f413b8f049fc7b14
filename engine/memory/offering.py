"""What of a ranking is worth reading: the relevant, the true and the new, and nothing that stands in their way."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from engine.checking import owns_up
from engine.events import Flag
from engine.fit import is_heading
from engine.manner import Asks, manner
from engine.memory.facts import asks_for_the_past, is_noted
from engine.memory.recall import Ranked
from engine.memory.words import code_names, words
from engine.record import Item

_ALIKE = 0.95
"""Cosine above which two memories are the same question asked again: reading both teaches nothing."""
_OURS = 0.85
"""Score from which a document is ours though the question sounds like another subject: of 457 questions that were taken
for one and are, 10 find such a document, of 10 of ours 8 (train/LOG.md)."""
_BEHIND = 1.0
"""Log-odds by which a document may be behind the best and still be read beside it. A small core reads one alone better
than two, and takes words from both; so the second is only worth it where it may well be the right one."""
_ASKS = re.compile(r"\?\s*$|^\s*(?:what|which|who|where|when|why|how|is|are|do|does|did|can|could)\b", re.IGNORECASE)
"""A question, by its first word or its last sign; a bare name that an answer says it does not have is one, too. What is
told may be worth knowing, whatever was answered."""
_SURE = 0.8
_ONESELF = re.compile(r"\b(?:i|me|my|mine|we|us|our|ours)\b", re.IGNORECASE)
_ASKING = re.compile(
    r"\b(?:do|does|did|can|could|should|would|may|must|shall|am) (?:i|we)\b|\b(?:tell|show|give|help|let) me\b"
    r"|\b(?:i|we) (?:want|need|have|wish|would like) (?:to|an?)\b",
    re.IGNORECASE,
)
"""Words for oneself that belong to how things are asked."""
_STATES = re.compile(r"\b(?:is|are|was|were|has|have|had|will|must|should|isn't|aren't)\b|[:=]", re.IGNORECASE)
_SPARK = re.compile(r"\b(?:u|ur|you|yours?|spark)\b", re.IGNORECASE)
_CODE = re.compile(r"```.*?```|`[^`]*`", re.DOTALL)
_FILE, _LIBRARY = (
    re.compile(r"[\\/]"),
    re.compile(r"[\\/](?:lib(?:64)?|site-packages|dist-packages)[\\/]", re.IGNORECASE),
)
"""Where a document comes from: the handbook is no file, and the standard library and packages lie in such folders."""
_OF_A_NAME = frozenset(
    words("return argument arguments parameter call use usage signature take accept pass explain describe purpose help")
)
"""What is asked of a function by its name."""
_SPARK_SPEAKS = re.compile(r"\b(?:I|me|my)\b")


def offered(
    ranked: Sequence[Ranked], k: int, minimum: float, exclude: Sequence[str] = (), asked: str = ""
) -> list[Ranked]:
    """The first `k` worth reading: relevant, not flagged wrong, not excluded, and no two that say the same; what was
    stated anew since only where the past is asked for.

    A turn that asked the very same has only its own former answer to add, which is no evidence for itself: an "I do not
    know" would be repeated for ever. A question that found no answer has nothing to add to any other.

    What was said gets one of several places if any of it is relevant: thousands of documents, which share words with
    every question, would leave no room for the one line in which a person said it. And who asks about oneself, and has
    surely told it, is not first answered with what Spark says of itself.
    """
    good = [one for one in ranked if one.score >= minimum and one.item.flag is not Flag.WRONG]
    good = [one for one in good if one.item.id not in exclude and not _adds_nothing(one.item, asked)]
    if not asks_for_the_past(asked):
        good = [one for one in good if not one.outdated]
    said = next((one for one in good if one.item.kind in ("turn", "import")), None)
    if said is not None and said.score >= _SURE and _ONESELF.search(asked) and not _SPARK.search(asked):
        good = _told_first(good, said, asked)
    chosen: list[Ranked] = []
    for one in good:
        if len(chosen) == k:
            break
        if not any(_same(one, other) for other in chosen):
            chosen.append(one)
    chosen = _without_the_beaten(chosen, asked)
    said = next((one for one in good if _tells(one.item)), None)
    if said is not None and k > 1 and all(one.item.kind == "document" for one in chosen):
        chosen = [*chosen[: k - 1], said]
    return chosen


def _told_first(good: Sequence[Ranked], said: Ranked, asked: str) -> list[Ranked]:
    """What Spark says of itself moves behind what the person said, unless it is what is asked for word for word."""
    place = next(i for i, one in enumerate(good) if one is said)
    before = [(one, _is_of_spark(one.item) and not is_heading(one.item.title, asked)) for one in good[:place]]
    first, later = ([one for one, of_spark in before if of_spark is which] for which in (False, True))
    return [*first, said, *later, *good[place + 1 :]]


def _is_of_spark(item: Item) -> bool:
    """Whether it is a note in which Spark speaks of itself: notes of Python never say "I"."""
    title, _, note = item.text.partition("\n")
    return item.kind == "document" and (_SPARK.search(title) or _SPARK_SPEAKS.search(_CODE.sub("", note))) is not None


def _without_the_beaten(chosen: Sequence[Ranked], asked: str) -> list[Ranked]:
    """Without what is clearly less likely to answer than the document that is first, or the fact that a person told:
    other documents, and what somebody once asked, whose answer is mostly another document in other words. How something
    of theirs is done ("how do i start my server") no fact says."""
    if not chosen or not (chosen[0].item.kind == "document" or _answers(chosen[0].item, asked)):
        return list(chosen)
    least = _log_odds(chosen[0].score) - _BEHIND
    return [one for one in chosen if _tells(one.item) or _log_odds(one.score) >= least]


def _answers(item: Item, asked: str) -> bool:
    return is_noted(item.answer) and manner(asked).asks not in (Asks.HOW, Asks.WHY)


def _tells(item: Item) -> bool:
    """Whether somebody says something there, of which no document knows, rather than only asks."""
    if item.kind != "turn":
        return item.kind == "import"
    if is_noted(item.answer) or _ONESELF.search(_ASKING.sub("", item.text)):
        return True
    return _STATES.search(item.text) is not None and not _ASKS.search(item.text)


def _log_odds(share: float) -> float:
    return math.log(max(share, 1e-9) / max(1.0 - share, 1e-9))


def _adds_nothing(item: Item, asked: str) -> bool:
    if item.kind != "turn":
        return False
    asks = _ASKS.search(item.text) is not None or _folded(item.text) in _folded(item.answer)
    return (owns_up(item.answer) and asks) or _folded(asked) == _folded(item.text)


def _folded(text: str) -> str:
    """Without case, spacing and the sign at its end. Signs within it may be code, and tell texts apart."""
    return " ".join(text.lower().split()).rstrip(" .!?")


def _same(one: Ranked, other: Ranked) -> bool:
    if _folded(one.item.text) == _folded(other.item.text):
        return True
    mine, others = one.match.vector, other.match.vector
    return mine is not None and others is not None and float(mine @ others) > _ALIKE


def may_be_another(one: Ranked) -> bool:
    """Whether a document may well be of another subject than the question. Not of what a person had Spark read of their
    own: that is their subject, whatever it is."""
    return one.item.kind == "document" and one.score < _OURS and not _is_own(one.item)


def _is_own(item: Item) -> bool:
    """Whether a document was read from a file that is of no library."""
    return _FILE.search(item.source) is not None and _LIBRARY.search(item.source) is None


def without_rivals(ranked: Sequence[Ranked], asked: str) -> list[Ranked]:
    """Who asks for `os.path.join` by its name is not helped by other documents near by: a small core confuses them.
    Nor, where nothing else is asked, by documents that do not say the name."""
    named = code_names(asked)
    if any(one.item.title in named for one in ranked):
        return [one for one in ranked if one.item.kind != "document" or one.item.title in named]
    if not named or not set(words(asked)) <= _OF_A_NAME.union(words(" ".join(named))):
        return list(ranked)
    last = "|".join(re.escape(name.rpartition(".")[2]) for name in named)
    says = re.compile(rf"\b(?:{last})\b")
    return [one for one in ranked if one.item.kind != "document" or says.search(one.item.text)]
