"""Would this text be answered by a procedure learned from that one? A pure question: nothing is stored."""

from __future__ import annotations

from collections.abc import Callable

from engine.procedures.dependence import why_not_cacheable
from engine.procedures.difference import difference, word_overlap
from engine.procedures.pattern import normalise
from engine.procedures.verifier import verify


def judge(
    learned_from: str, asked: str, similarity: Callable[[str, str], float] | None = None
) -> tuple[bool, float, str]:
    """Whether `asked` would be answered from a procedure learned from `learned_from`: (hit, similarity, why).

    The same text, else the same pattern, else what the verifier says of near neighbours. `similarity` gives the
    cosine of two sentence embeddings; without it only the first two are tried, and the similarity that is told is the
    overlap of their words.
    """
    if reason := why_not_cacheable(learned_from) or why_not_cacheable(asked):
        return False, _near(learned_from, asked, similarity), reason
    if learned_from.strip() == asked.strip():
        return True, 1.0, "the same text"
    ours, theirs = normalise(asked), normalise(learned_from)
    if ours == theirs:
        return True, _near(learned_from, asked, similarity), "the same question, put differently"
    if similarity is None:
        return False, word_overlap(theirs, ours), difference(ours, theirs)
    cosine = similarity(learned_from, asked)
    verdict = verify(learned_from, asked, cosine)
    return verdict.same, cosine, verdict.why


def _near(a: str, b: str, similarity: Callable[[str, str], float] | None) -> float:
    return similarity(a, b) if similarity is not None else word_overlap(a, b)
