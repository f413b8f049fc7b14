"""`spark bench startup`: seconds to the first frame, and until Spark can answer."""

from __future__ import annotations

import os
import re
import statistics
import sys
import tempfile
import time
from typing import Annotated

import typer

from engine.errors import SparkError
from spark_tui.commands.bench.presenting import present
from spark_tui.commands.shared import JsonOption

_FIRST_FRAME = re.compile(rb"for commands")
"""The hint in the empty input: drawn with the first frame, and nowhere before."""
_READY = re.compile(rb"(?<!al)ready")
"""The title's last word once Spark is awake; before that it says that one can type already."""


def startup(
    runs: Annotated[int, typer.Option(min=1, max=100, help="How often to start; the median counts.")] = 5,
    as_json: JsonOption = False,
) -> None:
    """Start the chat in a terminal of its own, and measure the first frame and when it can answer.

    Seconds from the start of the process, in a fresh home each time.

    \b
    Example:
      spark bench startup
    """
    if sys.platform == "win32":
        raise SparkError("This benchmark needs a pseudo-terminal, which Windows does not have.")
    taken = [_start_once() for _ in range(runs)]
    first, ready = (statistics.median(values) for values in zip(*taken, strict=True))
    present(
        {"first_frame": first, "ready": ready, "runs": runs, "all": taken},
        as_json,
        title=f"Starting the chat, median of {runs}",
        columns=("until", "seconds"),
        rows=(("first frame", first), ("ready to answer", ready)),
    )


def _start_once(patience: float = 120.0) -> tuple[float, float]:
    """(seconds to the first frame, seconds until ready)."""
    import fcntl
    import pty
    import select
    import signal
    import struct
    import termios

    with tempfile.TemporaryDirectory(prefix="spark-bench-") as home:
        began = time.perf_counter()
        child, terminal = pty.fork()
        if child == 0:
            os.environ.update(SPARK_HOME=home, TERM="xterm-256color", SPARK_FIRST_READING="0")
            os.execv(sys.executable, [sys.executable, "-m", "spark_tui"])
        try:
            fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 36, 120, 0, 0))
            screen, first = b"", 0.0
            while time.perf_counter() - began < patience:
                if not select.select([terminal], [], [], 1.0)[0]:
                    continue
                screen += os.read(terminal, 65536)
                now = time.perf_counter() - began
                first = first or (now if _FIRST_FRAME.search(screen) else 0.0)
                if first and _READY.search(screen):
                    return first, now
            raise SparkError(f"The chat was not ready after {patience:.0f} s.")
        except OSError as error:
            raise SparkError("The chat ended before it was ready; start it by hand to see why.") from error
        finally:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            os.close(terminal)
