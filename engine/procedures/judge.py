"""Would this text be answered by a procedure learned from that one? A pure question: nothing is stored."""

from __future__ import annotations

from collections.abc import Callable

from engine.procedures.dependence import why_not_cacheable
from engine.procedures.difference import difference, word_overlap
from engine.procedures.pattern import normalise


def judge(
    learned_from: str, asked: str, similarity: Callable[[str, str], float] | None = None
) -> tuple[bool, float, str]:
    """Whether `asked` would be answered from a procedure learned from `learned_from`: (hit, similarity, why).

    The decision is by text alone: the same text, else the same pattern. `similarity` (such as the cosine of two
    sentence embeddings) only says how near they are; without it, the overlap of their words does.
    """
    if reason := why_not_cacheable(learned_from) or why_not_cacheable(asked):
        return False, _near(learned_from, asked, similarity), reason
    if learned_from.strip() == asked.strip():
        return True, 1.0, "the same text"
    ours, theirs = normalise(asked), normalise(learned_from)
    if ours == theirs:
        return True, _near(learned_from, asked, similarity), "the same question, put differently"
    return False, _near(theirs, ours, similarity), difference(ours, theirs)


def _near(a: str, b: str, similarity: Callable[[str, str], float] | None) -> float:
    return similarity(a, b) if similarity is not None else word_overlap(a, b)
