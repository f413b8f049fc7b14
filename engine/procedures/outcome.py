"""What a lookup says, and what is known of one procedure."""

from __future__ import annotations

from dataclasses import dataclass

from engine.procedures.error_bound import Family


@dataclass(frozen=True, slots=True)
class Found:
    """A procedure answers the text. `similarity`: 1.0 for a text met before, the cosine for a near neighbour, else the
    overlap of words."""

    pattern: str
    answer: str
    similarity: float
    why: str
    uses: int
    learned: int
    family: Family = Family.PATTERN
    explore: str = ""
    """Why this hit is put to the core and compared instead of served; empty when it is served."""
    personal: bool = False
    """It says "my": it holds only as long as memory knows nothing about it."""


@dataclass(frozen=True, slots=True)
class Missed:
    """None does; `nearest` is the nearest learned pattern, if any."""

    why: str
    nearest: str | None
    similarity: float | None
    learned: int


@dataclass(frozen=True, slots=True)
class Procedure:
    """What is known of one pattern, for lists and panes. `uses` counts all turns, `hits` those it answered."""

    pattern: str
    answer: str
    learned: bool
    agreed: int
    needed: int
    uses: int
    hits: int
    wrong: int
    texts: tuple[str, ...]
    created: float
    used: float | None
    trust: float
    """The mean of a Beta posterior: agreements and hits against other answers and flags."""
    doubted: int
    """Relatives with the same answer that were flagged wrong."""
    banned: bool
    turns: tuple[str, ...]
    """Ids of the turns it was learned from."""
    template: bool = False
    """It has slots: `answer` is shown with its holes, and `texts` are the learned patterns that agree on it."""
