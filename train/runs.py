"""A run's folder: config.json, tokenizer.json, metrics.jsonl (every event, samples too), checkpoints/, snapshots/, and
a lock so that two never share it."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import IO, Any

from engine.errors import SparkError
from train.events import Observed, TrainEvent, from_json, to_json
from train.grid import LOOKS, on_grid


class RunFolder:
    """`runs/NAME`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._metrics: IO[str] | None = None
        self._lock: IO[str] | None = None

    @property
    def config(self) -> Path:
        return self.path / "config.json"

    @property
    def tokenizer(self) -> Path:
        return self.path / "tokenizer.json"

    @property
    def metrics(self) -> Path:
        return self.path / "metrics.jsonl"

    @property
    def checkpoints(self) -> Path:
        return self.path / "checkpoints"

    def create(self, lock: bool = True) -> None:
        """Make the folder, and lock it (one of several processes that train together does so for all).

        Raises:
            SparkError: it cannot be written, or another process trains in it.
        """
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            if not lock:
                return
            self._lock = (self.path / "lock").open("w")
        except OSError as error:
            raise SparkError(f"The run's folder {self.path} cannot be written ({error.strerror or error}).") from error
        try:
            import fcntl
        except ImportError:  # Windows: no lock, no harm to a single user
            return
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise SparkError(
                f"Another process is training in {self.path}; give this run another --run NAME."
            ) from error

    def has_checkpoint(self) -> bool:
        return any(self.checkpoints.glob("step-*"))

    def write_config(self, config: dict[str, Any]) -> None:
        _replace(self.config, json.dumps(config, indent=1, sort_keys=True))

    def read_config(self) -> dict[str, Any]:
        """What `write_config` wrote.

        Raises:
            SparkError: there is no such run, or the file is damaged.
        """
        try:
            config = json.loads(self.config.read_text(encoding="utf-8"))
        except (FileNotFoundError, NotADirectoryError) as error:
            raise SparkError(f"There is no run {self.path.name} in {self.path.parent}.") from error
        except (OSError, ValueError) as error:
            raise SparkError(f"{self.config} cannot be read ({error}).") from error
        if not isinstance(config, dict):
            raise SparkError(f"{self.config} is not what a run has written.")
        return config

    def forget_after(self, step: int) -> None:
        """Drop metrics of steps that a resume will do again, so that every step is told once."""
        try:
            lines = self.metrics.read_text(encoding="utf-8").splitlines(keepends=True)
        except FileNotFoundError:
            return
        _replace(self.metrics, "".join(line for line in lines if _step_of(line) <= step))

    def told(self) -> Iterator[TrainEvent]:
        """Every event that metrics.jsonl holds; nothing of a run that has none. Lines cut by a kill are passed over."""
        try:
            with self.metrics.open(encoding="utf-8", errors="replace") as file:
                for line in file:
                    if (event := from_json(line)) is not None:
                        yield event
        except OSError:
            return

    def append(self, event: TrainEvent) -> None:
        """Add one line to metrics.jsonl; a full disk costs some lines, not the run.

        Pictures take most of the room: they are kept on a log-spaced grid of steps.
        """
        if isinstance(event, Observed) and event.maps and not on_grid(event.step, LOOKS):
            event = replace(event, maps={})
        try:
            if self._metrics is None:
                self._metrics = self.metrics.open("a", encoding="utf-8", buffering=1)  # a kill loses no line
                if self._metrics.tell():  # the last line may have been cut by a full disk
                    self._metrics.write("\n")
            self._metrics.write(to_json(event) + "\n")
        except OSError:
            self._metrics = None

    def close(self) -> None:
        for file in (self._metrics, self._lock):
            if file is not None:
                try:
                    file.flush()
                    os.fsync(file.fileno())
                    file.close()
                except OSError:
                    continue
        self._metrics = self._lock = None


def _replace(path: Path, text: str) -> None:
    """Exchange a file for a new one, whole or not at all.

    Raises:
        SparkError: it cannot be written.
    """
    partial = path.with_suffix(".partial")
    try:
        partial.write_text(text, encoding="utf-8")
        partial.replace(path)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise SparkError(f"{path} cannot be written ({error.strerror or error}); the run stays as it was.") from error


def _step_of(line: str) -> float:
    try:
        return float(json.loads(line).get("step", 0))
    except (ValueError, AttributeError, TypeError):
        return float("inf")  # half a line, from a kill
