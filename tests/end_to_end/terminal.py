"""A program in a pty, and the screen that a person would see: shared by the tests that use a real terminal."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pexpect
import pyte

ROOT = Path(__file__).parents[2]
PATIENCE = 240.0
"""Seconds after which what does not come is given up: what comes is not waited for a moment longer."""


def environment(**more: str) -> dict[str, str]:
    """This process's environment, a capable terminal, the checkout on the path; nothing is read in the background."""
    ours = {"TERM": "xterm-256color", "COLORTERM": "truecolor", "PYTHONPATH": str(ROOT), "SPARK_FIRST_READING": "0"}
    return {**os.environ, **ours, **more}


class Terminal:
    """A terminal of a given size in which Python runs `words`."""

    def __init__(
        self,
        words: list[str],
        columns: int,
        rows: int,
        before: Callable[[], None] | None = None,
        **variables: str,
    ) -> None:
        """`before` is called in the new process, before Python runs there."""
        self.screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self.screen)
        self.child = pexpect.spawn(
            sys.executable, words,
            dimensions=(rows, columns), env=environment(**variables), cwd=str(ROOT), timeout=PATIENCE,
            preexec_fn=before,
        )  # fmt: skip

    def read(self, seconds: float = 0.05) -> bool:
        """Take in what the program has written; False once it has ended and there is nothing more."""
        try:
            data = self.child.read_nonblocking(65536, seconds)
        except pexpect.TIMEOUT:
            return True
        except pexpect.EOF:
            return False
        # pyte does not know these queries and would print their last letter.
        for query in (b"\x1b[?2026$p", b"\x1b[?2048$p", b"\x1b[>25u", b"\x1b[<u"):
            data = data.replace(query, b"")
        self._stream.feed(data)
        return True

    def text(self) -> str:
        return "\n".join(line.rstrip() for line in self.screen.display)

    def until(self, condition: str | Callable[[str], object]) -> str:
        """Read until the screen shows this text (or meets the condition)."""
        met = (lambda screen: condition in screen) if isinstance(condition, str) else condition
        began = time.monotonic()
        running = True
        while running and time.monotonic() < began + PATIENCE:
            running = self.read()
            if met(self.text()):
                return self.text()
        waited = f"waited {time.monotonic() - began:.0f} s for {condition!r}{'' if running else ', and it has ended'}"
        raise AssertionError(f"{waited}; the screen:\n{self.text()}")

    def cpu_seconds(self) -> float:
        """What the program has used so far: says how quick it is on a machine that is busy with other things too."""
        try:
            spent = Path(f"/proc/{self.child.pid}/stat").read_text().rpartition(")")[2].split()[11:13]
            return sum(map(int, spent)) / os.sysconf("SC_CLK_TCK")
        except FileNotFoundError:  # no /proc here
            return time.monotonic()

    def keys(self, data: str) -> None:
        self.child.send(data)

    def ended(self) -> int | None:
        """Wait for the program to end; its exit status."""
        deadline = time.monotonic() + PATIENCE
        while self.child.isalive() and time.monotonic() < deadline:
            self.read()
        self.read()
        self.close()
        return self.child.exitstatus

    def close(self) -> None:
        """End it if it still runs. pexpect's own way gives a process a tenth of a second to be gone, and else fails."""
        if self.child.isalive():
            self.child.kill(signal.SIGKILL)
            self.child.wait()
        self.child.close()

    def resize(self, columns: int, rows: int) -> None:
        self.screen.resize(rows, columns)
        self.child.setwinsize(rows, columns)
