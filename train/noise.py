"""Queries as they look when typed in a hurry: the same meaning, other letters."""

from __future__ import annotations

import random
import re

_OPENERS = ("hi, ", "hey ", "please ", "hello! ", "quick question: ", "um ", "so ", "ok ", "hallo, ")
_CLOSERS = (" please", " thanks", " pls", ", thank you!", "??", "?", " :)", "...", " asap", " lol")
_CODE = re.compile(r"\n|[_=(){}\[\]<>`]|Error|^\s")


def noisy(text: str, chooser: random.Random) -> str:
    """One light change or two. Lines of code keep their letters; only what surrounds them changes."""
    if _CODE.search(text):
        return chooser.choice(
            (text + "\n", text.rstrip() + " ", text.replace("    ", "\t"), _typo_before_code(text, chooser))
        )
    changed = chooser.choice((_typo, _typo, _bare, _shout, _opened, _closed, _capital))(text, chooser)
    return _typo(changed, chooser) if chooser.random() < 0.3 else changed


def _typo(text: str, chooser: random.Random) -> str:
    """One slip in one longer word: two letters swapped, one left out, one doubled."""
    words = text.split(" ")
    long = [place for place, word in enumerate(words) if len(word) > 3 and word.isalpha()]
    if not long:
        return text
    place = chooser.choice(long)
    word = words[place]
    at = chooser.randrange(1, len(word) - 1)
    slips = (
        word[:at] + word[at + 1] + word[at] + word[at + 2 :],
        word[:at] + word[at + 1 :],
        word[:at] + word[at:][:1] + word[at:],
    )
    return " ".join([*words[:place], chooser.choice(slips), *words[place + 1 :]])


def _typo_before_code(text: str, chooser: random.Random) -> str:
    first, line_break, rest = text.partition("\n")
    return text if _CODE.search(first) else _typo(first, chooser) + line_break + rest


def _bare(text: str, _: random.Random) -> str:
    return re.sub(r"[?!.,'’]", "", text).lower()


def _shout(text: str, chooser: random.Random) -> str:
    return text.upper() if chooser.random() < 0.3 else text.lower()


def _capital(text: str, _: random.Random) -> str:
    return text[:1].upper() + text[1:].rstrip(".?!") + ("?" if text.split(" ")[0].lower() in _QUESTIONS else ".")


def _opened(text: str, chooser: random.Random) -> str:
    return chooser.choice(_OPENERS) + text


def _closed(text: str, chooser: random.Random) -> str:
    return text.rstrip("?!. ") + chooser.choice(_CLOSERS)


_QUESTIONS = frozenset(("how", "what", "why", "when", "which", "who", "where", "is", "are", "can", "does", "do"))
