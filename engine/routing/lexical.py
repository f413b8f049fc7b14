"""What a query looks like on the surface, as numbers: its words and pairs of words, hashed into a short vector.

The sentence embedding hears the topic and the fast path's state hears code; neither sees well that a message ends in
`=` or begins with "why". Signed feature hashing (Weinberger et al. 2009), so that there is no vocabulary to keep.
"""

from __future__ import annotations

import re
import zlib
from itertools import pairwise

WIDTH = 1024
"""Places of the vector. Twice as many measured the same."""
_TOKEN = re.compile(r"[^\W\d]+|\d+|[^\w\s]|\n[ \t]?")
_TROUBLE = re.compile(r"[A-Z]\w*(?:Error|Exception|Warning)")
_CHARACTERS = 2_000
"""Of a long message the beginning and the end are enough."""


def lexical(text: str) -> list[float]:
    """The vector of a text: `WIDTH` numbers with a Euclidean norm of about one; the same on every machine."""
    vector = [0.0] * WIDTH
    found = sorted(marks(text))
    for mark in found:
        number = zlib.crc32(mark.encode("utf-8", "replace"))
        vector[number % WIDTH] += 1.0 if number >> 20 & 1 else -1.0
    size = max(1, len(found)) ** 0.5
    return [value / size for value in vector]


def marks(text: str) -> set[str]:
    """Words, pairs of neighbours (with the ends marked ^ and $), and what kind of message it is."""
    if len(text) > _CHARACTERS:
        text = text[: _CHARACTERS // 2] + " … " + text[-_CHARACTERS // 2 :]
    words = ["^", *map(_word, _TOKEN.findall(text)), "$"]
    found = {*words, *(f"{left} {right}" for left, right in pairwise(words))}
    if _TROUBLE.search(text):
        found.add("#trouble")
    if "\n" in text:
        found.add("#lines")
    return found | {f"#length {min(6, (len(text.split()) + 1).bit_length())}"}


def _word(token: str) -> str:
    if token[0] == "\n":
        return "#line" if token == "\n" else "#indented"
    return "0" if token.isdigit() else token.lower()
