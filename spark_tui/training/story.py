"""What a run has told so far: the one state that all panes read. Pure, so that it is tested without a terminal."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from spark_tui.widgets.series import Series
from train.events import (
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
            case Observed(observer="gradients"):
                self.gradients = event
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

    @property
    def preparing(self) -> bool:
        """Started, and the first step is not done: the model is being compiled."""
        if self.started is None or self.ended is not None:
            return False
        return self.step is None or self.step.step <= self.started.step
