"""What the chat needs of a mind: its surface as protocols, the turns of a session, and how the real one wakes up."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from engine.events import Flag, FlagEvent, Loading, TurnEvent, Usage
from engine.routing.categories import Route
from engine.settings import Home, load_settings
from spark_tui.first_reading import read_handbook
from spark_tui.widgets.bars import amount

if TYPE_CHECKING:
    from engine.memory.links import Neighbourhood
    from engine.observation.attention import AnswerAttention
    from engine.record import Decision, ProcedureRow, Session, Turn

HISTORY = 12
"""Turns of a session that are shown when it is opened; what came before is fetched when a person scrolls to it."""


class PastTurns(Protocol):
    """What the chat needs of the record."""

    def last_turns(self, session: str, n: int) -> list[Turn]: ...
    def turns_before(self, turn_id: str, n: int) -> list[Turn]: ...
    def decision(self, turn_id: str) -> Decision | None: ...
    def sessions(self) -> list[Session]: ...
    def find_sessions(self, words: str) -> list[Session]: ...
    def rename_session(self, old: str, new: str) -> int: ...
    def procedures(self) -> list[ProcedureRow]: ...


class Remembering(Protocol):
    """What the chat needs of the memory."""

    def neighbourhood(self, item_id: str) -> Neighbourhood: ...


class Mind(Protocol):
    """What the chat needs of `engine.nervous_system.Spark`."""

    @property
    def record(self) -> PastTurns: ...
    @property
    def memory(self) -> Remembering: ...
    def reply(
        self,
        text: str,
        *,
        path: Route | None = None,
        session: str = "default",
        anew: str | None = None,
        cancel: threading.Event | None = None,
    ) -> Iterator[TurnEvent]: ...
    def flag(self, turn_id: str, flag: Flag | None) -> Iterator[FlagEvent]: ...
    def usage(self) -> Usage: ...
    def attention(self, turn_id: str) -> AnswerAttention: ...
    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Opened:
    """A mind that is awake, and how to call it in the title ("core 12M, fast 2M")."""

    mind: Mind
    described: str


Open = Callable[[Callable[[Loading], None]], Opened]
"""Wakes a mind up, reporting each stage; raises SparkError."""


Past = tuple[tuple["Turn", "Decision | None"], ...]
"""Earlier turns with their decisions, oldest first."""


def last_of(mind: Mind, session: str) -> Past:
    """The newest turns of a session."""
    return tuple((turn, mind.record.decision(turn.id)) for turn in mind.record.last_turns(session, HISTORY))


def before(mind: Mind, turn_id: str) -> Past:
    """As many turns just before that one."""
    return tuple((turn, mind.record.decision(turn.id)) for turn in mind.record.turns_before(turn_id, HISTORY))


def open_spark(home: Path | None, opened: Callable[[], None] = lambda: None) -> Open:
    """The real mind, imported only when it is called: torch and LanceDB take seconds. `opened` hears that it is."""

    def open_mind(progress: Callable[[Loading], None]) -> Opened:
        progress(Loading("its libraries", 0, 5))
        place = Home.find(home)
        place.create()  # what a person has to mend is said before seconds of loading
        settings = load_settings(place)
        import spark_tui.chat.answer_body  # noqa: F401 - here rather than while the first answer is to be shown
        from engine.models.config import parameter_account
        from engine.nervous_system import Spark

        spark = Spark.open(
            place,
            settings,
            progress=lambda stage: progress(Loading(stage.stage, stage.done + 1, stage.total + 1)),
        )
        read_handbook(spark, place, lambda: progress(Loading("the handbook", 5, 5)))
        core, fast = (
            amount(sum(parameter_account(config).values())) for config in (spark.core_config, spark.reflex.model.config)
        )
        opened()
        return Opened(spark, f"bundle {spark.bundle.name} (core {core}, fast {fast})")

    return open_mind
