"""Where a program meets its caller: failures become one sentence on stderr and an exit status, never a traceback.

Status: 0 fine, 1 the work failed, 2 wrong usage, 130 interrupted by ctrl+c.
"""

from __future__ import annotations

import errno
import os
import signal
import sys
from collections.abc import Callable
from io import TextIOWrapper
from pathlib import Path
from typing import TextIO

from engine.errors import SparkError
from spark_tui.plain import note


class UsageError(SparkError):
    """The command was called in a way that cannot work: its sentence, and exit status 2."""


_CANNOT_WRITE = (errno.ENOSPC, errno.EIO, errno.EFBIG, errno.EDQUOT)
"""What writing to a stream can fail with; failures of files name their file."""


def debugging() -> bool:
    """Whether the person wants to see everything: SPARK_DEBUG=1."""
    return bool(os.environ.get("SPARK_DEBUG"))


def guarded(work: Callable[[], int]) -> int:
    """The exit status of `work`, whatever happens in it. SPARK_DEBUG=1 keeps the traceback of the unexpected."""
    _prepare_streams()
    try:
        status = work()
        sys.stdout.flush()
        return status
    except SparkError as error:
        note(str(error))
        return 2 if isinstance(error, UsageError) else 1
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # the reader has seen enough, as `head` does
        _abandon_stdout()
        return 1
    except Exception as error:
        if debugging():
            raise
        if isinstance(error, OSError) and error.filename is None and error.errno in _CANNOT_WRITE:
            _abandon_stdout()
            note(f"The output cannot be written ({error.strerror}).")
        else:
            first_line = str(error).strip().partition("\n")[0]
            note(
                f"Spark met something unexpected ({type(error).__name__}{': ' if first_line else ''}{first_line}); "
                "run with SPARK_DEBUG=1 to see the traceback."
            )
        return 1


def leave(status: int) -> None:
    """End the process; ctrl+c while libraries shut down ends it at once and without a word."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    sys.exit(status)


def _prepare_streams() -> None:
    """Missing streams become empty ones, and no character that the terminal's encoding lacks can stop the output."""
    if sys.stdout is None:
        sys.stdout = _nowhere()
    if sys.stderr is None:
        sys.stderr = _nowhere()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")


def _abandon_stdout() -> None:
    """Send what is still buffered nowhere, so that the interpreter's last flush does not complain."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (OSError, ValueError, AttributeError):
        sys.stdout = _nowhere()


def _nowhere() -> TextIO:
    return Path(os.devnull).open("w", encoding="utf-8")
