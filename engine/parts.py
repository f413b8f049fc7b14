"""The parts of a mind, each woken when it is first asked for: a reflex needs no core, an answer from habit no index."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Generic, Self, TypeVar, overload

from engine.bundle import Bundle, chosen
from engine.events import Loading
from engine.habits import Habits
from engine.memory import Memories
from engine.memory.embedder import Embedder
from engine.models.config import ModelConfig
from engine.models.tokenizer import TextTokenizer
from engine.models.transformer import Transformer
from engine.procedures import Procedures
from engine.record import Record
from engine.reflex import Reflex
from engine.routing.categories import Route
from engine.settings import Home, Settings
from engine.writing import Writer, core_writer, fast_writer

STAGES = ("the record", "the fast path", "the core", "the memory")
READY = "ready"
T = TypeVar("T")


class part(Generic[T]):
    """An attribute that is made when it is first read, once, whichever threads read it."""

    def __init__(self, make: Callable[[Any], T]) -> None:
        self._make, self._name = make, make.__name__
        self.__doc__ = make.__doc__

    @overload
    def __get__(self, mind: None, owner: type) -> Self: ...
    @overload
    def __get__(self, mind: Parts, owner: type) -> T: ...
    def __get__(self, mind: Parts | None, owner: type) -> Self | T:
        if mind is None:
            return self
        return mind.wake(self._name, self._make)  # from now on Python finds it in the instance and does not come here


class Parts:
    """Everything that a mind is made of; what is missing or damaged says so, in one SparkError, when it is woken."""

    def __init__(self, home: Home, settings: Settings, bundle: Path, progress: Callable[[Loading], None]) -> None:
        self.home = home
        self.settings = settings
        self.bundle = Bundle.load(bundle)
        self.woke_ms = 0.0
        """Milliseconds spent on waking parts: whoever times a turn takes them off."""
        self._progress = progress
        self._lock = threading.RLock()
        self._waking = 0
        self._told = False  # of a stage that has begun; parts that take no time are not told of

    def wake(self, name: str, make: Callable[[Any], T]) -> T:
        """The part called `name`, made now if it was not before."""
        with self._lock:
            if not self.awake(name):
                began = time.perf_counter()
                self._waking += 1
                try:
                    vars(self)[name] = make(self)
                finally:
                    self._waking -= 1
                    if not self._waking:
                        self.woke_ms += (time.perf_counter() - began) * 1000
                if not self._waking and self._told:
                    self._begin(READY)
            found: T = vars(self)[name]
            return found

    def _begin(self, stage: str) -> None:
        done = STAGES.index(stage) if stage in STAGES else len(STAGES)
        self._told = stage != READY
        self._progress(Loading(stage, done, len(STAGES)))

    @classmethod
    def open(
        cls,
        home: Home,
        settings: Settings,
        *,
        bundle: Path | None = None,
        whole: bool = True,
        progress: Callable[[Loading], None] = lambda _: None,
    ) -> Self:
        """A mind on a home, with the bundle in use or another.

        `progress` hears of each stage as it begins, and of "ready". Not `whole`: parts wake when they are first needed,
        for who asks one question and leaves.

        Raises:
            SparkError: the home cannot be written, or something in it or in the bundle is damaged.
        """
        home.create()
        mind = cls(home, settings, bundle or chosen(home), progress)
        try:
            mind.whole if whole else mind.record  # noqa: B018 - what cannot be kept is not begun
        except BaseException:
            mind.close()
            raise
        return mind

    def close(self) -> None:
        """Finish what is being written; parts that never woke have nothing to finish."""
        for name in ("memory", "record"):
            if self.awake(name):
                getattr(self, name).close()

    def awake(self, name: str) -> bool:
        """Whether a part was needed yet."""
        return name in vars(self)

    @part
    def whole(self) -> tuple[object, ...]:
        """All of it, in the order of the stages."""
        return self.record, self.reflex, self.core_writer, self.memory, self.habits

    @part
    def record(self) -> Record:
        self._begin(STAGES[0])
        return Record(self.home.record)

    @part
    def embedder(self) -> Embedder:
        return Embedder.load()

    @part
    def reflex(self) -> Reflex:
        self._begin(STAGES[1])
        return Reflex.load(self.bundle, self.home.router, self.embedder)

    @part
    def core(self) -> Transformer:
        self._begin(STAGES[2])
        return self.bundle.core()

    @part
    def core_config(self) -> ModelConfig:
        """What the core would compute, known without waking it."""
        return self.bundle.core_config()

    @part
    def core_tokenizer(self) -> TextTokenizer:
        return self.bundle.core_tokenizer() or self.bundle.tokenizer

    @part
    def fast_writer(self) -> Writer:
        return fast_writer(self.reflex.model, self.bundle.tokenizer)

    @part
    def core_writer(self) -> Writer:
        return core_writer(self.core, self.core_tokenizer, self.bundle.folder, self.fast_writer)

    def writer(self, route: Route) -> Writer:
        """Who writes on a path."""
        return self.fast_writer if route is Route.FAST else self.core_writer

    @part
    def memory(self) -> Memories:
        self._begin(STAGES[3])
        return Memories.open(self.record, self.home.memory, self.embedder, self.settings.memory)

    @part
    def procedures(self) -> Procedures:
        return Procedures(self.record, self.settings.cache)

    @part
    def habits(self) -> Habits:
        return Habits(self.record, self.procedures)
