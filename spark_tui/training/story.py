"""What a run has told so far: the one state that all panes read. Pure, so that it is tested without a terminal."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field, fields

from spark_tui.widgets.series import Series
from train.events import (
    Clicked,
    Ended,
    Evaluated,
    Observed,
    Paused,
    Problem,
    Sample,
    Saved,
    Started,
    Step,
    TrainEvent,
)

_SAMPLES = 60
_SPEEDS = 60


@dataclass
class Story:
    """Hears every event of a run; keeps what a screen can show."""

    train: Series = field(default_factory=Series)
    heldout: Series = field(default_factory=Series)
    samples: deque[Sample] = field(default_factory=lambda: deque(maxlen=_SAMPLES))
    """Newest first."""
    speeds: deque[float] = field(default_factory=lambda: deque(maxlen=_SPEEDS))
    started: Started | None = None
    step: Step | None = None
    evaluated: Evaluated | None = None
    gradients: Observed | None = None
    attention: Observed | None = None
    """The newest that has pictures."""
    seen: dict[str, Observed] = field(default_factory=dict)
    """The newest of each observer."""
    clicks: list[Clicked] = field(default_factory=list)
    saved: Saved | None = None
    problem: Problem | None = None
    paused: bool = False
    ended: Ended | None = None
    at: int = 0
    """The last step that anything was said about."""

    def hear(self, event: TrainEvent) -> None:
        self.at = max(self.at, event.step)
        match event:
            case Started():
                self.started = event
            case Step():
                self.step = event
                self.train.add(event.step, event.loss)
                self.speeds.append(event.tokens_per_s)
            case Evaluated():
                self.evaluated = event
                self.heldout.add(event.step, event.loss)
            case Sample():
                self.samples.appendleft(event)
            case Observed():
                self.seen[event.observer] = event
                if event.observer == "gradients":
                    self.gradients = event
                elif event.maps:
                    self.attention = event
            case Clicked():
                self.clicks.append(event)
            case Saved():
                self.saved = event
            case Problem():
                self.problem = event
            case Paused():
                self.paused = event.paused
            case Ended():
                self.ended = event
            case _:
                pass

    def forget(self) -> None:
        """As if nothing had been told: a replay begins again."""
        fresh = Story()
        for one in fields(self):
            setattr(self, one.name, getattr(fresh, one.name))

    def kind_of_head(self, name: str) -> str:
        """What the head "layer.head" does more than half of the time, by the observers; empty if nothing of that."""
        for observer, kind in (
            ("induction heads", "induction"),
            ("previous token", "previous"),
            ("duplicate token", "duplicate"),
            ("first token", "first"),
        ):
            seen = self.seen.get(observer)
            if seen is not None and seen.figures.get(name, 0.0) > 0.5:
                return kind
        return ""

    @property
    def preparing(self) -> bool:
        """Started, and the first step is not done: the model is being compiled."""
        if self.started is None or self.ended is not None:
            return False
        return self.step is None or self.step.step <= self.started.step
