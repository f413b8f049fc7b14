"""Would this text be answered by a procedure learned from that one? A pure question: nothing is stored."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from engine.procedures.dependence import why_not_cacheable
from engine.procedures.difference import difference, word_overlap
from engine.procedures.pattern import normalise
from engine.procedures.slots import frame
from engine.procedures.template import Example, Refused, generalise
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


def judge_template(
    examples: Sequence[tuple[str, str]], asked: str, similarity: Callable[[str, str], float] | None = None
) -> tuple[bool, float, str, str | None]:
    """Whether `asked` would be answered by the template of learned (question, answer) pairs: (hit, similarity, why, the
    answer). The similarity is told of the first question.
    """
    near = _near(examples[0][0], asked, similarity)
    for text in (*(question for question, _ in examples), asked):
        if reason := why_not_cacheable(text):
            return False, near, reason, None
    frames = [frame(normalise(text)) for text in (*(question for question, _ in examples), asked)]
    skeletons = {framed.skeleton if framed is not None else None for framed in frames}
    if None in skeletons:
        return False, near, "there is no value in it to fill in", None
    if len(skeletons) > 1:
        return False, near, "they differ in more than their values", None
    learned, last = [framed.slots for framed in frames[:-1] if framed], frames[-1]
    template = generalise([Example(slots, said, True) for slots, (_, said) in zip(learned, examples, strict=True)])
    if template is None or last is None:
        return False, near, "the answers differ in more than these values", None
    try:
        return True, near, f"the same task for other values: {last.skeleton}", template.fill(last.slots)
    except Refused as refused:
        return False, near, str(refused), None


def _near(a: str, b: str, similarity: Callable[[str, str], float] | None) -> float:
    return similarity(a, b) if similarity is not None else word_overlap(a, b)
