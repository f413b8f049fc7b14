"""What several commands need: options with one meaning everywhere, input from people and pipes, a woken mind."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engine.errors import SparkError
from engine.settings import Home, load_settings
from spark_tui.edge import UsageError
from spark_tui.first_reading import read_handbook
from spark_tui.plain import Progress, note

if TYPE_CHECKING:
    from engine.nervous_system import Spark
    from engine.record import Record

HomeOption = Annotated[
    Path | None,
    typer.Option("--home", metavar="DIR", help="Where Spark keeps its files (else SPARK_HOME, else the data folder)."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]

MOST_INPUT = 16 * 2**20
"""Bytes of text that a command accepts at once: far beyond any question, well short of filling memory."""


@contextmanager
def awake(home: Home, reading: bool = False) -> Iterator[Spark]:
    """The mind of a home, each part woken when it is needed; closed again however the command ends.

    `reading`: it shall have read the handbook.
    """
    from engine.nervous_system import Spark

    with Progress() as progress:
        spark = Spark.open(home, load_settings(home), whole=False, progress=progress)
        try:
            if reading:
                read_handbook(spark, home, lambda: progress.show("reading the handbook, once"))
            yield spark
        finally:
            spark.close()


@contextmanager
def opened_record(home: Home) -> Iterator[Record]:
    """The record of a home alone, in a moment: no model, no index."""
    from engine.record import Record

    home.create()
    record = Record(home.record)
    try:
        yield record
    finally:
        record.close()


def one_line(text: str, most: int = 100) -> str:
    """`text` on one line, shortened with an ellipsis."""
    line = " ".join(text.split())
    return line if len(line) <= most else line[: most - 1] + "…"


class Skipped:
    """Rows that made no sense: counted, and the first of them named on stderr."""

    def __init__(self, name: str, most: int = 10) -> None:
        self.name, self.most, self.count = name, most, 0

    def __call__(self, number: int, why: str) -> None:
        self.count += 1
        if self.count <= self.most:
            note(f"{self.name} line {number} is skipped: {why}.")

    def sum_up(self) -> None:
        """Say how many more there were."""
        if self.count > self.most:
            note(f"{self.name}: {self.count - self.most} more lines are skipped.")


def text_argument(words: str) -> str:
    """An argument as text: bytes that are not UTF-8 reach Python as surrogates and become replacement marks."""
    return words.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def known_size(size: str) -> str:
    """A size as it was given.

    Raises:
        UsageError: no model has it.
    """
    from engine.models.config import SIZES

    if size not in SIZES:
        raise UsageError(f"There is no size {size!r}; choose one of {', '.join(SIZES)}.")
    return size


def read_stdin() -> str:
    """Everything piped in, as text. Bytes that are not UTF-8 are replaced, and a note says so.

    Raises:
        UsageError: stdin is closed, or holds more than `MOST_INPUT` bytes.
    """
    if sys.stdin is None:  # started with stdin closed
        raise UsageError("There is no standard input to read.")
    data = sys.stdin.buffer.read(MOST_INPUT + 1)
    if len(data) > MOST_INPUT:
        raise UsageError(f"The input is longer than {MOST_INPUT // 2**20} MB; give Spark a part of it.")
    return decode(data, "The input")


def decode(data: bytes, name: str) -> str:
    """UTF-8 bytes as text, a byte order mark dropped, the rest forgiven with a note."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("utf-8-sig", errors="replace")
        note(f"{name} is not all UTF-8; what could not be read is shown as \ufffd.")
        return text


def stdin_lines() -> Iterator[str]:
    """The lines piped in, one query each, as they come; empty lines are passed over."""
    if sys.stdin is None:
        raise UsageError("There is no standard input to read.")
    for number, line in enumerate(sys.stdin.buffer, start=1):
        text = decode(line, f"Line {number}").rstrip("\r\n")
        if text.strip():
            yield text


def read_rows(path: Path) -> Iterator[tuple[int, dict[str, object] | str]]:
    """The lines of a JSON Lines file as (line number, row), or (line number, what is wrong with it). `-` is stdin.

    Raises:
        SparkError: the file cannot be read.
    """
    try:
        with nullcontext(sys.stdin.buffer) if str(path) == "-" else path.open("rb") as file:
            for number, line in enumerate(file, start=1):
                if line.strip():
                    yield number, _row(line)
    except OSError as error:
        raise SparkError(f"{path} cannot be read ({error.strerror or error}).") from error


def _row(line: bytes) -> dict[str, object] | str:
    try:
        row = json.loads(line.decode("utf-8-sig"))
    except UnicodeDecodeError:
        return "it is not UTF-8 text"
    except (ValueError, RecursionError):
        return "it is not JSON"
    return row if isinstance(row, dict) else "it is not a JSON object"
