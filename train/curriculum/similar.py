"""Which things are about the same matter: shared words, rare ones counting more (cosine of tf·idf)."""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

Thing = TypeVar("Thing")
_COMMON = 0.08
"""A word that more of the things share than this says nothing, and would make the search slow."""


class Similar(Generic[Thing]):
    """Things that can be asked for those nearest to one of them."""

    def __init__(self, things: Sequence[Thing], text: Callable[[Thing], str]) -> None:
        self.things = list(things)
        self._text = text
        found = [Counter(_words(text(thing))) for thing in self.things]
        spread = Counter(word for counted in found for word in counted)
        most = max(8, _COMMON * len(self.things))
        self._weight = {word: math.log(1 + len(found) / n) for word, n in spread.items() if n <= most}
        self._places: dict[str, list[tuple[int, float]]] = defaultdict(list)
        for place, counted in enumerate(found):
            weights = self._weights(counted)
            norm = math.sqrt(sum(w * w for w in weights.values())) or 1.0
            for word, weight in weights.items():
                self._places[word].append((place, weight / norm))

    def nearest(self, thing: Thing, count: int, least: float = 0.0) -> list[Thing]:
        """Up to `count` other things, nearest first; only those above a cosine of `least`."""
        near = self.nearest_to(self._text(thing), count + 1, least)
        return [other for other in near if other is not thing][:count]

    def nearest_to(self, text: str, count: int, least: float = 0.0) -> list[Thing]:
        """Up to `count` things nearest to a text."""
        weights = self._weights(Counter(_words(text)))
        norm = math.sqrt(sum(w * w for w in weights.values())) or 1.0
        scores: dict[int, float] = defaultdict(float)
        for word, weight in weights.items():
            for place, other in self._places.get(word, ()):
                scores[place] += weight * other / norm
        order = sorted(scores, key=lambda place: (-scores[place], place))
        return [self.things[place] for place in order if scores[place] > least][:count]

    def _weights(self, counted: Counter[str]) -> dict[str, float]:
        return {word: (1 + math.log(n)) * self._weight[word] for word, n in counted.items() if word in self._weight}


def _words(text: str) -> list[str]:
    """Lower-case words; identifiers are taken apart (`get_userName` → get, user, name)."""
    return [w.lower() for w in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+", text) if len(w) > 1]
