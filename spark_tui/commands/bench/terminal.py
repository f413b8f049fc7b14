"""Spark in a pseudo-terminal of its own, for benchmarks that measure what a person sees."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from engine.errors import SparkError


class Terminal:
    """A running app: `until` reads its screen's bytes, `type` presses keys. Times are seconds from the start."""

    def __init__(self, process: int, home: Path, terminal: int, began: float, patience: float) -> None:
        self.process, self.home = process, home
        self._terminal, self._began, self._patience = terminal, began, patience
        self.seen = b""

    def type(self, keys: bytes) -> None:
        os.write(self._terminal, keys)

    def until(self, shown: Callable[[bytes], object], since: int = 0) -> float:
        """Read until the bytes from `since` on meet the condition; when that was.

        Raises:
            SparkError: they do not.
            OSError: the app ended.
        """
        import select

        deadline = time.perf_counter() + self._patience
        while True:
            if shown(self.seen[since:]):
                return time.perf_counter() - self._began
            if time.perf_counter() > deadline:
                raise SparkError(f"The screen did not show what was waited for within {self._patience:.0f} s.")
            if select.select([self._terminal], [], [], 1.0)[0]:
                self.seen += os.read(self._terminal, 65536)

    def drain(self, seconds: float) -> bool:
        """Read for so long what it writes, and forget it; False when the app ends before."""
        import select

        deadline = time.perf_counter() + seconds
        while (left := deadline - time.perf_counter()) > 0:
            if select.select([self._terminal], [], [], left)[0]:
                try:
                    os.read(self._terminal, 65536)
                except OSError:
                    return False
        return True


@contextmanager
def in_terminal(*words: str, patience: float = 120.0, has_read: str = "") -> Iterator[Terminal]:
    """Start `spark WORDS` in a fresh home that `has_read` so much, 120 × 36; it is ended when the block is left.

    Raises:
        SparkError: there are no pseudo-terminals here, or it ended by itself.
    """
    if sys.platform == "win32":
        raise SparkError("This benchmark needs a pseudo-terminal, which Windows does not have.")
    import fcntl
    import pty
    import signal
    import struct
    import termios

    with tempfile.TemporaryDirectory(prefix="spark-bench-") as home:
        if has_read:
            learn = [sys.executable, "-m", "spark_tui", "learn", has_read, "--home", home]
            subprocess.run(learn, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        began = time.perf_counter()
        child, terminal = pty.fork()
        if child == 0:
            os.environ.update(SPARK_HOME=home, TERM="xterm-256color", SPARK_FIRST_READING="0")
            os.execv(sys.executable, [sys.executable, "-m", "spark_tui", *words])
        try:
            fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 36, 120, 0, 0))
            yield Terminal(child, Path(home), terminal, began, patience)
        except OSError as error:
            raise SparkError("It ended before it was ready; start it by hand to see why.") from error
        finally:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            os.close(terminal)
