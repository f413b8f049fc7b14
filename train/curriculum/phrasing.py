"""How people type: templates with slots, politeness, lower case, missing punctuation, typos; slots stay untouched."""

from __future__ import annotations

import random
import re
import string
from collections.abc import Sequence

_BEFORE = (
    "please ",
    "pls ",
    "hey ",
    "hi, ",
    "hey spark, ",
    "spark, ",
    "ok ",
    "so ",
    "quick question: ",
    "can you tell me: ",
    "hello! ",
)
_AFTER = (" please", " pls", " thanks", ", thanks", " thx", "?", "??", " :)", "...", " please?", " ty")
_SLOT = re.compile(r"(\{\w+\}|```python)")


def ask(templates: Sequence[str], rng: random.Random, noise: float = 1.0, **slots: str) -> str:
    """One of the templates, typed as a person might; `slots` are filled in after the noise and so stay exact."""
    template = rng.choice(templates)
    return rough(template, rng, noise).format_map(slots)


def rough(text: str, rng: random.Random, noise: float = 1.0) -> str:
    """The text as typed in a hurry, sometimes; what stands in {braces} is left alone."""
    if "\n" not in text:
        if rng.random() < 0.10 * noise:
            text = rng.choice(_BEFORE) + text[:1].lower() + text[1:]
        if rng.random() < 0.10 * noise:
            text = text.rstrip("?.! ") + rng.choice(_AFTER)
    pieces = _SLOT.split(text)
    lower, bare = rng.random() < 0.35 * noise, rng.random() < 0.35 * noise
    misspelt = rng.random() < 0.10 * noise
    loose = [index for index in range(0, len(pieces), 2) if len(pieces[index]) > 6]
    for index in range(0, len(pieces), 2):
        piece = pieces[index]
        if lower:
            piece = piece.lower()
        if bare:
            piece = piece.replace("'", "").replace("’", "")
            if index == len(pieces) - 1:
                piece = piece.rstrip("?.! ")
        if misspelt and loose and index == loose[-1]:
            piece = typo(piece, rng)
        pieces[index] = piece
    return "".join(pieces)


def typo(text: str, rng: random.Random) -> str:
    """One slip of the fingers in one word of four letters or more."""
    words = [match.span() for match in re.finditer(r"[a-z]{4,}", text)]
    if not words:
        return text
    start, stop = rng.choice(words)
    place = rng.randrange(start, stop - 1)
    kind = rng.randrange(4)
    if kind == 0:
        return text[:place] + text[place + 1] + text[place] + text[place + 2 :]
    if kind == 1:
        return text[:place] + text[place + 1 :]
    if kind == 2:
        return text[:place] + text[place] + text[place:]
    return text[:place] + rng.choice(string.ascii_lowercase) + text[place + 1 :]


def made_up_word(rng: random.Random) -> str:
    """A pronounceable word that means nothing, so that reading is learned and not remembering."""
    consonants, vowels = "bdfgklmnprstvz", "aeiou"
    syllables = [rng.choice(consonants) + rng.choice(vowels) for _ in range(rng.choice((2, 2, 3)))]
    word = "".join(syllables)
    return word + rng.choice(("", "", "n", "r", "x", "s", "l", "th"))


def shown_name(name: str, rng: random.Random) -> str:
    """A dotted name as people write it: bare, in backticks, with empty parentheses."""
    form = rng.random()
    if form < 0.2:
        return f"`{name}`"
    if form < 0.35:
        return f"{name}()"
    return name
