"""What the record holds, as small frozen dataclasses. Times are seconds since the epoch."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from engine.events import Flag
from engine.routing.categories import Category, Route


def new_id() -> str:
    """A fresh id for a turn: short enough to type, random enough never to meet another."""
    return secrets.token_hex(6)


@dataclass(frozen=True, slots=True)
class Turn:
    """One exchange: what a person said and what Spark answered.

    An imported line of someone else's conversation is a turn of kind "import": it has a `speaker`, no `answer`
    and no path. `cacheable`: the answer needed nothing but the text itself, so a procedure may learn from it.
    """

    id: str
    session: str
    when: float
    text: str
    answer: str = ""
    path: Route | None = None
    category: Category | None = None
    confidence: float | None = None
    flag: Flag | None = None
    speaker: str | None = None
    kind: str = "turn"
    cacheable: bool = False


@dataclass(frozen=True, slots=True)
class ImportRow:
    """One line of a conversation brought in from elsewhere; an absent `id` is made from the content."""

    text: str
    id: str | None = None
    speaker: str | None = None
    session: str = "imported"
    when: float | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """Something to look up, such as "os.path.join(a, *p): Join two or more pathname components, ...".

    `kind` is "document", or "code" for a function's source, which is recalled only by who asks for code.

    `title` is its name (`os.path.join`); `source` says where it came from (a module, a file). Adding a document
    whose id is known replaces the old text.
    """

    id: str
    title: str
    text: str
    source: str = ""
    when: float = 0.0
    kind: str = "document"


@dataclass(frozen=True, slots=True)
class Item:
    """Anything that memory can offer, as the search index and recall see it.

    `number` grows with every addition and is never used twice: the index follows the record by it.
    `uses` counts how often the item was recalled and read, `used` is when that last happened.
    """

    number: int
    id: str
    kind: str
    session: str
    when: float
    text: str
    answer: str
    speaker: str | None
    title: str
    source: str
    flag: Flag | None
    uses: int
    used: float | None
    corrects: int | None = None
    """The number of the turn, flagged wrong, that this one came right after."""


@dataclass(frozen=True, slots=True)
class Decision:
    """How one turn was decided, as JSON text, just as it was written down."""

    turn_id: str
    when: float
    json: str


@dataclass(frozen=True, slots=True)
class Session:
    name: str
    turns: int
    first: float
    last: float


@dataclass(frozen=True, slots=True)
class ProcedureRow:
    """A procedure, learned or on its way: `agreements` counts agreeing uses so far, `learned` says it may answer.

    `key` is the normalised pattern that finds it, `pattern` a text a person can read, `details` JSON text
    for whatever else the procedures want to keep.
    """

    key: str
    pattern: str
    answer: str
    category: Category
    agreements: int = 0
    uses: int = 0
    learned: bool = False
    created: float = 0.0
    used: float | None = None
    details: str = "{}"
