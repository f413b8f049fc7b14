"""One small function: what it says of itself and what it does, in the same words."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from hashlib import blake2b

_ONE_IN = 12
"""Of this many combinations of parts one is held out, whatever its names."""


@dataclass(frozen=True)
class SmallFunction:
    """`says` is an order without its full stop ("return the sum of numbers"); `body` its lines without indentation.

    `calls` are arguments of calls that may stand as examples; `key` names what it does apart from all names.
    """

    name: str
    arguments: tuple[tuple[str, str], ...]
    returns: str
    says: str
    body: tuple[str, ...]
    calls: tuple[str, ...]
    key: str
    imports: tuple[str, ...] = field(default=())

    @property
    def held_out(self) -> bool:
        """Whether functions that do this are kept for measuring."""
        return blake2b(self.key.encode(), digest_size=2).digest()[0] % _ONE_IN == 0

    def header(self, annotated: bool) -> str:
        """`def f(a, b):`"""
        if not annotated:
            return f"def {self.name}({', '.join(name for name, _ in self.arguments)}):"
        typed = ", ".join(f"{name}: {annotation}" if annotation else name for name, annotation in self.arguments)
        return f"def {self.name}({typed}){f' -> {self.returns}' if self.returns else ''}:"

    @property
    def sentence(self) -> str:
        """The docstring's sentence."""
        return f"{self.says[0].upper()}{self.says[1:]}."

    def source(self, annotated: bool, examples: list[tuple[str, str]] | None = None) -> str:
        """The function; `examples` are (call, result) for the docstring."""
        shown = [f"    >>> {call}\n    {result}" for call, result in examples or []]
        docstring = (
            f'    """{self.sentence}"""' if not shown else "\n".join([f'    """{self.sentence}', "", *shown, '    """'])
        )
        return "\n".join([self.header(annotated), docstring, *(f"    {line}" if line else "" for line in self.body)])

    def run(self) -> list[tuple[str, str]]:
        """Every call of `calls`, and the `repr` of what it gives.

        Raises:
            Exception: whatever the function raises; a function of ours should not.
        """
        space: dict[str, object] = {}
        code = "\n".join([*self.imports, self.source(annotated=False)])
        exec(compile(code, "<composed>", "exec"), space)  # made of this package's own pieces
        made = [f"{self.name}({call})" for call in self.calls]
        return [(call, repr(eval(call, space))) for call in made]


def spoken(name: str, rng: random.Random) -> str:
    """An argument's name as docstrings write it."""
    return f"`{name}`" if rng.random() < 0.1 else name
