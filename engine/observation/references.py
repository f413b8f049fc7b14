"""Queries whose answers can be judged: what is asked, what kind it is, a good answer, what any good answer says."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from engine.assets import asset
from engine.checking import blocks, code_fault, is_python
from engine.errors import SparkError


@dataclass(frozen=True, slots=True)
class Reference:
    """`category`: one of the four, "outside", or "" where nobody has said. `must`: pieces of any right answer."""

    text: str
    category: str = ""
    answer: str = ""
    must: tuple[str, ...] = ()

    def right(self, answer: str) -> bool | None:
        """Whether every piece is in the answer, case and spacing aside; None where there is nothing to judge by."""
        if not self.must:
            return None
        said = "".join(answer.lower().split())
        return all("".join(piece.lower().split()) in said for piece in self.must)


def load_references(path: Path | None = None) -> list[Reference]:
    """The shipped hundred, or those of a JSON Lines file: "text", and if known "category", "reference" and "must".

    Raises:
        SparkError: the file cannot be read, or a line of it makes no sense.
    """
    path = path or asset("queries", "diverse_100.jsonl")
    try:
        lines = [line for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    except (OSError, UnicodeDecodeError) as error:
        raise SparkError(f"{path} cannot be read ({error}).") from error
    found = []
    for number, line in enumerate(lines, start=1):
        try:
            row = json.loads(line)
            text, must = row["text"], row.get("must", [])
            if not (isinstance(text, str) and text.strip() and isinstance(must, list)):
                raise ValueError("a row needs a text")
            found.append(
                Reference(text, str(row.get("category", "")), str(row.get("reference", "")), tuple(map(str, must)))
            )
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise SparkError(f'{path} line {number} is not a row with a "text" ({error}).') from error
    if not found:
        raise SparkError(f"{path} is empty: there is nothing to ask.")
    return found


def parses(text: str, answer: str) -> bool | None:
    """Whether the code of an answer is Python: its fenced blocks, or itself after what was asked; None without code."""
    code = [block for language, block in blocks(answer) if is_python(language)]
    if code:
        return all(code_fault(block) is None for block in code)
    if "def " in text or "class " in text:
        whole = text.rstrip() + "\n" + answer
        return code_fault(whole) is None if "\n" in answer or "return" in answer else None
    return None
