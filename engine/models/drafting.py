"""Guessing ahead, so that the writer checks several tokens in one reading (speculative decoding, Leviathan et al. 2023)

Two who guess: a lookup of what followed the same few tokens earlier in the prompt or the answer, which costs nothing
and is right where an answer copies from a memory; and a small model, which runs the same race as the writer
(sampling.py). How many tokens are worth guessing follows from what was accepted and what things took lately; it may
be none.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from engine.models.config import forward_flops
from engine.models.copying import Copies
from engine.models.decoder import Decoder
from engine.models.sampling import Sampling, choose

MOST = 8
"""Drafted tokens at once; the kernels' cost for more positions grows in steps, and acceptance fades."""
GRAMS = (4, 3, 2)
"""How many tokens must repeat before the lookup guesses on; the longest that is found counts."""
_CAUGHT_UP = MOST + 2
"""Tokens that the small model may have missed, since others wrote or guessed them, for its time to count."""
_RETRY = 24
"""A guesser that does not pay is tried again after so many tokens."""


@dataclass
class _Pace:
    """A running mean that forgets: the last ten or so count. Zero: nothing was seen yet."""

    value: float = 0.0
    weight: float = 0.1

    def add(self, seen: float) -> None:
        self.value = self.value + self.weight * (seen - self.value) if self.value else seen


class _Line:
    """A straight line through what was seen, that forgets: the last ten or so points count, and a first guess a little.

    A second position costs a jump, each one after it little: a mean a position would take long drafts for dear ones.
    """

    _FIRST = ((2, 0.4), (8, 0.7))

    def __init__(self) -> None:
        self._seen = [0.0] * 5

    def add(self, x: float, y: float) -> None:
        self._seen = [0.9 * sum_ + new for sum_, new in zip(self._seen, (1.0, x, y, x * x, x * y), strict=True)]

    def at(self, x: float) -> float:
        """Least squares; neither the slope nor the value is negative."""
        n, sum_x, sum_y, sum_xx, sum_xy = self._seen
        for first, y in self._FIRST:
            n, sum_x, sum_y = n + 1, sum_x + first, sum_y + y
            sum_xx, sum_xy = sum_xx + first * first, sum_xy + first * y
        slope = max((n * sum_xy - sum_x * sum_y) / (n * sum_xx - sum_x * sum_x), 0.0)
        return max((sum_y - slope * sum_x) / n + slope * x, 0.0)


@dataclass
class Guesser:
    """What is known of one who guesses: its chance to be right at each token, and the seconds a token takes it."""

    acceptance: _Pace = field(default_factory=lambda: _Pace(0.7))
    seconds: _Pace = field(default_factory=lambda: _Pace())
    rested: int = 0


class Lookup:
    """Where each run of a few tokens occurred last in a growing text, and so what may come next."""

    def __init__(self, text: Sequence[int]) -> None:
        self.text: list[int] = []
        self._next: dict[tuple[int, ...], int] = {}
        self.extend(text)

    def extend(self, tokens: Sequence[int]) -> None:
        """Append to the text. A run is entered once something follows it."""
        for token in tokens:
            for size in GRAMS:
                if len(self.text) >= size:
                    self._next[tuple(self.text[-size:])] = len(self.text)
            self.text.append(token)

    def guess(self, most: int) -> list[int]:
        """What followed the text's last tokens the last time."""
        for size in GRAMS:
            place = self._next.get(tuple(self.text[-size:]))
            if place is not None and len(self.text) >= size:
                return self.text[place : place + most]
        return []


class Drafting:
    """A `Drafter` for one answer after another, from `begin`; what it has learned about the pace stays."""

    def __init__(self, model: Decoder | None = None) -> None:
        """`model` must know the same tokens as the writer; None: lookup alone."""
        self.model = model
        self._cache = None if model is None else model.new_cache()
        self._guessers = {"lookup": Guesser(), "model": Guesser()}
        self._single = _Pace()
        self._further = _Line()
        """What so many further positions add to the writer's reading, as a share of a single one."""
        self._guesser = self._guessers["lookup"]
        self._lookup = Lookup(())
        self._prompt: list[int] = []
        self._copies: Copies | None = None
        self.flops = 0.0
        """What the small model spent since `begin`."""

    def begin(self, prompt: Sequence[int], copies: Copies | None = None) -> Drafting:
        """From now on, what is written follows this prompt, and `copies` of it are favoured."""
        self._prompt, self._copies = list(prompt), copies
        self._lookup = Lookup(prompt)
        self.flops = 0.0
        return self

    def propose(self, written: Sequence[int], sampling: Sampling, seed: int, most: int) -> list[int]:
        self.follow(written)
        most = min(most, MOST)
        if most <= 0:
            return []
        self._guesser = self._guessers["lookup"]
        if (guess := self._lookup.guess(most)) and (count := self._worthwhile(self._guesser, len(guess))):
            return guess[:count]
        self._guesser = self._guessers["model"]
        if self.model is None or self._cache is None:
            return []
        most = min(most, self.model.config.context - len(self._lookup.text))
        return self.ask_model(written, sampling, seed, most) if self._worthwhile(self._guesser, most) else []

    def follow(self, written: Sequence[int]) -> None:
        """The answer is now this long."""
        self._lookup.extend(written[len(self._lookup.text) - len(self._prompt) :])

    def learn(self, drafted: int, accepted: int, seconds: float) -> None:
        if not drafted:
            self._single.add(seconds)
            return
        if self._single.value:
            self._further.add(drafted, min(max(seconds / self._single.value - 1, 0.0), drafted))
        # Each accepted token is a success, the first refused one a failure; what came after it was never looked at.
        for _ in range(accepted):
            self._guesser.acceptance.add(1.0)
        if accepted < drafted:
            self._guesser.acceptance.add(0.0)
            self._guesser.acceptance.value = max(self._guesser.acceptance.value, 0.01)

    def _worthwhile(self, guesser: Guesser, most: int) -> int:
        """How many tokens to guess for the most tokens a second; 0 when guessing does not pay."""
        if most <= 0 or not self._single.value:
            return 0  # one plain reading comes first: what a single token takes must be known
        rate = min(guesser.acceptance.value, 0.98)
        best, best_pace = 0, 1.0 / self._single.value
        expected = 1.0
        for count in range(1, most + 1):
            expected += rate**count
            pace = expected / self._seconds(guesser, count)
            if pace > best_pace:
                best, best_pace = count, pace
        if best == 0:
            guesser.rested += 1
            if guesser.rested >= _RETRY:
                guesser.rested = 0
                return min(2, most)
        return best

    def _seconds(self, guesser: Guesser, count: int) -> float:
        """What it takes to guess so many tokens and to check them."""
        return self._single.value * (1 + self._further.at(count)) + guesser.seconds.value * count

    def ask_model(self, written: Sequence[int], sampling: Sampling, seed: int, most: int) -> list[int]:
        """The small model's guess of at most `most` tokens: of fewer where it is not sure of what it said so far, and
        one more would not pay."""
        assert self.model is not None and self._cache is not None
        began = time.perf_counter()
        text = self._lookup.text
        self._cache.keep_common(text)
        unread = text[self._cache.length :]
        caught_up = len(unread) <= _CAUGHT_UP  # reading a prompt is paid once, and says nothing about the pace
        so_far, guess = list(written), list[int]()
        right = expected = 1.0  # the chance of all that was guessed, and the tokens that this gives
        while True:
            self.flops += forward_flops(self.model.config, len(unread), self._cache.length, logits=1)
            logits_V = self.model.logits(self.model.read(unread, self._cache)[-1:])[0]
            token = choose(logits_V, so_far, sampling, seed, self._copies)
            guess.append(token)
            right *= float((logits_V[token] - logits_V.logsumexp(-1)).exp())
            expected += right
            if len(guess) == most or not self._one_more_pays(len(guess), right, expected):
                break
            so_far.append(token)
            unread = [token]
        if caught_up:
            self._guesser.seconds.add((time.perf_counter() - began) / len(guess))
        return guess

    def _one_more_pays(self, count: int, right: float, expected: float) -> bool:
        """Whether another guess, as good as guesses were lately, gives more tokens a second."""
        if not self._single.value:
            return True  # nothing is known
        more = expected + right * self._guesser.acceptance.value
        return more * self._seconds(self._guesser, count) > expected * self._seconds(self._guesser, count + 1)
