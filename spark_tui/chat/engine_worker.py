"""The one thread in which the engine lives: it wakes it up, asks it and flags for it; the screen never waits.

Requests go in through `ask`, `flag`, `call` and `stop`; `Said`, `Ready`, `Finished`, `Called` and `Failed` come out
of `drain`. What is found out on the way to an answer, and its pieces, only pile up (the screen drains on a timer); its
first words, its end and everything else call `wake` at once. A flag or a call while an answer is being written is
dealt with between two of its pieces.
"""

from __future__ import annotations

import gc
import sys
import threading
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

from engine.errors import SparkError
from engine.events import Assessed, Event, Flag, ProcedureFound, ProcedureMissed, Recalled, Usage, Wrote
from engine.routing.categories import Route
from spark_tui.chat.mind import Mind, Open, Past, last_of

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Said:
    """An event of the turn that `ticket` stands for (None: of waking up, or of a flag)."""

    event: Event
    ticket: int | None = None


@dataclass(frozen=True, slots=True)
class Ready:
    """Spark is awake."""

    described: str
    past: Past
    usage: Usage


@dataclass(frozen=True, slots=True)
class Called:
    """What a `call` was for has been found: `then` is to be awaited in the screen's thread."""

    then: Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Finished:
    """The turn is over and its stream has ended (ticket None: a flag has been dealt with)."""

    usage: Usage
    ticket: int | None = None


@dataclass(frozen=True, slots=True)
class Failed:
    """One sentence for the person. `ticket`: the turn that failed; None: waking up or a flag did."""

    sentence: str
    ticket: int | None = None
    asleep: bool = False
    """Spark could not be opened; the next message tries again."""


_ON_THE_WAY = (Assessed, ProcedureFound, ProcedureMissed, Recalled, Wrote)

_PATIENCE = 0.04
"""Seconds that the engine leaves Python's one lock to the screen for the first words of an answer."""
_SWITCH = 0.0005
"""Seconds after which the screen's thread and the engine's let each other run. Each product gives the lock up, and at
Python's 5 ms a learned answer of 4 ms of work took 14 while its question was being drawn."""

Heard = Said | Ready | Finished | Called | Failed


@dataclass(frozen=True, slots=True)
class _Ask:
    ticket: int
    text: str
    path: Route | None
    session: str
    anew: str | None


@dataclass(frozen=True, slots=True)
class _SetFlag:
    turn_id: str
    flag: Flag | None


@dataclass(frozen=True, slots=True)
class _Call:
    work: Callable[[Mind], Any]
    then: Callable[[Any], Awaitable[None]]


class EngineWorker:
    """Owns the engine's thread. All methods may be called from the screen's thread and return at once."""

    def __init__(self, open_mind: Open, wake: Callable[[], None], session: str = "default") -> None:
        self._open_mind = open_mind
        self._wake = wake
        self.session = session
        """Where questions go from now on."""
        self.parting: Callable[[Mind, int], None] = lambda mind, asked: None
        """Called with the number of questions answered before the mind is closed."""
        self._answered = 0
        self._outbox: deque[Heard] = deque()
        self._asks: deque[_Ask] = deque()
        self._jobs: deque[_SetFlag | _Call] = deque()
        self._work = threading.Condition()
        self._stopping = False
        self._cancel = threading.Event()
        self._current: int | None = None
        self._begun = False
        """Whether words of the answer that is being written have been said."""
        self._shown = threading.Event()
        self._mind: Mind | None = None
        self._thread = threading.Thread(target=self._run, name="spark-engine", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def ask(self, ticket: int, text: str, path: Route | None = None, anew: str | None = None) -> None:
        """Queue a question; `ticket` comes back with all said about it. `anew`: the turn that asked it before."""
        with self._work:
            self._asks.append(_Ask(ticket, text, path, self.session, anew))
            self._work.notify()

    def flag(self, turn_id: str, flag: Flag | None) -> None:
        with self._work:
            self._jobs.append(_SetFlag(turn_id, flag))
            self._work.notify()

    def call(self, work: Callable[[Mind], T], then: Callable[[T], Awaitable[None]]) -> None:
        """Let the engine's thread do `work`; `then` gets its result in the screen's thread."""
        with self._work:
            self._jobs.append(_Call(work, then))
            self._work.notify()

    def cancel(self, ticket: int) -> bool:
        """Stop this answer between two tokens, or take the question off the queue (True: it never began)."""
        with self._work:
            for ask in self._asks:
                if ask.ticket == ticket:
                    self._asks.remove(ask)
                    return True
            if self._current == ticket:
                self._cancel.set()
        return False

    def drain(self) -> list[Heard]:
        """Everything said since the last call, in order."""
        heard: list[Heard] = []
        while self._outbox:
            heard.append(self._outbox.popleft())
        return heard

    def shown(self) -> None:
        """What was drained is on the screen."""
        self._shown.set()

    def stop(self, patience: float = 3.0) -> bool:
        """Cancel, and wait so many seconds for the engine to save and close. False: it is still busy.

        A mind that is only waking up has nothing to save and is not waited for.
        """
        with self._work:
            self._stopping = True
            self._asks.clear()
            self._cancel.set()
            self._work.notify()
            waking = self._mind is None
        if self._thread.is_alive():
            self._thread.join(0.0 if waking else patience)
        return not self._thread.is_alive()

    # From here on: the engine's thread.

    def _run(self) -> None:
        self._open()
        gc.freeze()  # what was loaded stays: looking through it again and again held up keys for a quarter of a second
        gc.set_threshold(2_000, 20, 100)  # and so did whole collections; the conversation asks for them when it rests
        gc.enable()  # `spark` starts without it
        sys.setswitchinterval(_SWITCH)
        while True:
            with self._work:
                self._work.wait_for(lambda: self._asks or self._jobs or self._stopping)
                if self._stopping:
                    break
                ask = self._asks.popleft() if self._asks and not self._jobs else None
                if ask is not None:
                    self._current = ask.ticket
                    self._cancel = threading.Event()
            if ask is not None and (self._mind is not None or self._open()):
                self._answer(ask)
            self._deal_with_jobs()
            self._current = None
        if self._mind is not None:
            with suppress(Exception):  # leaving goes on, whatever the last words are
                self.parting(self._mind, self._answered)
            self._mind.close()

    def _open(self) -> bool:
        try:
            opened = self._open_mind(lambda stage: self._say(Said(stage)))
            past = last_of(opened.mind, self.session)
            ready = Ready(opened.described, past, opened.mind.usage())
        except Exception as error:
            with self._work:  # what was asked goes back; the next question tries again
                waiting = [self._current, *(ask.ticket for ask in self._asks)]
                self._asks.clear()
            for ticket in waiting:
                if ticket is not None:
                    self._say(Failed("", ticket, asleep=True))
            self._say(Failed(sentence_of(error), asleep=True))
            return False
        self._mind = opened.mind
        self._say(ready)
        return True

    def _answer(self, ask: _Ask) -> None:
        assert self._mind is not None
        cancel = self._cancel
        try:
            events = self._mind.reply(ask.text, path=ask.path, session=ask.session, anew=ask.anew, cancel=cancel)
            for event in events:
                self._say(Said(event, ask.ticket))
                if self._jobs:
                    self._deal_with_jobs()
            self._answered += 1
            self._say(Finished(self._mind.usage(), ask.ticket))
        except Exception as error:
            self._say(Failed(sentence_of(error), ask.ticket))

    def _deal_with_jobs(self) -> None:
        while self._jobs:
            wanted = self._jobs.popleft()
            try:
                if self._mind is None:
                    raise SparkError("Spark is asleep; send a message to wake it up.")
                if isinstance(wanted, _Call):
                    self._say(Called(partial(wanted.then, wanted.work(self._mind))))
                    continue
                for event in self._mind.flag(wanted.turn_id, wanted.flag):
                    self._say(Said(event))
                self._say(Finished(self._mind.usage()))
            except Exception as error:
                self._say(Failed(sentence_of(error)))

    def _say(self, heard: Heard) -> None:
        self._outbox.append(heard)
        event = heard.event if isinstance(heard, Said) and heard.ticket is not None else None
        first = isinstance(event, Wrote) and bool(event.text) and not self._begun
        if first or not isinstance(event, _ON_THE_WAY):  # each time costs the screen, and so the first words, a moment
            self._shown.clear()
            self._wake()
        if first:
            self._shown.wait(_PATIENCE)
        self._begun = isinstance(event, Wrote) and (self._begun or first)


def sentence_of(error: Exception) -> str:
    """What a person is told: the sentence of a SparkError as it is, anything else named as the bug that it is."""
    if isinstance(error, SparkError):
        return str(error)
    if isinstance(error, MemoryError):
        return "There is not enough memory for this; close something else and send it again."
    detail = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    return f"Something inside Spark broke ({detail}); nothing that was saved is lost. Please report it."
