"""Which kinds of memories may be read for a question, by what the question is taken for."""

from __future__ import annotations

import re
from dataclasses import dataclass

from engine.memory import CODE, DOCUMENTS, EVERYTHING, SAID
from engine.procedures import is_about_what_was_said, is_small_talk, speaks_of_oneself, why_not_cacheable
from engine.reflex import Assessment
from engine.routing.categories import Category, Route

_CODE_IS_WANTED = re.compile(
    r"\n|[:(]\s*$|\b(?:def|class|dataclass|function|method|lambda|code|script|program|snippet"
    r"|write|implement|complete|finish|autocomplete|continue|fill)\b",
    re.IGNORECASE,
)


_A_DEFINITION = re.compile(r"\n|[:(]\s*$|\b(?:def|class|dataclass|function|method|lambda)\b", re.IGNORECASE)
"""A function or a class is wanted, or the end of one that is there: others like it help, a script does not."""


@dataclass(frozen=True, slots=True)
class ReadingList:
    """`surely`: documents only where memory is sure that they are what is asked for."""

    kinds: frozenset[str]
    surely: bool = False


def reading_list(text: str, assessment: Assessment, told: bool = False) -> ReadingList:
    """What is to become a procedure leans on nothing that was talked about, and code is for writing code; but a
    question about oneself is answered by what one said, whatever it is taken for, and so is one about what was `told`
    ("password hint?"). What is taken for another subject may
    be one of ours in strange words ("letters like é need to become plain e"): memory is asked, too. And a program that
    is wished for in words ("write a hangman game") may stand in a note.
    """
    event = assessment.event
    if is_about_what_was_said(text) and event.category is not Category.DEBUG:
        return ReadingList(SAID)
    if event.outside > 0.5 and not is_small_talk(text):
        return ReadingList(EVERYTHING, surely=True)
    if told or speaks_of_oneself(text) or why_not_cacheable(text) is not None:
        return ReadingList(EVERYTHING)
    if assessment.choice.route is Route.PROCEDURE:
        return ReadingList(DOCUMENTS)
    if event.category is not Category.COMPLETION or not _CODE_IS_WANTED.search(text):
        return ReadingList(EVERYTHING)
    return ReadingList(CODE) if _A_DEFINITION.search(text) else ReadingList(CODE | DOCUMENTS, surely=True)
