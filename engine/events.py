"""What a turn can say: the one stream that panes, plain output, JSON, the decision log and tests all read.

A turn yields, in order: `Assessed`, then `ProcedureFound` or `ProcedureMissed`, `Recalled` (when memory is
read), any number of `Wrote` and `Checked`, `Attended` (when the core wrote), `Answered`, `Learned`. A flag yields
`Flagged` and `Learned`. Loading yields `Loading`. Times are milliseconds, compute is floating-point operations.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from engine.routing.categories import Category, Route


class Flag(StrEnum):
    """What a person can say about an answer with one key."""

    IMPORTANT = "important"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Loading:
    """One stage of waking up has begun (`done` of `total` stages are complete)."""

    stage: str
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class Assessed:
    """The fast path's judgement of a query and the path that the policy chose.

    `probabilities` are calibrated; they sum to less than one when part of the belief is `outside`: the query is
    none of the four things. `confidence` is the largest of them.
    """

    turn_id: str
    text: str
    category: Category
    confidence: float
    probabilities: dict[Category, float]
    outside: float
    threshold: float
    path: Route
    reason: str
    ms: float


@dataclass(frozen=True, slots=True)
class ProcedureFound:
    """A learned shortcut answers this query. `similarity` is 1.0 for an exact text.

    `family` says how it was found: "text", "pattern", "neighbour" or "slots".
    """

    pattern: str
    similarity: float
    why: str
    uses: int
    learned: int
    hit_rate: float
    ms: float
    family: str = "pattern"


@dataclass(frozen=True, slots=True)
class ProcedureMissed:
    """No shortcut applies; `why` says so in words. `nearest` is the closest learned pattern, if any."""

    why: str
    nearest: str | None
    similarity: float | None
    learned: int
    hit_rate: float
    ms: float


@dataclass(frozen=True, slots=True)
class ScoreParts:
    """What a recall score is made of; each in [0, 1].

    `late`: how alike it is to the query word by word, `asked`: to what people ask for it; where that is known.
    """

    semantic: float
    keyword: float
    recency: float
    importance: float
    late: float | None = None
    asked: float | None = None


@dataclass(frozen=True, slots=True)
class Memory:
    """One recalled item. `kind` is "turn" or "document"; `when` is in seconds since the epoch.

    `score`: the probability that it is what is asked for, in [0, 1] (engine/memory/recall.py).
    """

    id: str
    text: str
    kind: str
    score: float
    parts: ScoreParts
    when: float
    flag: Flag | None = None

    @property
    def is_text(self) -> bool:
        """Whether it is a document to be read, and not code to write by: ids of code say so."""
        return self.kind == "document" and not self.id.startswith("code:")


@dataclass(frozen=True, slots=True)
class Recalled:
    """What memory offered for this turn, best first: exactly what the core is given to read."""

    memories: tuple[Memory, ...]
    stored: int
    why: str
    ms: float
    ahead: int = 0
    """So many of them had been fetched while the person typed."""


@dataclass(frozen=True, slots=True)
class Wrote:
    """A piece of the answer: whole UTF-8 characters, `tokens` generated so far in this answer.

    Empty while code is written that is checked before it is shown.
    """

    text: str
    tokens: int
    tokens_per_s: float
    drafted: int = 0
    """Tokens guessed ahead so far in this answer, by the fast path or by looking up…"""
    accepted: int = 0
    """…and those of them that the writer would have written itself."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What was written was looked at before it was shown: the `attempt`th try is fine, or `fault` says why not.

    Only said where a first try failed; the tries that failed are part of the turn's cost.
    """

    attempt: int
    fine: bool
    fault: str


@dataclass(frozen=True, slots=True)
class Attended:
    """Where the writer looked while it wrote: (label, share of attention) for each part of its context."""

    shares: tuple[tuple[str, float], ...]
    layer: int
    heads: int
    ms: float


@dataclass(frozen=True, slots=True)
class TokenCounts:
    """`conversation`: the whole session up to and with this turn, which a model without memory would have to read.
    `copied`: those of `generated` that went on with a copy of a memory (engine/models/copying.py)."""

    prompt: int
    generated: int
    drafted: int = 0
    accepted: int = 0
    conversation: int = 0
    copied: int = 0


@dataclass(frozen=True, slots=True)
class Milliseconds:
    """Time of each stage. `first_token` and `total` count from the moment the text was handed in."""

    assess: float
    lookup: float
    recall: float
    first_token: float
    total: float


@dataclass(frozen=True, slots=True)
class Flops:
    """Compute of each part. `monolith`: the core alone with the whole conversation as its context, read anew at every
    turn; `window`: the same with no more of it than the core can read at once; `kept`: the same if the core kept the
    keys and values of all that it ever read.

    What it went into, none of it counted twice: `assessing` by the fast path, `reading` prompts, `drafting` and
    `refused` drafts, `remembering` (making the turn findable); `retried` is what every try after the first took of all
    this.
    """

    fast: float
    core: float
    embed: float
    monolith: float
    window: float = 0.0
    kept: float = 0.0
    assessing: float = 0.0
    reading: float = 0.0
    refused: float = 0.0
    drafting: float = 0.0
    retried: float = 0.0
    remembering: float = 0.0

    @property
    def total(self) -> float:
        return self.fast + self.core + self.embed

    @property
    def alone(self) -> float:
        """The rival that screens compare with: a core that reads no more than it can. A pasted megabyte would make the
        monolith, which reads it at every turn, so dear that the sum of a life says nothing any more."""
        return min(self.window, self.monolith) if self.window > 0 else self.monolith


@dataclass(frozen=True, slots=True)
class Answered:
    """The answer is complete and safely on disk (unless `saved` is False, and `note` says why)."""

    turn_id: str
    answer: str
    path: Route
    category: Category
    confidence: float
    tokens: TokenCounts
    ms: Milliseconds
    flops: Flops
    cancelled: bool = False
    saved: bool = True
    note: str | None = None
    anew: str | None = None
    """The turn whose question this answered once more."""


@dataclass(frozen=True, slots=True)
class Learned:
    """What changed because of a turn or a flag, each change as one plain sentence."""

    changes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Flagged:
    """The flag of a turn is now `flag` (None: cleared). `again`: the core can be asked for another answer
    (`Spark.again`), to stand beside this one."""

    turn_id: str
    flag: Flag | None
    again: bool = False


@dataclass(frozen=True, slots=True)
class Usage:
    """Counts over the life of a home, for panes and `stats` commands."""

    turns: int = 0
    paths: dict[Route, int] = field(default_factory=dict)
    recent: tuple[Route, ...] = ()
    procedures: int = 0
    procedure_hits: int = 0
    wrong: int = 0
    flops: float = 0.0
    monolith: float = 0.0
    growth: tuple[int, ...] = ()
    """Learned procedures of today by when they were learned: how many after each twentieth of all turns. `monolith`
    is the sum of `Flops.alone`."""


TurnEvent = Assessed | ProcedureFound | ProcedureMissed | Recalled | Wrote | Checked | Attended | Answered | Learned
FlagEvent = Flagged | Learned
Event = TurnEvent | FlagEvent | Loading
