"""What a resumed run told before, from its metrics.jsonl: the curve begins where the run did, not where it goes on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from train.events import Evaluated, Observed, Sample, Started, Step, TrainEvent, from_json

_MOST_BYTES = 64 << 20
"""Of a longer file the end is read."""


def history(folder: Path, started: Started) -> Iterator[TrainEvent]:
    """The steps, figures and samples up to where the run goes on; nothing when the file is missing."""
    if started.step == 0:
        return
    try:
        with (folder / "metrics.jsonl").open("rb") as file:
            file.seek(max(0, file.seek(0, 2) - _MOST_BYTES))
            for line in file:
                event = from_json(line.decode("utf-8", "replace"))
                if isinstance(event, Step | Evaluated | Observed | Sample) and event.step <= started.step:
                    yield event
    except OSError:
        return
