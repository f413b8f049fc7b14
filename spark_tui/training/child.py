"""The trainer as a process of its own: its events come in by a thread, wishes go out as lines on its stdin.

So the screen's process imports nothing heavy, keys are answered at once, and drawing never holds up a step. When this
process goes, however it goes, the trainer sees its stdin close, stops after the running step and saves.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable, Sequence

from engine.text import sanitize
from train.events import Started, TrainEvent, from_json

_STDERR_LINES = 60
_PIPE = 1 << 20
"""Bytes that the trainer may say before it is heard; the system's own 64 KB are five looks at the model."""

Before = Callable[[Started], Iterable[TrainEvent]]
"""What was told before a run goes on; called in the reading thread."""


class Child:
    """A running trainer. `events` fills up in the background; take from its left."""

    def __init__(self, command: Sequence[str], before: Before | None = None) -> None:
        self._before = before
        self.events: deque[TrainEvent] = deque()
        self._errors: deque[str] = deque(maxlen=_STDERR_LINES)
        # A session of its own: ctrl+c and the end of the terminal reach us alone, and we tell it to stop in good order.
        self._process = subprocess.Popen(
            list(command),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            text=True, encoding="utf-8", errors="replace", bufsize=1,
            env={**os.environ, "PYTHONIOENCODING": "utf-8:replace"},
            start_new_session=True,
        )  # fmt: skip
        if sys.platform == "linux":  # a screen that stands still for a while does not make the trainer wait
            import fcntl

            assert self._process.stdout is not None
            with contextlib.suppress(OSError):
                fcntl.fcntl(self._process.stdout, fcntl.F_SETPIPE_SZ, _PIPE)
        self._readers = [
            threading.Thread(target=reader, daemon=True) for reader in (self._read_events, self._read_errors)
        ]
        for reader in self._readers:
            reader.start()

    @property
    def status(self) -> int | None:
        """The exit status once the process has ended and all it said has been read."""
        status = self._process.poll()
        if status is None or any(reader.is_alive() for reader in self._readers):
            return None
        return 128 - status if status < 0 else status

    def send(self, line: str) -> bool:
        """Say one line to the trainer; False when it no longer listens."""
        try:
            assert self._process.stdin is not None
            self._process.stdin.write(line.replace("\n", "\\n") + "\n")
            self._process.stdin.flush()
        except (OSError, ValueError):
            return False
        return True

    def kill(self) -> None:
        """End it at once; what it did since its last checkpoint is lost."""
        self._process.kill()

    def let_go(self) -> None:
        """Close its stdin: it stops after the running step, saves and ends, whether or not we wait."""
        try:
            if self._process.stdin is not None:
                self._process.stdin.close()
        except OSError:
            pass

    def wait(self, seconds: float) -> bool:
        """Wait for its end; False when it is still busy."""
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        for reader in self._readers:
            reader.join(1.0)
        return True

    def complaint(self) -> str:
        """What it wrote to stderr, safe to show."""
        return "\n".join(self._errors).strip()

    def last_words(self) -> str:
        """One sentence on why it ended: the last thing it complained of, or the signal that ended it."""
        status = self._process.poll()
        if status is not None and status < 0:
            return f"The training process was ended by {_signal_name(-status)}."
        lines = [line for line in self._errors if line.strip()]
        if lines:
            return lines[-1].strip()
        return f"The training process ended with status {status}."

    def _read_events(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            event = from_json(line)
            if event is not None:
                self.events.append(event)
            if isinstance(event, Started) and self._before is not None:
                self.events.extend(self._before(event))

    def _read_errors(self) -> None:
        assert self._process.stderr is not None
        for line in self._process.stderr:
            self._errors.append(sanitize(line.rstrip("\n")))


def trainer_command(words: Sequence[str]) -> list[str]:
    """What starts the trainer with these options. -P: a `torch.py` in the person's folder is not what is meant."""
    return [sys.executable, "-P", "-m", "train", *words, "--json", "--listen"]


Start = Callable[[], Child]
"""Starts the trainer; called once the first frame is on the screen."""


def _signal_name(number: int) -> str:
    try:
        name = signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
    return f"{name} (perhaps the machine ran out of memory)" if name == "SIGKILL" else name
