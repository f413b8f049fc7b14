"""What an answer has in hand: written, and not yet spoken because the checks are not done with it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

_OPENING = re.compile(r"```([\w+-]*)[^\S\n]*\n")


@dataclass
class Held:
    """Text, its tokens, and for each of them the length of the text after the piece that it came in."""

    text: str = ""
    tokens: list[int] = field(default_factory=list)
    lengths: list[int] = field(default_factory=list)

    def add(self, text: str, tokens: Sequence[int]) -> None:
        """A piece; several tokens may make one."""
        self.text += text
        self.lengths += [len(self.text)] * len(tokens)
        self.tokens += tokens

    def cut(self, length: int) -> None:
        """Keep whole pieces of at most `length` characters."""
        count = sum(1 for each in self.lengths if each <= length)
        del self.tokens[count:], self.lengths[count:]
        self.text = self.text[: self.lengths[-1] if self.lengths else 0]

    @property
    def in_code(self) -> bool:
        """Whether a fence is open."""
        return self.text.count("```") % 2 == 1

    @property
    def opening(self) -> re.Match[str] | None:
        """The fence of the code that has no end yet."""
        return self.last_opening if self.in_code else None

    @property
    def last_opening(self) -> re.Match[str] | None:
        """The fence of the last code, whether it has an end or not; one that says nothing but its language."""
        fences = [match.start() for match in re.finditer("```", self.text)]
        return _OPENING.match(self.text, fences[(len(fences) - 1) // 2 * 2]) if fences else None
