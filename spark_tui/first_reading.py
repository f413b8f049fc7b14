"""What Spark reads without being asked, once: the handbook before it first answers, the standard library meanwhile.

The handbook takes a second, and without it not even a greeting is understood. The library is read by a process of its
own at low priority, so that no key waits for it; what it has done is on disk at once, and a start that was cut short is
taken up again by the next one. `learned.json` in the home says what was read, so that what a person
forgets on purpose stays forgotten. SPARK_FIRST_READING=0 switches it off.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING
from zlib import crc32

from engine.assets import asset
from engine.errors import SparkError
from engine.settings import Home

if TYPE_CHECKING:
    from engine.nervous_system import Spark

HANDBOOK, LIBRARY = "handbook", "stdlib"
TARGETS = (HANDBOOK, LIBRARY)
"""Small and useful first."""


def read_handbook(spark: Spark, home: Home, began: Callable[[], None]) -> None:
    """Let a mind that is awake in `home` read the handbook, if that is due; `began` is called before it does."""
    if not due(home, (HANDBOOK,)):
        return
    began()
    from train.corpus.documents import documents_of

    with suppress(SparkError, OSError):  # a comfort; what is the matter is said where something was asked for
        spark.memory.add_documents(documents_of(HANDBOOK))
        note_read(home, HANDBOOK)


def due(home: Home, targets: Sequence[str] = TARGETS) -> list[str]:
    """What of the targets is new since this home last read it: another handbook, another Python. Nothing where it is
    switched off."""
    if os.environ.get("SPARK_FIRST_READING") == "0":
        return []
    read = _read(home)
    return [target for target in targets if read.get(target) != _version(target)]


def note_read(home: Home, target: str) -> None:
    """Remember that a target was learned as it is now; other targets are not kept track of."""
    if target in TARGETS:
        new = home.path / f"learned.json.{os.getpid()}"
        new.write_text(json.dumps({**_read(home), target: _version(target)}) + "\n", encoding="utf-8")
        new.replace(_file(home))


class FirstReading:
    """`with FirstReading(home, said) as reading: ... reading.begin()`: what is left is given up at the end."""

    def __init__(self, home: Home, said: Callable[[str], None] = lambda _: None) -> None:
        self.said = said
        self.going_on: Callable[[bool], None] = lambda _: None
        """Called in another thread, as `said` is."""
        self._home = home
        self._process: subprocess.Popen[bytes] | None = None

    def begin(self) -> None:
        """Start reading, if anything is due. `said` hears of it, in another thread."""
        targets = due(self._home)
        if not targets or self._process is not None:
            return
        command = [sys.executable, "-m", "spark_tui", "learn", *targets, "--quietly", "--json", "--home"]
        try:
            self._process = subprocess.Popen(
                [*command, str(self._home.path)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )  # fmt: skip
        except OSError:
            return  # it is a comfort: the chat works without
        threading.Thread(target=self._wait, args=(self._process,), name="first-reading", daemon=True).start()

    def _wait(self, process: subprocess.Popen[bytes]) -> None:
        self.going_on(True)
        self.said("Reading the standard library, once, in the background.")
        output, _ = process.communicate()
        self.going_on(False)
        if process.returncode == 0:
            row = json.loads(output)
            self.said(f"Read: {row['learned']:,} documents can be looked up now.")

    def __enter__(self) -> FirstReading:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()


def _version(target: str) -> str:
    if target == LIBRARY:
        return ".".join(map(str, sys.version_info[:3]))
    files = [asset("handbook") / "notes.jsonl", *sorted(asset("curriculum").glob("*.jsonl"))]
    return f"{crc32(b''.join(file.read_bytes() for file in files)):08x}"


def _file(home: Home) -> Path:
    return home.path / "learned.json"


def _read(home: Home) -> dict[str, str]:
    try:
        row = json.loads(_file(home).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return row if isinstance(row, dict) else {}
