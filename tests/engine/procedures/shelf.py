"""A record of procedures in a dictionary, turns to observe, and what is served: shared by the tests beside it."""

from __future__ import annotations

import time
from collections.abc import Callable

from engine.procedures import Found, Procedures
from engine.record import ProcedureRow, Turn
from engine.routing.categories import Category, Route
from engine.settings import CacheSettings


class Shelf:
    """A record of procedures in a dictionary."""

    def __init__(self) -> None:
        self.rows: dict[str, ProcedureRow] = {}
        self.tallied: dict[str, int] = {}
        self.wrong: dict[str, int] = {}

    def procedures(self) -> list[ProcedureRow]:
        return list(self.rows.values())

    def procedure(self, key: str) -> ProcedureRow | None:
        return self.rows.get(key)

    def tally(self, name: str) -> int:
        self.tallied[name] = self.tallied.get(name, 0) + 1
        return self.tallied[name]

    def tallies(self) -> dict[str, int]:
        return self.tallied

    def wrong_by_family(self) -> dict[str, int]:
        return self.wrong

    def edit_procedure(
        self, key: str, change: Callable[[ProcedureRow | None], ProcedureRow | None]
    ) -> ProcedureRow | None:
        new = change(self.rows.get(key))
        if new is None:
            self.rows.pop(key, None)
        else:
            self.rows[key] = new
        return new


_numbers = iter(range(10**9))


def turn(text: str, answer: str, path: Route = Route.CORE, category: Category | None = Category.ROUTINE) -> Turn:
    number = next(_numbers)
    return Turn(f"t{number}", "s", time.time() + number / 1000, text, answer, path, category, 0.9)


def taught(uses: int = 3, answer: str = "list[::-1]", sure: float = 1.0) -> tuple[Shelf, Procedures, list[Turn]]:
    shelf = Shelf()
    procedures = Procedures(shelf, CacheSettings())
    turns = [turn("how do i reverse a list", answer) for _ in range(uses)]
    for each in turns:
        procedures.observe(each, cacheable=True, sure=sure)
    return shelf, procedures, turns


def served(procedures: Procedures, text: str) -> str | None:
    found = procedures.lookup(text, Category.ROUTINE)
    return found.answer if isinstance(found, Found) else None
