"""What an embedder makes of a text, and what memory and routing ask of one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Reading:
    """One text as the embedder read it: `vector` float32 [width], and a state for each of its `words` in order.

    A word's state is the mean of its pieces' last hidden states, float32 [words, width]: the word as it is meant in
    this sentence. `words` are stems; filler words are left out.
    """

    vector: NDArray[np.float32]
    words: tuple[str, ...]
    states: NDArray[np.float32]


class Embeds(Protocol):
    """What memory and routing ask of an embedder."""

    name: str
    """Tells one embedder from another: an index made by another name is rebuilt."""
    width: int

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """One vector of length 1 for each text: float32 [N, width]."""
        ...

    def read(self, texts: Sequence[str]) -> list[Reading]:
        """The same vectors, each with the states of its words."""
        ...

    def cost(self, texts: Sequence[str]) -> float:
        """Floating-point operations that `read` takes for these texts now; what was read lately costs nothing."""
        ...
