"""Which words mean the same, and which exclude each other: tables in assets/lexicon, read once when first needed.

`same.txt` and `opposite.txt` are written by hand; `wordnet.txt` is derived from WordNet 3.0 (Fellbaum 1998).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from engine.assets import asset
from engine.errors import SparkError
from engine.memory.words import stem

_PREFIXES = ("un", "de", "dis", "in", "im", "ir", "non", "anti", "mis", "re")
"""A word against itself with one of these: install and uninstall. "re" does again what was done: reopen."""
_SUFFIXES = (("ful", "less"),)
_GROUP = re.compile(r'"([^"]+)"|(\S+)')


@dataclass(frozen=True)
class Lexicon:
    """Everything by stems, so that "dictionaries" and "dictionary" are one word."""

    phrases: dict[tuple[str, ...], str]
    """Several words that stand for one: ("turn", "off") for "disabl"."""
    groups: dict[str, frozenset[int]]
    """The groups of same.txt that a stem is in."""
    near: frozenset[tuple[str, str]]
    """Synonyms and derivations from WordNet, both ways round."""
    rivals: frozenset[tuple[str, str]]
    """Antonyms and rivals, both ways round."""
    rival_groups: frozenset[tuple[int, int]]
    """Groups with rivals in them: load and save exclude each other as read and write do."""

    def same(self, a: str, b: str) -> bool:
        """Whether two stems may stand for one another."""
        if a == b:
            return True
        if (a, b) in self.rivals:
            return False
        return bool(self.groups.get(a, _NONE) & self.groups.get(b, _NONE)) or (a, b) in self.near

    def opposed(self, a: str, b: str) -> bool:
        """Whether two stems exclude each other, by the tables or by a prefix of negation."""
        if a == b:
            return False
        if (a, b) in self.rivals:
            return True
        ours, theirs = self.groups.get(a, _NONE), self.groups.get(b, _NONE)
        if not ours & theirs and any((x, y) in self.rival_groups for x in ours for y in theirs):
            return True
        short, long = sorted((a, b), key=len)
        if len(short) >= 4 and any(long == prefix + short for prefix in _PREFIXES):
            return True
        return any(
            a.endswith(x) and b.endswith(y) and a[: -len(x)] == b[: -len(y)]
            for one, other in _SUFFIXES
            for x, y in ((one, other), (other, one))
        )


_NONE: frozenset[int] = frozenset()


@lru_cache(maxsize=1)
def lexicon() -> Lexicon:
    """The shipped tables.

    Raises:
        SparkError: a table is missing.
    """
    phrases: dict[tuple[str, ...], str] = {}
    groups: dict[str, set[int]] = {}
    for number, line in enumerate(_lines("same.txt")):
        members = [tuple(stem(word) for word in (a or b).lower().split()) for a, b in _GROUP.findall(line)]
        head = next(member[0] for member in members if len(member) == 1)
        for member in members:
            if len(member) == 1:
                groups.setdefault(member[0], set()).add(number)
            else:
                phrases[member] = head
    near: set[tuple[str, str]] = set()
    rivals: set[tuple[str, str]] = set()
    for line in _lines("wordnet.txt"):
        mark, a, b = line.split()
        pair = (stem(a), stem(b))
        (rivals if mark == "!" else near).update((pair, pair[::-1]))
    for line in _lines("opposite.txt"):
        stems = [stem(word) for word in line.split()]
        rivals.update((a, b) for a in stems for b in stems if a != b)
    rival_groups = {(x, y) for a, b in rivals for x in groups.get(a, ()) for y in groups.get(b, ()) if x != y}
    return Lexicon(
        phrases,
        {word: frozenset(numbers) for word, numbers in groups.items()},
        frozenset(near - rivals),
        frozenset(rivals),
        frozenset(rival_groups),
    )


def _lines(name: str) -> list[str]:
    try:
        text = asset("lexicon", name).read_text(encoding="utf-8")
    except OSError as error:
        raise SparkError(f"The table of words {name} cannot be read ({error}); install Spark again.") from error
    return [line for line in text.splitlines() if line and not line.startswith("#")]
