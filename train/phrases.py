"""More queries for the router to learn from, put together from parts: the same topics asked in every manner.

Forms and topics are crossed, so that the head must learn that "how do i …" is routine when … is about Python and
outside when it is about carpets, and that "write a function to …" is a completion whatever it is to do. Used for
training only; what is measured is written by hand (`assets/queries`).
"""

from __future__ import annotations

import random
import re
from pathlib import Path

from engine.assets import asset
from engine.errors import SparkError
from engine.routing.categories import Category
from engine.routing.queries import OUTSIDE, Query

SMALL_TALK = "small"
_SLOT = re.compile(r"\{([a-zA-Z])2?\}")


def phrases(seed: int, each: int, path: Path | None = None) -> list[Query]:
    """Up to `each` queries for every category, twice as many from outside; the same for the same seed, none twice.

    Raises:
        SparkError: the file of parts is missing or lacks a section.
    """
    parts = read_parts(path or asset("queries", "phrases.txt"))
    chooser = random.Random(seed)
    made: dict[str, Query] = {}
    for label in (*(category.value for category in Category), OUTSIDE):
        for _ in range(each * (2 if label == OUTSIDE else 1)):  # what is outside is wider than all the rest
            text = fill(chooser, chooser.choice(parts[label]), parts)
            made[text] = Query(text, label)
    for text in parts[SMALL_TALK]:
        made[text] = Query(text, Category.ROUTINE.value)
    return list(made.values())


def read_parts(path: Path) -> dict[str, list[str]]:
    """The parts by section: a line [name] opens a section, each line in it is a part, "\\\\n" in it a line break."""
    parts: dict[str, list[str]] = {}
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise SparkError(f"The parts of phrases in {path} cannot be read ({error}); install Spark again.") from error
    section: list[str] = []
    comment = True
    for line in lines:
        heading = re.fullmatch(r"\[(\w+)\]", line)
        if heading:
            section, comment = parts.setdefault(heading[1], []), False
        elif not line:
            comment = True  # between sections a line may be a remark; inside one, "# ..." is code
        elif not comment:
            section.append(line.replace(r"\n", "\n"))
    wanted = {*(category.value for category in Category), OUTSIDE, SMALL_TALK}
    wanted |= {slot for section in parts.values() for part in section for slot in _SLOT.findall(part)}
    if missing := sorted(name for name in wanted if not parts.get(name)):
        raise SparkError(f"The parts of phrases in {path} lack the sections {', '.join(missing)}.")
    return parts


def fill(chooser: random.Random, form: str, parts: dict[str, list[str]]) -> str:
    """The form with every slot filled; a slot means one thing throughout, `{k2}` another thing than `{k}`.

    A part may hold slots of its own (code asks for names), so filling goes on until none is left.
    """
    chosen: dict[str, str] = {}

    def choose(match: re.Match[str]) -> str:
        slot = match[0]
        if slot not in chosen:
            free = [part for part in parts[match[1]] if part not in chosen.values()]
            chosen[slot] = chooser.choice(free or parts[match[1]])
        return chosen[slot]

    while (filled := _SLOT.sub(choose, form)) != form:
        form = filled
    return form
