"""Check before speaking: a small model is cheap enough to try again.

Prose is spoken as it is written. A block of code is held back until it is whole and parses; where it does not, the
model writes it again from the same place, with some chance in it, and the best try is spoken. An answer from memory is
held back until it names what was asked for.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, replace

from engine.checking import blocks, code_fault, is_python, parsed_share, unmentioned
from engine.context import Prompt
from engine.events import Attended, Checked, Wrote
from engine.memory.words import code_names
from engine.models.sampling import Sampling
from engine.writing import Writing

LIVELY = 0.6
"""Least temperature of a second try: the first, most likely one has failed already."""

Write = Callable[[Prompt, Sampling], Writing]
"""Makes one attempt at continuing a prompt."""


@dataclass(frozen=True)
class _Try:
    """What was written and not spoken, and what is wrong with it ("" if nothing)."""

    text: str
    tokens: list[int]
    fault: str

    @property
    def worth(self) -> float:
        """1 for what is fine; else how far a parser gets."""
        return 1.0 if not self.fault else 0.99 * parsed_share(self.text.partition("\n")[2])


class Speaking:
    """An answer in the making: iterate for its pieces and for what the checks found; then ask what it took.

    `text` and `tokens` are what was spoken; `flops` counts every try.
    """

    def __init__(
        self, write: Write, prompt: Prompt, sampling: Sampling, tries: int = 0, mention: Sequence[str] = ()
    ) -> None:
        self.prompt = prompt
        self.text = ""
        self.tokens: list[int] = []
        self.writings: list[Writing] = []
        self._write, self._sampling, self._tries, self._mention = write, sampling, tries, list(mention)

    def __iter__(self) -> Iterator[Wrote | Checked]:
        failed: list[_Try] = []
        while True:
            tried = yield from self._attempt(len(failed))
            if not tried.fault or self.cancelled:
                if failed and not self.cancelled:
                    yield Checked(len(failed) + 1, True, "")
                yield from self._speak(tried)
                return
            failed.append(tried)
            yield Checked(len(failed), False, tried.fault)
            if len(failed) > self._tries:
                yield from self._speak(max(failed, key=lambda each: each.worth))
                return

    def _attempt(self, number: int) -> Generator[Wrote, None, _Try]:
        """Write on from what was spoken. Returns what is left to speak when the writing ends or a check fails."""
        sampling = replace(self._sampling, max_tokens=self._sampling.max_tokens - len(self.tokens))
        if number:
            seed = None if sampling.seed is None else sampling.seed + number
            sampling = replace(sampling, temperature=max(LIVELY, sampling.temperature), seed=seed or number)
        writing = self._write(replace(self.prompt, ids=[*self.prompt.ids, *self.tokens]), sampling)
        self.writings.append(writing)
        held, spoken = "", 0  # text not spoken yet; tokens of this writing that were spoken
        for piece in writing:
            held += piece.text
            fault = self._fault(held, ended=False)
            if fault:
                return _Try(held, writing.tokens[spoken:], fault)
            if self._must_wait(held):
                yield self._wrote("", len(writing.tokens) - spoken, piece.tokens_per_s)
                continue
            yield self._spoken(held, writing.tokens[spoken:], piece.tokens_per_s)
            held, spoken = "", len(writing.tokens)
        return _Try(held, writing.tokens[spoken:], self._fault(held, ended=True))

    def _fault(self, held: str, ended: bool) -> str:
        """What is wrong with the text that is held back, as far as it can be known already."""
        if not self._tries:
            return ""
        for language, code in blocks(held):
            if is_python(language) and (problem := code_fault(code)):
                return problem
        if ended and held.count("```") % 2:
            return "the code does not end"
        if ended and (missing := unmentioned(self.text + held, self._mention)):
            return f"{missing[0]} is not mentioned"
        return ""

    def _must_wait(self, held: str) -> bool:
        """Code that has no end yet, what may become a fence, an answer that has not come to the point."""
        if not self._tries:
            return False
        in_code = held.count("```") % 2 == 1
        return in_code or held.endswith("`") or bool(unmentioned(self.text + held, self._mention))

    def _speak(self, tried: _Try) -> Iterator[Wrote]:
        if tried.text:
            yield self._spoken(tried.text, tried.tokens, 0.0)

    def _spoken(self, text: str, tokens: list[int], tokens_per_s: float) -> Wrote:
        self.text += text
        self.tokens += tokens
        return self._wrote(text, 0, tokens_per_s)

    def _wrote(self, text: str, held: int, tokens_per_s: float) -> Wrote:
        return Wrote(text, len(self.tokens) + held, tokens_per_s, self.drafted, self.accepted)

    @property
    def cancelled(self) -> bool:
        return bool(self.writings) and self.writings[-1].cancelled

    @property
    def flops(self) -> float:
        return sum(writing.flops for writing in self.writings)

    @property
    def draft_flops(self) -> float:
        return sum(writing.draft_flops for writing in self.writings)

    @property
    def drafted(self) -> int:
        return sum(writing.tally.drafted for writing in self.writings)

    @property
    def accepted(self) -> int:
        return sum(writing.tally.accepted for writing in self.writings)

    def attended(self) -> Attended:
        """Where the spoken tokens looked, as if written in one go."""
        whole = self._write(self.prompt, self._sampling)
        whole.tokens = list(self.tokens)
        return whole.attended()


def to_mention(question: str, memories: Sequence[str]) -> list[str]:
    """The names that a question asks about and a memory knows: an answer that reads the memory speaks of them."""
    known = set(re.findall(r"\w+", " ".join(memories).lower()))
    return [name for name in sorted(code_names(question)) if name.rsplit(".", 1)[-1].lower() in known]
