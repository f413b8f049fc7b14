"""The part of the record that procedures need."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from engine.record.rows import ProcedureRow


class ProcedureStore(Protocol):
    def procedures(self) -> list[ProcedureRow]: ...

    def procedure(self, key: str) -> ProcedureRow | None: ...

    def edit_procedure(
        self, key: str, change: Callable[[ProcedureRow | None], ProcedureRow | None]
    ) -> ProcedureRow | None: ...

    def tally(self, name: str) -> int: ...

    def tallies(self) -> dict[str, int]: ...

    def wrong_by_family(self) -> dict[str, int]: ...
