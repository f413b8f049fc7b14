"""How the words of two questions answer to each other, and what is left over on either side.

Words are aligned one to one, best first: the same, then synonyms by the lexicon, then near spellings. What is left
over is what may make the answers differ; some of it always does (refusal.py), the rest is weighed (`features`).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from engine.manner import Asks
from engine.memory.words import stem
from engine.procedures.clash import clash
from engine.procedures.lexicon import Lexicon, lexicon
from engine.procedures.reading import Kind, Reading, Word
from engine.procedures.words import GENERIC, TELLING

WEIGHT = {Kind.WORD: 1.0, Kind.LIGHT: 0.35, Kind.NAME: 1.3, Kind.NUMBER: 1.3, Kind.CODE: 1.5}


NEAR = 0.8
"""Cosine from which two questions of the same words are the same."""

_OWN = "python"
_GENERIC = frozenset(stem(word) for word in GENERIC)
_TELLING = frozenset(stem(word) for word in TELLING)


@dataclass(frozen=True, slots=True)
class Alignment:
    pairs: tuple[tuple[int, int, float], ...]
    """(place in the one, place in the other, how alike: 1.0 for the same word)."""
    left: tuple[Word, ...]
    """Words of the one that nothing in the other answers to."""
    right: tuple[Word, ...]


def align(a: Reading, b: Reading) -> Alignment:
    table = lexicon()
    scored = sorted(
        (
            (score, -abs(i - j), i, j)
            for i, one in enumerate(a.words)
            for j, other in enumerate(b.words)
            if (score := _alike(one, other, table)) > 0
        ),
        reverse=True,
    )
    taken_a: set[int] = set()
    taken_b: set[int] = set()
    pairs = []
    for whole, parts, ours, theirs in ((a, b, taken_a, taken_b), (b, a, taken_b, taken_a)):
        for i, j in _compounds(whole, parts):
            ours.add(i)
            theirs.update((j, j + 1))
            pairs.append((i, j, 1.0) if whole is a else (j, i, 1.0))
    for score, _, i, j in scored:
        if i not in taken_a and j not in taken_b:
            taken_a.add(i)
            taken_b.add(j)
            pairs.append((i, j, score))
    left = tuple(word for i, word in enumerate(a.words) if i not in taken_a)
    right = tuple(word for j, word in enumerate(b.words) if j not in taken_b)
    if all(word.kind is Kind.LIGHT for word in right):
        left = tuple(word for word in left if not _redundant(word, a))
    elif all(word.kind is Kind.LIGHT for word in left):
        right = tuple(word for word in right if not _redundant(word, b))
    if not any(table.opposed(_OWN, word.key) for word in (*left, *right)):  # Python goes without saying here
        left = tuple(word for word in left if word.key != _OWN)
        right = tuple(word for word in right if word.key != _OWN)
    return Alignment(tuple(sorted(pairs)), left, right)


def _compounds(whole: Reading, parts: Reading) -> list[tuple[int, int]]:
    """A word of the one that the other writes as two: "website" and "web site"."""
    keys = {word.key for word in parts.words}
    return [
        (i, j)
        for j, (first, second) in enumerate(pairwise(parts.words))
        for i, word in enumerate(whole.words)
        if word.key not in keys and word.key == stem(first.surface.lower() + second.surface.lower())
    ][:1]


def _generic(word: Word) -> bool:
    return word.key in _GENERIC


def _redundant(word: Word, reading: Reading) -> bool:
    """Whether a word only says what kind of thing its neighbour is: the "file" in "json file"."""
    if not _generic(word):
        return False
    here = reading.words.index(word)
    around = [reading.words[n].surface for n in (here - 1, here + 1) if 0 <= n < len(reading.words)]
    name = word.surface.lower()
    together = [pair for near in around for pair in (f" {near.lower()} {name} ", f" {name} {near.lower()} ")]
    return any(pair in reading.plain for pair in together)


def _alike(a: Word, b: Word, table: Lexicon) -> float:
    if a.key == b.key or a.surface == b.surface:
        return 1.0
    exact = {Kind.NUMBER, Kind.CODE}
    if a.kind in exact or b.kind in exact:
        return 1.0 if a.key.lower() == b.key.lower() else 0.0
    if table.same(a.key, b.key):
        return 0.9
    # A slip of the keys, or another form that stemming leaves apart: long words that differ in little.
    short, long = sorted((a.key, b.key), key=len)
    if len(short) >= 4 and long in (short + "er", short + "est"):
        return 0.8
    if min(len(a.key), len(b.key)) >= 5 and not table.opposed(a.key, b.key) and _one_slip(a.key, b.key):
        return 0.8
    return 0.0


def _one_slip(a: str, b: str) -> bool:
    """Whether one letter more, less, other or swapped makes the one into the other, beyond the first letter."""
    if a[0] != b[0] or abs(len(a) - len(b)) > 1:
        return False
    start = 0
    while start < min(len(a), len(b)) and a[start] == b[start]:
        start += 1
    x, y = a[start:], b[start:]
    return x[1:] == y[1:] or x[1:] == y or x == y[1:] or (x[:2] == y[1::-1] and x[2:] == y[2:])


FEATURES = (
    "cosine", "words left on one side", "words left on both sides", "light words left", "names left",
    "other manner", "out of order", "synonyms", "other length", "task",
)  # fmt: skip


def complete(a: Reading, b: Reading, between: Alignment, cosine: float) -> bool:
    """Whether the two answer to each other word for word: of tasks nothing that carries meaning is left over on either
    side, of questions nothing at all, and they are near in meaning."""
    loose = (*between.left, *between.right)
    if not between.pairs:
        return False
    empty = all(word.kind is Kind.LIGHT and word.key not in _TELLING for word in loose)
    if is_task(a, b) and empty and len(loose) <= 2 and clash(a, b) == 0.0:
        return True
    return not loose and clash(a, b) < 0.5 and cosine >= NEAR


def is_task(a: Reading, b: Reading) -> bool:
    """Whether both say what is to be done and one says it as an order: "sort a list", "how do I sort a list"."""
    return {a.asks, b.asks} in ({Asks.DO}, {Asks.DO, Asks.HOW})


def features(a: Reading, b: Reading, between: Alignment, cosine: float) -> tuple[float, ...]:
    """The figures that the verifier weighs, in the order of `FEATURES`; all symmetric in the two questions."""
    left = sum(WEIGHT[word.kind] for word in between.left if word.kind is not Kind.LIGHT)
    right = sum(WEIGHT[word.kind] for word in between.right if word.kind is not Kind.LIGHT)
    loose = (*between.left, *between.right)
    places = [j for _, j, _ in between.pairs]
    inversions = sum(x > y for n, x in enumerate(places) for y in places[n + 1 :])
    most = len(places) * (len(places) - 1) / 2
    both = min(left, right) > 0
    return (
        cosine,
        0.0 if both else min(left + right, 3.0),
        float(both),
        min(4.0, sum(word.kind is Kind.LIGHT for word in loose)),
        float(any(word.kind is Kind.NAME for word in loose)),
        clash(a, b),
        inversions / most if most else 0.0,
        sum(score < 1 for _, _, score in between.pairs) / max(1, len(between.pairs)),
        abs(len(a.words) - len(b.words)) / max(len(a.words), len(b.words), 1),
        float(is_task(a, b)),
    )
