"""Where a question holds values that could be others: numbers, strings, paths and names, each a slot of its frame.

Only tasks have slots: "how to round x to 3 digits" asks the same for 4, "is 3 odd" does not. A word is a value only
where its form or its place says so; 0 and 1 are not (they change the words around them), and neither is a name that
already means something in Python.
"""

from __future__ import annotations

import builtins
import keyword
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from engine.manner import Asks, manner
from engine.procedures.pattern import LONGEST, normalise
from engine.procedures.words import FILES, INTRODUCES, STOP

OPEN, CLOSE = "⟨", "⟩"
"""What stands around a slot in a frame. A text that has these marks itself has no frame."""
WIDEST = 64
"""Characters of a value."""


class SlotKind(StrEnum):
    NUMBER = "number"
    STRING = "string"
    PATH = "path"
    NAME = "name"
    PROPER = "Name"
    """A capitalised word. It may mean anything, so it is a value only where answers quote it (`template.py`)."""


@dataclass(frozen=True, slots=True)
class Slot:
    kind: SlotKind
    value: str


@dataclass(frozen=True, slots=True)
class Frame:
    """A question without its values: two questions with the same skeleton differ in their slots at most."""

    skeleton: str
    slots: tuple[Slot, ...]


_QUOTED = re.compile(rf"(?<![\w\\])([\"'`])([^\"'`\\\n{OPEN}{CLOSE}]{{1,{WIDEST}}})\1(?!\w)")
_TOKEN = re.compile(r"(?P<body>.*?)(?P<close>[?!.,;:]*)", re.DOTALL)
_END = re.compile(rf"(?<={CLOSE})[\"'`]?(?P<marks>[?!.]+)$")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_PATH = re.compile(r"(?:~|\.{1,2}|[A-Za-z]:)?[\\/]?[\w.-]+(?:[\\/][\w.-]+)*[\\/]?")
_IDENTIFIER = re.compile(r"[A-Za-z_]\w*", re.ASCII)
_MADE_UP = re.compile(r"[A-Za-z]\w*_\w+|[a-z]+(?:[A-Z][a-z0-9]+)+|[befghj-qs-z]", re.ASCII)
_PROPER = re.compile(r"[A-Z][a-z]+")
_MAYBE = re.compile(r"[\d\"'`/\\_.]|[A-Z]|\b(?:called|named|[befghj-qs-z])\b")
"""Most texts have no slots; it is said quickly."""
_MARKED = re.compile(rf"{OPEN}[^{CLOSE}]*{CLOSE}")


def is_skeleton(key: str) -> bool:
    return OPEN in key


@lru_cache(maxsize=4096)
def frame(text: str) -> Frame | None:
    """The frame of a text; None where there is no slot in it, or it asks for no task."""
    if not _MAYBE.search(text) or OPEN in text or CLOSE in text or len(text) > LONGEST or "\n" in text.strip():
        return None
    quoted: list[Slot] = []

    def mask(found: re.Match[str]) -> str:
        mark, inside = found.groups()
        kind = _of_code(inside) if mark == "`" else SlotKind.STRING
        if kind is None or _means_something(inside):
            return found.group()
        quoted.append(Slot(kind, inside))
        return f"{mark}{_hole(quoted[-1])}{mark}"

    pattern = normalise(_QUOTED.sub(mask, text))
    if manner(pattern).asks not in (Asks.HOW, Asks.DO):
        return None
    slots: list[Slot] = []
    words: list[str] = []
    waiting: Iterator[Slot] = iter(quoted)
    for place, word in enumerate(pattern.split(" ")):
        if holes := len(_MARKED.findall(word)):
            slots += [next(waiting) for _ in range(holes)]
            words.append(word)
            continue
        found = _TOKEN.fullmatch(word)
        body, close = (found["body"], found["close"]) if found is not None else (word, "")
        kind = _of_word(body, words[-1] if words else "", first=place == 0)
        if kind is None:
            words.append(word)
        else:
            slots.append(Slot(kind, body))
            words.append(_hole(slots[-1]) + close)
    skeleton = _END.sub(lambda end: end.group().removesuffix(end["marks"]), " ".join(words))
    return Frame(skeleton, tuple(slots)) if slots else None


def _hole(slot: Slot) -> str:
    """What stands for a slot. A file's suffix stays to be seen: another kind of file is another task."""
    suffix = _suffix(slot.value) if slot.kind is SlotKind.PATH else ""
    return f"{OPEN}{slot.kind.value}{suffix}{CLOSE}"


def _of_word(word: str, before: str, first: bool) -> SlotKind | None:
    if not word or len(word) > WIDEST:
        return None
    if _NUMBER.fullmatch(word):
        return SlotKind.NUMBER if word.lstrip("-") not in ("0", "1") else None
    if _is_path(word):
        return SlotKind.PATH
    if first or _means_something(word) or word.lower() in STOP:
        return None
    if _MADE_UP.fullmatch(word) or (before in INTRODUCES and _IDENTIFIER.fullmatch(word)):
        return SlotKind.NAME
    return SlotKind.PROPER if _PROPER.fullmatch(word) else None


def _of_code(code: str) -> SlotKind | None:
    """What stands between backticks: a value only where it is nothing but one."""
    if _NUMBER.fullmatch(code):
        return SlotKind.NUMBER if code.lstrip("-") not in ("0", "1") else None
    if _is_path(code):
        return SlotKind.PATH
    return SlotKind.NAME if _IDENTIFIER.fullmatch(code) else None


def _is_path(word: str) -> bool:
    if not _PATH.fullmatch(word) or not any(letter.isalnum() for letter in word):
        return False
    if "/" in word or "\\" in word:
        return word[0] in "/~.\\" or word[1:2] == ":" or bool(_suffix(word))  # not "and/or"
    return bool(_suffix(word)) and not word.startswith(".")


def _suffix(path: str) -> str:
    stem, dot, suffix = path.rpartition(".")
    return dot + suffix.lower() if stem and suffix.lower() in FILES else ""


def _means_something(name: str) -> bool:
    """Whether Python has something of this name: what it does with one such name says nothing of another."""
    head = name.split(".")[0]
    return keyword.iskeyword(name) or hasattr(builtins, name) or head in sys.stdlib_module_names
