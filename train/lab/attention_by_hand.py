"""spark lab attention_by_hand

How does attention decide what belongs together? Three words, two numbers each, every product shown.

First the bare idea: words are arrows, and the dot product says how alike two arrows are. Then the real thing: each
word asks with its Query, answers with its Key, and hands over its Value, three different views of the same word.
"""

from __future__ import annotations

import math

from train.lab import Figures, Say, main

QUESTION = "How does attention decide what belongs together?"

WORDS = ("cat", "sat", "mat")
ARROWS = ([1.0, 0.2], [0.1, 1.0], [0.9, 0.4])
"""(thing, deed): cat and mat are things, sat is a deed. Change them and run again."""

QUERY = ((0.0, 2.0), (2.0, 0.0))  # a thing asks for a deed, and a deed for a thing
KEY = ((1.0, 0.0), (0.0, 1.0))  # every word answers with what it is
VALUE = ((1.0, 0.0), (0.0, 1.0))  # and hands over what it is


def dot(a: list[float], b: list[float]) -> float:
    return sum(x * y for x, y in zip(a, b, strict=True))


def through(matrix: tuple[tuple[float, ...], ...], arrow: list[float]) -> list[float]:
    return [dot(list(row), arrow) for row in matrix]


def softmax(scores: list[float]) -> list[float]:
    """Shares that add up to one: the larger the score, the larger its share."""
    powers = [math.exp(score - max(scores)) for score in scores]
    return [power / sum(powers) for power in powers]


def table(say: Say, title: str, rows: list[list[float]]) -> None:
    say(title)
    say("        " + "".join(f"{word:>8}" for word in WORDS))
    for word, row in zip(WORDS, rows, strict=True):
        say(f"  {word:<6}" + "".join(f"{value:8.2f}" for value in row))
    say("")


def run(say: Say) -> Figures:
    arrows = [list(arrow) for arrow in ARROWS]
    alike = [[dot(a, b) for b in arrows] for a in arrows]
    table(say, "1. Dot products of the words themselves: how alike are they?", alike)
    table(say, "2. As shares (softmax of each row): everybody mostly finds itself.", [softmax(row) for row in alike])
    queries = [through(QUERY, a) for a in arrows]
    keys = [through(KEY, a) for a in arrows]
    values = [through(VALUE, a) for a in arrows]
    scores = [[dot(q, k) / math.sqrt(2) for k in keys] for q in queries]
    table(say, "3. Query · Key / √2: what does each word look for?", scores)
    weights = [softmax(row) for row in scores]
    table(say, "4. Attention: now a thing looks at the deed, and the deed at the things.", weights)
    say("5. What each word takes home: the values, mixed by attention (thing, deed).")
    mixed = [[sum(w * v[i] for w, v in zip(row, values, strict=True)) for i in range(2)] for row in weights]
    for word, before, after in zip(WORDS, arrows, mixed, strict=True):
        say(f"  {word:<6} was ({before[0]:.2f}, {before[1]:.2f}), takes home ({after[0]:.2f}, {after[1]:.2f})")
    say("")
    seen = {word: WORDS[row.index(max(row))] for word, row in zip(WORDS, weights, strict=True)}
    say("Measured: " + ", ".join(f"{word} looks at {other}" for word, other in seen.items()) + ".")
    say("For the journal: with Query = Key, can a word ever look more at another than at itself?")
    return {"looks_at": seen, "weights": weights}


if __name__ == "__main__":
    import sys

    main(sys.modules[__name__])
