"""From learned answers to one with holes: the least general generalisation of pairs of one frame, and its execution.

Plotkin's anti-unification (1970), made timid: what differs between the questions must be all that differs between the
answers, in whole words, and what is filled in must look like what was learned and touch nothing else in the answer.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from engine.procedures.slots import CLOSE, OPEN, Slot, SlotKind
from engine.procedures.trust import answer_key

LEAST = 2
"""Learned pairs that a template takes."""


@dataclass(frozen=True, slots=True)
class Example:
    """What one question of a frame is answered. `learned`: from habit; else it was answered so the last time."""

    slots: tuple[Slot, ...]
    answer: str
    learned: bool

    @property
    def values(self) -> tuple[str, ...]:
        return tuple(slot.value for slot in self.slots)


@dataclass(frozen=True, slots=True)
class Template:
    pieces: tuple[str | int, ...]
    """The answer: text, and in between the numbers of variables."""
    variables: tuple[tuple[int, ...], ...]
    """The places in the question that hold each variable: several where they always held the same value."""
    learned: tuple[tuple[Slot, ...], ...]
    """The slots of each learned question: what a value may look like."""

    @property
    def text(self) -> str:
        """The answer with its holes, for people."""
        first = self.learned[0]
        return "".join(
            piece if isinstance(piece, str) else f"{OPEN}{first[self.variables[piece][0]].kind.value}{CLOSE}"
            for piece in self.pieces
        )

    def fill(self, slots: Sequence[Slot]) -> str:
        """The answer with these values in its holes.

        Raises:
            Refused: a value could change more of the answer than itself; the message says why.
        """
        values = [slot.value for slot in slots]
        free = {place for places in self.variables for place in places}
        for place, fixed in enumerate(self.learned[0]):
            if place not in free and values[place] != fixed.value:
                raise Refused(f"only learned for “{fixed.value}”, not “{values[place]}”")
        chosen = [values[places[0]] for places in self.variables]
        for places, value in zip(self.variables, chosen, strict=True):
            if any(values[place] != value for place in places):
                raise Refused("learned with the same value twice, asked with two")
            self._like_the_learned(places[0], value)
        if len({value.lower() for value in chosen}) < len(chosen):
            raise Refused("learned with two values, asked with the same one twice")
        filled = self._filled(chosen)
        text = "\n".join(piece for piece in self.pieces if isinstance(piece, str))
        for value in chosen:
            if _whole(value, re.IGNORECASE).search(text):
                raise Refused(f"“{value}” already stands for something else in the answer")
        return filled

    def _like_the_learned(self, place: int, value: str) -> None:
        seen = [slots[place].value for slots in self.learned]
        if value in seen:
            return
        if strange := _classes(value) - frozenset().union(*map(_classes, seen)):
            raise Refused(f"“{value}” looks unlike what was learned ({', '.join(sorted(strange))})")
        after_article = any(
            isinstance(piece, str) and _ARTICLE.search(piece) and following == self._variable(place)
            for piece, following in pairwise(self.pieces)
        )
        if after_article and _open(value) not in map(_open, seen):
            raise Refused(f"“a” or “an” before “{value}”")

    def _variable(self, place: int) -> int:
        return next(n for n, places in enumerate(self.variables) if place in places)

    def _filled(self, chosen: Sequence[str]) -> str:
        return "".join(piece if isinstance(piece, str) else chosen[piece] for piece in self.pieces)


class Refused(Exception):
    """A template does not answer this question; the message says why, for people."""


def generalise(examples: Sequence[Example]) -> Template | None:
    """The template of examples of one frame; None where fewer than `LEAST` are learned, or any speaks against it."""
    learned = [example for example in examples if example.learned]
    if len({example.values for example in learned}) < LEAST:
        return None
    columns = list(zip(*(example.values for example in learned), strict=True))
    alike: dict[tuple[str, ...], list[int]] = {}
    for place, column in enumerate(columns):
        if len(set(column)) > 1:
            alike.setdefault(column, []).append(place)
    variables = tuple(tuple(places) for places in alike.values())
    base = next((e for e in learned if len({e.values[places[0]] for places in variables}) == len(variables)), None)
    if base is None:
        return None  # nothing tells which value goes where
    chosen = [base.values[places[0]] for places in variables]
    template = Template(_cut(base.answer, chosen), variables, tuple(example.slots for example in learned))
    return template if _holds(template, examples) else None


def _cut(answer: str, values: list[str]) -> tuple[str | int, ...]:
    """The answer in pieces, with the number of a value where it stands as a whole word."""
    longest_first = sorted(values, key=len, reverse=True)
    pieces: list[str | int] = []
    done = 0
    for found in re.finditer("|".join(_whole(value).pattern for value in longest_first), answer):
        pieces += [answer[done : found.start()], values.index(found.group())]
        done = found.end()
    return (*pieces, answer[done:])


def _holds(template: Template, examples: Sequence[Example]) -> bool:
    """Whether every example agrees: each hole is used, nothing else varies, and no use that is only begun differs."""
    if {piece for piece in template.pieces if isinstance(piece, int)} != set(range(len(template.variables))):
        return False
    for places in template.variables:
        kind = template.learned[0][places[0]].kind
        if kind is SlotKind.PROPER and not _always_quoted(template, template.variables.index(places)):
            return False
    for example in examples:
        try:
            expected = template.fill(example.slots)
        except Refused:
            if example.learned:
                return False
            continue
        if answer_key(expected) != answer_key(example.answer):
            return False
    return True


def _always_quoted(template: Template, variable: int) -> bool:
    """Whether the answer has the value in quotation marks wherever it has it: there it is data, whatever it means."""
    chosen = [f"{OPEN}{n}{CLOSE}" for n in range(len(template.variables))]
    before_and_after = template._filled(chosen).split(chosen[variable])
    for left, right in pairwise(before_and_after):
        opened = _OPENED.search(left.rpartition("\n")[2])
        if opened is None or opened["mark"] not in right.partition("\n")[0]:
            return False
    return True


_OPENED = re.compile(r"(?:^|[\W_])[fbru]?(?P<mark>[\"'])(?:(?!(?P=mark)).)*$")
_ARTICLE = re.compile(r"\b(?:a|an)\s+[\"'`(]*$", re.IGNORECASE)


def _whole(value: str, flags: int = 0) -> re.Pattern[str]:
    """The value where no letter or digit touches it, and no decimal point a number."""
    point = r"(?<!\d\.)", r"(?!\.\d)"
    before, after = point if value[0].isdigit() and value[-1].isdigit() else ("", "")
    return re.compile(rf"{before}(?<![^\W_]){re.escape(value)}(?![^\W_]){after}", flags)


def _classes(value: str) -> frozenset[str]:
    """The kinds of characters in a value: letters and digits by kind, and every other character for itself."""
    return frozenset(
        "small letters" if "a" <= letter <= "z" else "capitals" if "A" <= letter <= "Z"
        else "digits" if "0" <= letter <= "9" else f"“{letter}”"
        for letter in value
    )  # fmt: skip


def _open(value: str) -> bool:
    """Whether it is spoken with a vowel first, near enough."""
    return value[0].lower() in "aeiou8" or value in ("11", "18")
