"""How well a memory fits what is asked, as one digit before its text: memory tells the reader how sure it is.

A model of ten million weights copies without a fault what it has chosen, and chooses badly by meaning alone. The
sentence embedder, which found the memory, knows better: so what it thinks stands where the model can read it.

    9      the question names what the memory is about, `os.path.join` or `path.join`; or is the memory's very heading
    8      it has the last part of that name among its words: `join`
    0 – 7  tenths of the cosine of the two sentence embeddings

While answering, memory's own score decides between several, since it weighs more than the cosine (words apart, what was
stated as a fact, what was said since): where the score is sure the best has 7 at least, or 9 if it is a note of which
it is known what people ask for it; all others have at most 4, or three less than the best. Asked in people's words with
the right note first of two, the core answers from it 52 times of 53 (43 by the cosines alone) for notes it practised
reading with, and 30 times of 36 (17) for others.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from engine.events import Memory

BEST, _LAST_PART, _ALIKE = 9, 8, 7
# A document about code begins with a dotted name or a call: `os.path.join(a, *p): …`
_ABOUT = re.compile(r"([^\W\d]\w*(?:\.\w+)*)(?=\()|([^\W\d]\w*(?:\.\w+)+)(?=:)")
_WORD = re.compile(r"(?<![\w.])[^\W\d]\w*(?:\.\w+)*")
_GREETING = re.compile(r"^(?:hi|hello|hey)(?: there| spark)? (?=\w)")
_HOW = re.compile(
    r"^(?:(?:please|can|could) )?(?:(?:you )?(?:tell|show) me )?how (?:(?:do|can|would|should) (?:i|you|we|one)|to) "
)
_ARTICLE = re.compile(r"\b(?:an?|the) ")
_IN_PYTHON = re.compile(r" (?:in|with) python$")
_LONGEST_HEADING = 200
_SURE, _APART = 0.8, 3
_READ = 16_384
"""Characters of a question that are looked at for names."""


def fit(question: str, memory: str, semantic: float) -> int:
    """0 to 9; `semantic` is the cosine of the sentence embeddings of both."""
    alike = min(_ALIKE, max(0, int(10 * semantic)))
    found = _ABOUT.match(memory)
    if found is None:
        return BEST if _is_very_heading(memory.partition("\n")[0], question) else alike
    name = (found[1] or found[2]).lower()
    asked = {word.lower() for word in _WORD.findall(question[:_READ])}
    if name in asked or any(name.endswith("." + word) for word in asked if "." in word):
        return BEST
    return _LAST_PART if name.rpartition(".")[2] in asked else alike


def is_heading(heading: str, question: str) -> bool:
    """Whether a question is the heading of a memory, but for case, punctuation, articles, a greeting before it and how
    it is asked: "how do i convert a string to int" is the heading "Convert string to int"."""
    asked, title = _plain(question), _plain(heading)
    return bool(asked) and (title == asked or _bare(title) == _bare(_GREETING.sub("", asked)))


def _is_very_heading(heading: str, question: str) -> bool:
    """The same word for word, but for a greeting."""
    asked, title = _plain(question), _plain(heading)
    return bool(asked) and title in (asked, _GREETING.sub("", asked))


def _bare(plain: str) -> str:
    """What is to be done, without how it is asked."""
    return _ARTICLE.sub("", _IN_PYTHON.sub("", _HOW.sub("", plain)))


def _plain(text: str) -> str:
    """The words; none of what is too long to be a heading."""
    return " ".join(re.findall(r"\w+", text.lower())) if len(text) < _LONGEST_HEADING else ""


def marked(question: str, memories: Iterable[tuple[str, float]]) -> list[str]:
    """Memories, each with its cosine to the question, as our own models learn to read them."""
    return [f"{fit(question, memory, semantic)} {memory}" for memory, semantic in memories]


def marked_by_score(question: str, memories: Sequence[Memory]) -> list[str]:
    """Memories as memory offers them, best first, as our own models read them while answering."""
    marks: list[int] = []
    for memory in memories:
        own = fit(question, memory.text, memory.parts.semantic)
        if marks:
            marks.append(max(0, min(own, min(marks[0], _ALIKE) - _APART)))
        else:
            marks.append(max(own, _surely(memory)) if memory.score >= _SURE else own)
    return [f"{mark} {memory.text}" for mark, memory in zip(marks, memories, strict=True)]


def _surely(memory: Memory) -> int:
    """Of what memory is sure of: where it knows what people ask for it, this is as good as its heading."""
    return _ALIKE if memory.parts.asked is None else BEST
