"""Derive assets/lexicon/wordnet.txt from WordNet 3.0 (Fellbaum 1998) and the sentence embedder's vocabulary.

    python -m train.lexicon /usr/share/wordnet      # where the Debian package wordnet-base puts data.* and index.*

Kept are pairs of words of the embedder's vocabulary: "=" synonyms, which share one of the first two senses of each and
which the embedder finds near; "~" derivations with the same first letters (swim, swimmer), likewise; "!" antonyms.
The nearness is the cosine of single words, their common mean taken away. What stemming joins already is left out.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections import defaultdict
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING

from engine.assets import asset
from engine.errors import SparkError
from engine.memory.embedder import Embedder
from engine.memory.words import stem

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

PARTS = {"n": "noun", "v": "verb", "a": "adj", "s": "adj", "r": "adv"}
SENSES = 2
"""Senses of a word, the most frequent first, that make it a synonym."""
SYNONYMS, DERIVATIONS = 0.4, 0.5
"""Least cosine of a pair."""
_ANTONYM, _DERIVED = "!", ("+", "\\", "<")
_HEAD = """\
# Derived from WordNet 3.0 (Princeton University; licence in WORDNET-LICENCE beside this file) by train/lexicon.py:
# = synonyms and ~ derivations of frequent words that the sentence embedder finds near, ! antonyms.
"""

Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Synset:
    words: tuple[str, ...]
    pointers: tuple[tuple[str, str, str, str], ...]
    """(relation, offset of the other synset, its part of speech, places of both words in hexadecimal)."""


def synsets(folder: Path, part: str) -> dict[str, Synset]:
    """The data file of one part of speech, by offset (wndb(5WN))."""
    found = {}
    for line in _lines(folder / f"data.{part}"):
        fields = line.split("|")[0].split()
        count = int(fields[3], 16)
        words = tuple(re.sub(r"\(.*\)", "", fields[4 + 2 * n]).lower() for n in range(count))
        at = 4 + 2 * count
        pointers = tuple(
            (fields[place], fields[place + 1], fields[place + 2], fields[place + 3])
            for place in range(at + 1, at + 1 + 4 * int(fields[at]), 4)
        )
        found[fields[0]] = Synset(words, pointers)
    return found


def synonyms(folder: Path, part: str, known: set[str]) -> set[Pair]:
    """Pairs of known words that share one of each other's first senses."""
    sharing: dict[str, list[str]] = defaultdict(list)
    for line in _lines(folder / f"index.{part}"):
        fields = line.split()
        if fields[0] in known:
            for offset in fields[-int(fields[2]) :][:SENSES]:
                sharing[offset].append(fields[0])
    return {_pair(a, b) for words in sharing.values() for a, b in combinations(words, 2)}


def related(folder: Path, known: set[str]) -> tuple[set[Pair], set[Pair]]:
    """(antonyms, derivations) among known words."""
    by_part = {part: synsets(folder, part) for part in sorted(set(PARTS.values()))}
    antonyms: set[Pair] = set()
    derived: set[Pair] = set()
    for data in by_part.values():
        for synset in data.values():
            for relation, offset, part, places in synset.pointers:
                ours, theirs = int(places[:2], 16), int(places[2:], 16)
                if not ours or relation not in (_ANTONYM, *_DERIVED):
                    continue
                a, b = synset.words[ours - 1], by_part[PARTS[part]][offset].words[theirs - 1]
                if a == b or a not in known or b not in known:
                    continue
                if relation == _ANTONYM:
                    antonyms.add(_pair(a, b))
                elif a[:3] == b[:3]:
                    derived.add(_pair(a, b))
    return antonyms, derived


def vocabulary(embedder: Embedder) -> list[str]:
    """Whole English words that the embedder has as one piece."""
    words = embedder.vocabulary()
    return sorted(word for word in words if word.isascii() and word.isalpha() and len(word) > 1)


def meanings(words: list[str], embedder: Embedder) -> NDArray[np.float32]:
    """What tells each word from the others, of length 1: float32 [words, width]."""
    import numpy as np

    vectors = embedder.embed(words)
    vectors -= vectors.mean(0)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors


def derive(folder: Path, words: list[str], vectors: NDArray[np.float32]) -> str:
    """The text of the asset.

    Raises:
        SparkError: the folder has no WordNet in it.
    """
    place = {word: n for n, word in enumerate(words)}

    def near(pairs: set[Pair], least: float) -> list[Pair]:
        apart = (pair for pair in pairs if stem(pair[0]) != stem(pair[1]))
        return sorted((a, b) for a, b in apart if float(vectors[place[a]] @ vectors[place[b]]) >= least)

    known = set(words)
    antonyms, derived = related(folder, known)
    alike = {pair for part in sorted(set(PARTS.values())) for pair in synonyms(folder, part, known)}
    marked = (("=", near(alike, SYNONYMS)), ("~", near(derived, DERIVATIONS)), ("!", sorted(antonyms)))
    return _HEAD + "".join(f"{mark} {a} {b}\n" for mark, pairs in marked for a, b in pairs)


def _pair(a: str, b: str) -> Pair:
    return (a, b) if a < b else (b, a)


def _lines(path: Path) -> list[str]:
    try:
        lines = path.read_text(encoding="latin-1").splitlines()
    except OSError as error:
        raise SparkError(f"WordNet's {path.name} cannot be read ({error}); give the folder that has it.") from error
    return [line for line in lines if not line.startswith("  ")]  # its licence


def main(arguments: list[str] | None = None) -> None:
    options = argparse.ArgumentParser(prog="python -m train.lexicon", description=__doc__.split("\n")[0])
    options.add_argument("wordnet", type=Path, help="folder with data.noun, index.noun and so on")
    options.add_argument("--out", type=Path, default=asset("lexicon") / "wordnet.txt")
    chosen = options.parse_args(arguments)
    embedder = Embedder.load()
    words = vocabulary(embedder)
    text = derive(chosen.wordnet, words, meanings(words, embedder))
    chosen.out.write_text(text, encoding="utf-8")
    sys.stdout.write(f"{chosen.out}: {text.count(chr(10)) - 2:,} pairs of {len(words):,} words\n")


if __name__ == "__main__":
    main()
