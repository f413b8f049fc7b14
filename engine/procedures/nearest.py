"""The closest learned pattern by words, for saying what a miss was nearly: an inverted index with a bounded cost."""

from __future__ import annotations

from collections import Counter

from engine.procedures.difference import word_overlap

CANDIDATES = 300
"""Most patterns compared in one search: about a millisecond, however many there are."""


class Nearest:
    def __init__(self) -> None:
        self._patterns: set[str] = set()
        self._holding: dict[str, set[str]] = {}

    def __len__(self) -> int:
        return len(self._patterns)

    def add(self, pattern: str) -> None:
        self._patterns.add(pattern)
        for word in _words(pattern):
            self._holding.setdefault(word, set()).add(pattern)

    def discard(self, pattern: str) -> None:
        self._patterns.discard(pattern)
        for word in _words(pattern):
            if holders := self._holding.get(word):
                holders.discard(pattern)
                if not holders:
                    del self._holding[word]

    def find(self, pattern: str) -> tuple[str, float] | None:
        """The nearest pattern and its word overlap; None when no learned pattern shares a word.

        Rare words are looked at first: they say most about what a text is about, and have few holders.
        """
        holders = sorted((h for word in _words(pattern) if (h := self._holding.get(word))), key=len)
        seen: Counter[str] = Counter()
        budget = CANDIDATES * 4
        for held in holders:
            if budget <= 0:
                break
            for number, candidate in enumerate(held):
                if number >= budget:
                    break
                seen[candidate] += 1
            budget -= len(held)
        if not seen:
            return None
        # Ties go to the alphabet, so that the same question always names the same neighbour.
        scored = [(word_overlap(pattern, candidate), candidate) for candidate, _ in seen.most_common(CANDIDATES)]
        overlap, nearest = min(scored, key=lambda pair: (-pair[0], pair[1]))
        return nearest, overlap


def _words(pattern: str) -> set[str]:
    return set(pattern.lower().split())
