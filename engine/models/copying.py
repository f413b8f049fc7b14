"""Going on with a copy of what was read is made likelier: a small model slips where the code it repeats gets strange.

Attention finds what followed the same words before (induction heads, Olsson et al. 2022), and in ten million weights it
does so well, not perfectly: one token in some hundreds is another. A cache of what was read, mixed into the
probabilities (pointer sentinels, Merity et al. 2017; neural caches, Grave et al. 2017), needs no training.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

LEAST = 4
"""So many tokens in a row must be as in a memory before it counts as a copy."""
MOST, MOST_IN_CODE = 3, 8
"""A copy longer by more than this is not trusted more: code is copied as it stands, prose is often put otherwise."""


class Copies:
    """Where an answer goes on with something that stands in a memory."""

    def __init__(
        self, memories: Sequence[Sequence[int]], answered: Sequence[int] = (), in_code: Sequence[Sequence[bool]] = ()
    ) -> None:
        """`answered`: what the answer begins with, where it is written in several goes. `in_code`: for each token
        of each memory whether it is code; none is without."""
        self._memories = [list(memory) for memory in memories]
        self._in_code = in_code
        self._answered = list(answered)
        self._places: dict[int, list[tuple[int, int]]] = defaultdict(list)
        for number, memory in enumerate(self._memories):
            for place, token in enumerate(memory[:-1]):
                self._places[token].append((number, place))

    def after(self, written: Sequence[int]) -> dict[int, int]:
        """Tokens that would go on with a copy, and by how much it is longer than chance, up to the most that counts."""
        tail = [*self._answered, *written][-(LEAST + MOST_IN_CODE) :]
        longer: dict[int, int] = {}
        for number, place in self._places.get(tail[-1], ()) if len(tail) >= LEAST else ():
            memory, length = self._memories[number], 1
            while length < len(tail) and length <= place and memory[place - length] == tail[-1 - length]:
                length += 1
            if length >= LEAST:
                following = memory[place + 1]
                most = MOST_IN_CODE if self._in_code and self._in_code[number][place + 1] else MOST
                longer[following] = max(longer.get(following, 0), min(length - LEAST + 1, most))
        return longer
