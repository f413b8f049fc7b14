"""A program in a pty, and the screen that a person would see: shared by the tests that use a real terminal."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pexpect
import pyte

ROOT = Path(__file__).parents[2]


def environment(**more: str) -> dict[str, str]:
    """This process's environment, a capable terminal, the checkout on the path; nothing is read in the background."""
    ours = {"TERM": "xterm-256color", "COLORTERM": "truecolor", "PYTHONPATH": str(ROOT), "SPARK_FIRST_READING": "0"}
    return {**os.environ, **ours, **more}


class Terminal:
    """A terminal of a given size in which Python runs `words`; nothing is waited for longer than `seconds`."""

    def __init__(
        self,
        words: list[str],
        columns: int,
        rows: int,
        seconds: float,
        before: Callable[[], None] | None = None,
        **variables: str,
    ) -> None:
        """`before` is called in the new process, before Python runs there."""
        self.seconds = seconds
        self.screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self.screen)
        self.child = pexpect.spawn(
            sys.executable, words,
            dimensions=(rows, columns), env=environment(**variables), cwd=str(ROOT), timeout=seconds, preexec_fn=before,
        )  # fmt: skip

    def read(self, seconds: float = 0.05) -> None:
        try:
            data = self.child.read_nonblocking(65536, seconds)
        except (pexpect.TIMEOUT, pexpect.EOF):
            return
        # pyte does not know these queries and would print their last letter.
        for query in (b"\x1b[?2026$p", b"\x1b[?2048$p", b"\x1b[>25u", b"\x1b[<u"):
            data = data.replace(query, b"")
        self._stream.feed(data)

    def text(self) -> str:
        return "\n".join(line.rstrip() for line in self.screen.display)

    def until(self, condition: str | Callable[[str], object]) -> str:
        """Read until the screen shows this text (or meets the condition)."""
        met = (lambda screen: condition in screen) if isinstance(condition, str) else condition
        deadline = time.monotonic() + self.seconds
        while time.monotonic() < deadline:
            self.read()
            if met(self.text()):
                return self.text()
        raise AssertionError(f"waited {self.seconds} s for {condition!r}; the screen:\n{self.text()}")

    def keys(self, data: str) -> None:
        self.child.send(data)

    def ended(self) -> int | None:
        """Wait for the program to end; its exit status."""
        deadline = time.monotonic() + self.seconds
        while self.child.isalive() and time.monotonic() < deadline:
            self.read()
        self.read()
        self.child.close(force=True)
        return self.child.exitstatus

    def resize(self, columns: int, rows: int) -> None:
        self.screen.resize(rows, columns)
        self.child.setwinsize(rows, columns)
