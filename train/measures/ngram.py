"""A 5-gram model of tokens: what counting alone knows of a text, the naive baseline for bits per byte.

Probabilities are interpolated from short contexts to long ones (Witten–Bell 1991): the more different tokens were seen
after a context, the less its counts are trusted.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from engine.models.tokenizer import Tokenizer
from engine.observation.perplexity import Compression

ORDER = 5


class NGrams:
    """Counts of the tokens that follow each context of up to `ORDER` − 1 tokens."""

    def __init__(self, vocabulary: int) -> None:
        self._vocabulary = vocabulary
        self._after: dict[tuple[int, ...], Counter[int]] = defaultdict(Counter)
        self._seen: Counter[tuple[int, ...]] = Counter()

    def read(self, ids: Sequence[int]) -> None:
        """Count one text."""
        for place, token in enumerate(ids):
            for length in range(min(ORDER - 1, place) + 1):
                context = tuple(ids[place - length : place])
                self._after[context][token] += 1
                self._seen[context] += 1

    def probability(self, context: Sequence[int], token: int) -> float:
        """p(token | the last ORDER − 1 tokens of `context`); sums to 1 over the vocabulary."""
        p = 1.0 / self._vocabulary
        for length in range(min(ORDER - 1, len(context)) + 1):
            key = tuple(context[len(context) - length :])
            seen = self._seen.get(key, 0)
            if not seen:
                break
            after = self._after[key]
            p = (after.get(token, 0) + len(after) * p) / (seen + len(after))
        return p

    def bits_per_byte(self, tokenizer: Tokenizer, texts: Iterable[str]) -> Compression:
        """What texts cost under these counts, each from its own beginning."""
        bits, size, tokens = 0.0, 0, 0
        for text in texts:
            ids = tokenizer.encode(text)
            size += len(text.encode("utf-8", "replace"))
            tokens += len(ids)
            for place, token in enumerate(ids):
                bits -= math.log2(self.probability(ids[max(0, place - ORDER + 1) : place], token))
        return Compression(bits, size, tokens)
