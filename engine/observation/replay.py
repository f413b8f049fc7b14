"""Asking again: a list of queries put to a mind of its own, in a home that is thrown away, and what came of each.

A person's own home is never touched: what is replayed there would become memories and procedures.
"""

from __future__ import annotations

import json
import shutil
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from engine.bundle import chosen
from engine.events import Answered, Assessed, ProcedureFound, Recalled
from engine.nervous_system import Spark
from engine.observation.references import Reference
from engine.record import Record
from engine.routing.categories import Route
from engine.settings import Home, Settings

Watch = Callable[[int, int], None]
"""Hears how many of how many are done."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """One turn, asked now or long ago. Times are milliseconds, compute is floating-point operations.

    `wanted` is the true category where somebody has said, `right` what the reference says of the answer.
    """

    text: str
    answer: str
    path: str
    category: str
    confidence: float
    threshold: float
    total_ms: float
    first_ms: float
    flops: float
    monolith: float
    parts: Mapping[str, float] = field(default_factory=dict)
    """Every figure of `engine.events.Flops` by its name, as far as the log has it."""
    hit: bool = False
    procedure: str = ""
    memories: int = 0
    flag: str | None = None
    when: float = 0.0
    session: str = "default"
    wanted: str = ""
    right: bool | None = None

    @property
    def alone(self) -> float:
        """What a core alone would have spent that reads no more than it can at once (`engine.events.Flops.alone`)."""
        window = self.parts.get("window", 0.0)
        return min(window, self.monolith) if window > 0 else self.monolith

    @property
    def routed_right(self) -> bool | None:
        """Whether it was taken for what it is; a query from outside is routed right when it was thought about."""
        if not self.wanted:
            return None
        if self.wanted == "outside":
            return self.confidence < self.threshold
        return self.category == self.wanted


@dataclass(frozen=True, slots=True)
class Manner:
    """How a mind is made to answer: what a study switches on and off."""

    name: str = "Spark"
    path: Route | None = None
    use_memory: bool = True
    use_cache: bool = True


Ask = Callable[[Reference, str], Outcome]
"""Puts a query to a mind, in a session."""


@contextmanager
def mind(
    settings: Settings,
    manner: Manner | None = None,
    bundle: Path | None = None,
    origin: Home | None = None,
    max_tokens: int | None = None,
    library: Home | None = None,
) -> Iterator[Ask]:
    """A fresh mind in a home of its own, always asked with the same seed; with the models and the router of the home
    `origin`, unless `bundle` names others. It begins with a copy of what the home `library` has in memory.

    Raises:
        SparkError: a part of the mind is missing or failed.
    """
    how = manner or Manner()
    with tempfile.TemporaryDirectory(prefix="spark-study-") as folder:
        if library is not None:
            shutil.copytree(library.path, folder, dirs_exist_ok=True)
        if origin is not None and origin.router.exists():
            shutil.copyfile(origin.router, Home(Path(folder)).router)
        models = chosen(origin) if bundle is None and origin is not None else bundle
        spark = Spark.open(Home(Path(folder)), settings, bundle=models)

        def ask(reference: Reference, session: str) -> Outcome:
            events = spark.reply(
                reference.text, path=how.path, seed=7, max_tokens=max_tokens, session=session,
                use_memory=how.use_memory, use_cache=how.use_cache,
            )  # fmt: skip
            return _outcome(reference, session, list(events))

        try:
            yield ask
        finally:
            spark.close()


def replay(
    asked: Sequence[tuple[Reference, str]],
    minds: Sequence[tuple[Settings, Manner]],
    *,
    bundle: Path | None = None,
    origin: Home | None = None,
    max_tokens: int | None = None,
    library: Home | None = None,
    watch: Watch = lambda done, of: None,
    stop: threading.Event | None = None,
) -> list[list[Outcome]]:
    """Put every (query, session) to every mind in turn, so that all meet the same machine; outcomes by mind. Every
    second query goes round the other way: whoever comes after another finds the processor warm, or busy.

    `stop` ends it between two queries: every mind has answered the same ones.
    """
    outcomes: list[list[Outcome]] = [[] for _ in minds]
    with ExitStack() as stack:
        asks = [
            stack.enter_context(mind(settings, manner, bundle, origin, max_tokens, library))
            for settings, manner in minds
        ]
        for number, (reference, session) in enumerate(asked, start=1):
            if stop is not None and stop.is_set():
                break
            for place in range(len(asks))[:: 1 if number % 2 else -1]:
                outcomes[place].append(asks[place](reference, session))
            watch(number, len(asked))
    return outcomes


def logged(record: Record, most: int = 100_000) -> list[Outcome]:
    """The life of a home as it was logged, oldest first: its newest `most` turns."""
    decisions = {decision.turn_id: json.loads(decision.json) for decision in record.decisions(most)}
    return [
        _from_log(turn.text, turn.answer, turn.flag, turn.when, turn.session, decisions[turn.id])
        for turn in record.turns(None, most)
        if turn.id in decisions and "path" in decisions[turn.id]
    ]


def _outcome(reference: Reference, session: str, events: Iterable[object]) -> Outcome:
    assessed: Assessed | None = None
    answered: Answered | None = None
    pattern, memories = "", 0
    for event in events:
        match event:
            case Assessed():
                assessed = event
            case ProcedureFound():
                pattern = event.pattern
            case Recalled():
                memories = len(event.memories)
            case Answered():
                answered = event
            case _:
                pass
    assert assessed is not None and answered is not None
    return Outcome(
        text=reference.text,
        answer=answered.answer,
        path=answered.path.value,
        category=answered.category.value,
        confidence=answered.confidence,
        threshold=assessed.threshold,
        total_ms=answered.ms.total,
        first_ms=answered.ms.first_token,
        flops=answered.flops.total,
        monolith=answered.flops.monolith,
        parts=asdict(answered.flops),
        hit=bool(pattern),
        procedure=pattern,
        memories=memories,
        session=session,
        wanted=reference.category,
        right=reference.right(answered.answer),
    )


def _from_log(text: str, answer: str, flag: str | None, when: float, session: str, decision: dict[str, Any]) -> Outcome:
    ms, flops = decision.get("ms", {}), decision.get("flops", {})
    procedure = decision.get("procedure", {})
    return Outcome(
        text=text,
        answer=answer,
        path=str(decision["path"]),
        category=str(decision.get("category", "")),
        confidence=float(decision.get("confidence") or 0.0),
        threshold=float(decision.get("threshold") or 0.0),
        total_ms=float(ms.get("total", 0.0)),
        first_ms=float(ms.get("first_token", 0.0)),
        flops=float(flops.get("total", 0.0)),
        monolith=float(flops.get("monolith", 0.0)),
        parts={name: float(value) for name, value in {**flops, **decision.get("operations", {})}.items()},
        hit=bool(procedure.get("hit")),
        procedure=str(procedure.get("pattern") or ""),
        memories=len(decision.get("memories", [])),
        flag=flag,
        when=when,
        session=session,
    )
