""" "It clicked": the step at which an ability appears, read from what the observers tell. Light: no torch."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterator

from train.events import Clicked, Observed, TrainEvent

ABILITIES = {
    "brackets match": ("writing", "brackets"),
    "indentation valid": ("writing", "indentation"),
    "samples parse": ("writing", "parses"),
    "repeated names predicted": ("token kinds", "name repeated right"),
    "an induction head forms": ("induction heads", "best"),
}
"""What clicks, and the rate (observer, figure) that tells it."""

WINDOW = 3
"""Looks that a rate is averaged over: one lucky sample is no ability."""
HALF = 0.5


class Clicks:
    """Hears a run's events in order; says each ability once. A resumed run lets it hear the earlier part first."""

    def __init__(self) -> None:
        self._rates: dict[str, deque[float]] = {what: deque(maxlen=WINDOW) for what in ABILITIES}
        self._done: set[str] = set()

    def hear(self, event: TrainEvent) -> Iterator[Clicked]:
        """The abilities that appear with this event: the mean of the last looks has passed a half."""
        if isinstance(event, Clicked):
            self._done.add(event.what)
        if not isinstance(event, Observed):
            return
        for what, (observer, figure) in ABILITIES.items():
            value = event.figures.get(figure, math.nan) if event.observer == observer else math.nan
            if not math.isfinite(value):
                continue
            rates = self._rates[what]
            rates.append(value)
            rate = sum(rates) / len(rates)
            if what not in self._done and len(rates) == WINDOW and rate > HALF:
                self._done.add(what)
                yield Clicked(event.step, what, rate)
