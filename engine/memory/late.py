"""Late interaction: how much of what each word of a question means is said somewhere in a text.

A sentence vector is one average over everything in a text; a question about one detail drowns in it. So the words are
kept apart (ColBERT, Khattab & Zaharia 2020): each word of the question looks for the word of the text that is meant
most alike, in its own sentence, and the findings are averaged, a rare word counting more. "city" finds "Boston",
"kids" finds "children", and a word that is there itself finds itself.

A word is kept as the signs of the first 192 coordinates of its state: 24 bytes (Charikar 2002: the share of equal
signs tells the angle). The question's side stays float32. On labelled conversations this ranks as well as the whole
states of 1,536 bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

_SIGNS = 192
_WORDS = 32
"""Words kept of one text; what a longer one is about is in its vector and its words."""
_AT_ONCE = 512
"""Words whose bits are unpacked at a time: so many stay in the processor's cache, which is several times as fast as all
of a search's thousands at once."""


def encode(states_WD: Floats) -> bytes:
    """The signs of the words' states, 24 bytes a word (fewer where the states are narrower)."""
    import numpy as np

    return np.packbits(states_WD[:_WORDS, :_SIGNS] > 0, axis=1).tobytes()


def decode(code: bytes) -> Floats:
    """What `encode` kept: 1 and −1, float32 [words, 192]."""
    import numpy as np

    bits = np.unpackbits(np.frombuffer(code, dtype=np.uint8).reshape(-1, _SIGNS // 8), axis=1)
    return bits.astype(np.float32) * 2 - 1


def likeness(query_QD: Floats, codes: Sequence[bytes]) -> Floats:
    """How alike the best word of each text is to each word of the query: float32 [texts, Q], in [0, 1].

    0 where a text has no words, or none that means anything similar.
    """
    import numpy as np

    signs = min(_SIGNS, query_QD.shape[1])
    query_QS = query_QD[:, :signs]
    query_QS = query_QS / (np.linalg.norm(query_QS, axis=1, keepdims=True) + 1e-9)
    best = np.zeros((len(codes), len(query_QS)), dtype=np.float32)
    width = (signs + 7) // 8
    sizes = np.array([len(code) // width for code in codes], dtype=np.int64)
    if not sizes.sum() or not len(query_QS):
        return best
    packed = np.frombuffer(b"".join(codes), dtype=np.uint8).reshape(-1, width)
    along_WQ = np.empty((len(packed), len(query_QS)), dtype=np.float32)
    for start in range(0, len(packed), _AT_ONCE):
        bits_WS = np.unpackbits(packed[start : start + _AT_ONCE], axis=1, count=signs).astype(np.float32)
        along_WQ[start : start + _AT_ONCE] = bits_WS @ query_QS.T
    some = np.flatnonzero(sizes)
    starts = np.concatenate([[0], np.cumsum(sizes[some])[:-1]])
    # q · (2b − 1) = 2 q · b − Σq: the bits need not be turned into signs. √signs is the length of a row of signs.
    best[some] = (2 * np.maximum.reduceat(along_WQ, starts, axis=0) - query_QS.sum(1)) / signs**0.5
    return np.clip(best, 0.0, 1.0)
