"""Writing: of what the model writes, do the brackets match, is the indentation valid, is it Python, is it its own?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine.models.tokenizer import Tokenizer
from train.data import PackedRows
from train.observers.observer import Finding
from train.samples import parse_status

_PAIRS = {")": "(", "]": "[", "}": "{"}
_MOST_TOKENS = 1_000_000
_JOINT = "\U0010ffff"
"""Between rows: no copy runs across."""


@dataclass(frozen=True, slots=True)
class Written:
    """A prompt and what the model wrote after it; `code`: whether the two together should be Python."""

    prompt: str
    text: str
    code: bool = True


class Writing:
    """Shares of the samples of one moment; a sample with nothing to judge by counts for nothing.

    "brackets": brackets match. "indentation": every line stands where it may. "parses": it is Python. "longest copy":
    the longest run of tokens of any sample that stands just so in the first million tokens of the training text.
    """

    name = "writing"
    question = "Is what it writes well formed, and is it its own?"

    def __init__(self, sources: Sequence[PackedRows], tokenizer: Tokenizer) -> None:
        self._tokenizer = tokenizer
        self._sources = sources
        self._text: str | None = None

    def observe(self, samples: Sequence[Written]) -> Finding:
        code = [sample for sample in samples if sample.code]
        figures = {
            "brackets": _share([brackets_match(s.prompt, s.text) for s in code]),
            "indentation": _share([indentation_valid(s.prompt + s.text) if "\n" in s.text else None for s in code]),
            "parses": _share([parses(s.prompt, s.text) for s in code]),
        }
        found: dict[str, float] = {name: share for name, share in figures.items() if share is not None}
        copies = [self.longest_copy(sample.text) for sample in samples]
        if copies:
            found["longest copy"] = float(max(copies))
        return Finding(found)

    def longest_copy(self, text: str) -> int:
        """Tokens of the longest run of `text` that the training text has too."""
        if self._text is None:
            self._text = _as_characters(self._sources)
        written = "".join(map(_character, self._tokenizer.encode(text)))
        best = 0
        for start in range(len(written)):
            while start + best < len(written) and written[start : start + best + 1] in self._text:
                best += 1
        return best


def parses(prompt: str, text: str) -> bool | None:
    """Whether prompt and text are Python so far; None where the model has not written a line to judge by."""
    lines = text.split("\n")
    return parse_status(prompt + text)[0] if len(lines) > 1 and any(line.strip() for line in lines[1:]) else None


def brackets_match(prompt: str, text: str) -> bool | None:
    """Whether brackets close in the order they opened, up to the last whole line; None if there are none to close."""
    whole = text.rpartition("\n")[0] if "\n" in text else text
    if not any(character in "()[]{}" for character in without_strings(whole)) and _open(prompt) == []:
        return None
    return _open(prompt + whole) == []


def _open(source: str) -> list[str] | None:
    """The brackets that wait to be closed; None once a wrong one has been."""
    waiting: list[str] = []
    for character in without_strings(source):
        if character in "([{":
            waiting.append(character)
        elif character in _PAIRS and (not waiting or waiting.pop() != _PAIRS[character]):
            return None
    return waiting


def indentation_valid(source: str) -> bool:
    """Whether every line but the last stands as deep as Python allows: deeper after a colon, else on a level that is
    open. Lines inside brackets may stand anywhere."""
    levels, opened, depth = [0], False, 0
    for line in without_strings(source).split("\n")[:-1]:
        code = line.split("#")[0].rstrip()
        if code.strip() and depth == 0:
            indent = len(code) - len(code.lstrip())
            if opened != (indent > levels[-1]):
                return False
            if opened:
                levels.append(indent)
            while levels[-1] > indent:
                levels.pop()
            if levels[-1] != indent:
                return False
        depth = max(0, depth + sum((c in "([{") - (c in ")]}") for c in code))
        if code.strip():
            opened = depth == 0 and code.endswith(":")
    return True


def without_strings(source: str) -> str:
    """The text with what stands in quotes left blank, so that brackets and colons in it do not count."""
    out, quote, at = [], "", 0
    while at < len(source):
        here = source[at : at + 3] if source[at : at + 3] in ('"""', "'''") else source[at]
        if quote:
            if source[at] == "\\":
                at += 2
                continue
            if source[at] == "\n" and len(quote) == 1:  # a string that was never closed ends with its line
                quote = ""
                continue
            if source.startswith(quote, at):
                out.append('"')
                at += len(quote)
                quote = ""
                continue
            at += 1
        elif here[0] in "\"'":
            quote = here
            at += len(here)
        else:
            out.append(source[at])
            at += 1
    return "".join(out)


def _share(judged: list[bool | None]) -> float | None:
    told = [value for value in judged if value is not None]
    return sum(told) / len(told) if told else None


def _character(token: int) -> str:
    """One character a token, so that Python's own search, which is fast, finds runs of tokens."""
    return chr(token + 0x10000)


def _as_characters(sources: Sequence[PackedRows]) -> str:
    rows: list[str] = []
    each = _MOST_TOKENS // max(1, len(sources))
    for source in sources:
        taken = source.tokens[: max(1, each // (source.context + 1))].tolist()
        rows.extend("".join(map(_character, row)) for row in taken)
    return _JOINT.join(rows)
