"""A finished run as a tape: wind it to any step and the story is what a watcher knew then. Light, and tested alone."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from engine.errors import SparkError
from spark_tui.training.story import Story
from train.events import Started, TrainEvent
from train.runs import RunFolder


class Tape:
    """The events of a run in order; `at` of them have been told to the story."""

    def __init__(self, events: Iterable[TrainEvent], story: Story) -> None:
        self.events = list(events)
        self.story = story
        self.at = 0
        self._steps: list[int] = []
        highest = 0
        for event in self.events:
            highest = max(highest, event.step)
            self._steps.append(highest)

    @property
    def last_step(self) -> int:
        return self._steps[-1] if self._steps else 0

    def wind(self, step: int) -> list[TrainEvent]:
        """Tell the story up to and with `step`; what it was told now: from the beginning again when going back."""
        end = len(self.events)
        if step < self.last_step:  # what ends a run is told with its last step only
            end = next(index for index, reached in enumerate(self._steps) if reached > step)
        if end < self.at:
            self.story.forget()
            self.at = 0
        fresh = self.events[self.at : end]
        for event in fresh:
            self.story.hear(event)
        self.at = end
        return fresh


def read_run(folder: Path) -> list[TrainEvent]:
    """Every event that a run has written.

    Raises:
        SparkError: there is no such run, or it has told nothing yet.
    """
    run = RunFolder(folder)
    if not run.metrics.exists():
        raise SparkError(f"There is no run to replay in {folder}; `spark train` makes one.")
    events = list(run.told())
    if not any(isinstance(event, Started) for event in events):
        raise SparkError(f"The run in {folder} has told nothing yet that could be replayed.")
    return events
