"""One item as the search sees it: its meaning, its words, and what its words mean; and how that is made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, Self

from engine.memory.facts import says_nothing_new
from engine.memory.late import encode
from engine.memory.words import words
from engine.record import Item

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from engine.memory.reading import Embeds

    Vector = NDArray[np.float32]


class Group(IntEnum):
    """What is looked for apart, so that thousands of the one do not crowd out the one of the other."""

    SAID = 0
    DOCUMENT = 1
    CODE = 2


KNOWN = (Group.SAID, Group.DOCUMENT)
_GROUPS = {"document": Group.DOCUMENT, "code": Group.CODE}


@dataclass(frozen=True, slots=True)
class Row:
    """`words` is text: the item's words with a space between. `states`: what they mean (engine/memory/late.py),
    kept of what was said and of notes; of what is asked for by its name the whole is enough."""

    number: int
    vector: Vector
    words: str
    states: bytes = b""
    group: Group = Group.SAID


@dataclass(frozen=True, slots=True)
class Columns:
    """Some rows side by side, as a search reads them: hundreds of objects of their own would take longer than the
    search. `vectors_ND` has length 1 in each row."""

    numbers: Sequence[int]
    vectors_ND: Vector
    words: Sequence[str]
    states: Sequence[bytes]
    groups: Sequence[Group]

    @classmethod
    def of(cls, rows: Sequence[Row], width: int) -> Self:
        import numpy as np

        return cls(
            [row.number for row in rows],
            np.stack([row.vector for row in rows]) if rows else np.zeros((0, width), dtype=np.float32),
            [row.words for row in rows],
            [row.states for row in rows],
            [row.group for row in rows],
        )

    def __add__(self, other: Columns) -> Columns:
        import numpy as np

        if not other.numbers:
            return self
        return Columns(
            [*self.numbers, *other.numbers],
            np.concatenate([self.vectors_ND, other.vectors_ND]),
            [*self.words, *other.words],
            [*self.states, *other.states],
            [*self.groups, *other.groups],
        )

    def rows(self) -> list[Row]:
        columns = (self.numbers, self.vectors_ND, self.words, self.states, self.groups)
        return [Row(*row) for row in zip(*columns, strict=True)]


def unit(vectors_ND: NDArray[np.int8]) -> Vector:
    """The directions that 8 bits a coordinate keep, each of length 1."""
    import numpy as np

    directions = vectors_ND.astype(np.float32)
    directions /= np.sqrt(np.einsum("nd,nd->n", directions, directions))[:, None] + 1e-9
    return directions


def in_8_bits(vectors: Vector) -> NDArray[np.int8]:
    """Vectors of any length in 8 bits a coordinate: their directions move by a cosine of less than 0.001."""
    import numpy as np

    scaled: Vector = vectors * (127 / (np.abs(vectors).max(axis=-1, keepdims=True) + 1e-9))
    return np.round(scaled).astype(np.int8)


def index_text(item: Item) -> str:
    """What the search reads of an item: both sides of a turn, who said it, what a document is called."""
    if item.kind in _GROUPS:
        return item.text if item.text.startswith(item.title) else f"{item.title}: {item.text}"
    if item.speaker:
        return f"{item.speaker}: {item.text}"
    return turn_text(item.text, item.answer)


def turn_text(text: str, answer: str) -> str:
    """The same of a turn: what was asked and what was answered, if that says anything."""
    return f"{text}\n{answer}" if answer and not says_nothing_new(answer) else text


def rows_of(items: Sequence[Item], embedder: Embeds) -> list[Row]:
    """The rows of items, in their order."""
    rows = {}
    named = [item for item in items if item.kind in _GROUPS and not is_note(item)]
    texts = [index_text(item) for item in named]
    for item, text, vector in zip(named, texts, embedder.embed(texts) if texts else (), strict=True):
        rows[item.number] = Row(item.number, vector, " ".join(words(text)), group=_GROUPS[item.kind])
    prose = [item for item in items if item.kind not in _GROUPS or is_note(item)]
    texts = [index_text(item) for item in prose]
    for item, text, reading in zip(prose, texts, embedder.read(texts) if texts else (), strict=True):
        group = _GROUPS.get(item.kind, Group.SAID)
        rows[item.number] = Row(item.number, reading.vector, " ".join(words(text)), encode(reading.states), group)
    return [rows[item.number] for item in items]


def is_note(item: Item) -> bool:
    """Whether it is a document that people ask for in their own words; not one of code, which bears the code's name."""
    named = item.id == f"doc:{item.title}" and all(name.isidentifier() for name in item.title.split("."))
    return item.kind == "document" and not named
