"""A turn's stream of events as text for a terminal, a pipe or a log. (As JSON it is `engine/decision.py`.)

stdout carries data only; whatever is meant for the person goes to stderr. Text that a terminal shows passes the
sanitizer, text in a pipe is exact.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterable
from typing import Self

from engine.decision import Json
from engine.errors import SparkError
from engine.events import (
    Answered,
    Assessed,
    Loading,
    ProcedureFound,
    ProcedureMissed,
    Recalled,
    TurnEvent,
    Wrote,
)
from engine.routing.categories import Route
from engine.text import Sanitizer, sanitize

_ERASE_LINE = "\r\x1b[K"


def say(text: str) -> None:
    """One line of data on stdout."""
    sys.stdout.write((sanitize(text) if sys.stdout.isatty() else text) + "\n")


def emit(row: Json) -> None:
    """One JSON object on a line of stdout. ASCII, so that any terminal, pipe and encoding carries it unharmed."""
    sys.stdout.write(json.dumps(row) + "\n")
    sys.stdout.flush()


def note(text: str, dim: bool = False) -> None:
    """One line for the person, on stderr."""
    sys.stdout.flush()  # so that a terminal shows data and messages in the order they came
    if sys.stderr.isatty():
        text = _dim(sanitize(text)) if dim else sanitize(text)
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


class Progress:
    """What is going on, on one line of stderr, rewritten in place; silent when nobody watches.

    As a context manager it leaves a clean line behind, also where the work fails and says so on it.
    """

    def __init__(self) -> None:
        self._shown = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.clear()

    def __call__(self, event: Loading) -> None:
        if event.done == event.total:
            self.clear()
        else:
            self.show(f"waking: {event.stage} ({event.done}/{event.total})")

    def counter(self, what: str) -> Callable[[int], None]:
        """Something to call with how far the work has come."""
        return lambda count: self.show(f"{what}: {count:,}")

    def show(self, text: str) -> None:
        if sys.stderr.isatty() and _styled():
            self._shown = True
            sys.stderr.write(_ERASE_LINE + _dim(sanitize(text)))
            sys.stderr.flush()

    def clear(self) -> None:
        if self._shown:
            self._shown = False
            sys.stderr.write(_ERASE_LINE)
            sys.stderr.flush()


def stream_turn(events: Iterable[TurnEvent]) -> None:
    """Write the answer to stdout as it comes, ended by a newline; on a terminal a dim status line comes first.

    Blank space around the answer is not part of it (`Answered.answer` has none): it waits until a word follows.

    Raises:
        SparkError: the turn ended without an answer.
    """
    terminal = sys.stdout.isatty()
    sanitizer = Sanitizer()
    assessed: Assessed | None = None
    answered: Answered | None = None
    waiting, begun = "", False

    def write(piece: str) -> None:
        nonlocal waiting, begun
        text = waiting + piece if begun else (waiting + piece).lstrip()
        shown = text.rstrip()
        waiting, begun = text[len(shown) :], begun or bool(shown)
        sys.stdout.write(shown)
        sys.stdout.flush()

    for event in events:
        if isinstance(event, Assessed):
            assessed = event
        elif isinstance(event, Answered):
            answered = event
        elif isinstance(event, ProcedureFound | ProcedureMissed | Recalled | Wrote):
            if assessed is not None and sys.stderr.isatty():
                note(status_line(assessed, event), dim=True)
            assessed = None  # said once
        if isinstance(event, Wrote):
            write(sanitizer.push(event.text) if terminal else event.text)
    write(sanitizer.flush())
    if begun:
        sys.stdout.write("\n")
    if answered is None:
        raise SparkError("The turn ended without an answer; ask again.")
    if answered.note:
        note(answered.note)


def status_line(assessed: Assessed, after: TurnEvent) -> str:
    """How the answer will come about, in a line: `after` is the event that followed the assessment."""
    path, reason = assessed.path, assessed.reason
    if isinstance(after, ProcedureFound):
        path, reason = Route.PROCEDURE, after.why
    elif path is Route.PROCEDURE:  # the policy hoped for a learned answer and there is none
        path, reason = Route.CORE, "no learned answer yet"
    return f"{path.value} · {assessed.category.value} · {figure(assessed.confidence)} · {reason}"


def figure(share: float) -> str:
    """A share the way all screens write it: `.93`, and `1.0`."""
    text = f"{share:.2f}"
    return "1.0" if text == "1.00" else text.removeprefix("0")


def assessed_as_json(text: str, assessed: Assessed) -> Json:
    """A line of `spark route --json`."""
    return {
        "text": text,
        "category": assessed.category.value,
        "confidence": assessed.confidence,
        "probabilities": {category.value: p for category, p in assessed.probabilities.items()},
        "outside": assessed.outside,
        "path": assessed.path.value,
        "reason": assessed.reason,
    }


def _styled() -> bool:
    return os.environ.get("TERM") != "dumb" and not os.environ.get("NO_COLOR")


def _dim(text: str) -> str:
    return f"\x1b[2m{text}\x1b[0m" if _styled() else text
