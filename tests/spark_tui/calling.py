"""Call the command line in this process, as a shell would see it."""

from __future__ import annotations

import io
import json
import sys
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

import pytest

from engine.settings import Home
from spark_tui import cli
from spark_tui.edge import guarded
from tests.spark_tui.scripted import ScriptedSpark


@dataclass(frozen=True)
class Result:
    status: int
    out: str
    err: str

    @property
    def rows(self) -> list[dict[str, object]]:
        """The JSON objects on stdout, one a line."""
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def row(self) -> dict[str, object]:
        """The only one."""
        (row,) = self.rows
        return row


class Caller:
    """`call("ask", "hello", stdin=b"...")`; `stdin=None` is a closed one."""

    def __init__(self, patch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self.patch, self.capsys = patch, capsys

    def __call__(self, *words: str, stdin: bytes | None = b"") -> Result:
        stream = None if stdin is None else io.TextIOWrapper(io.BytesIO(stdin), encoding="utf-8")
        self.patch.setattr(sys, "stdin", stream)
        self.capsys.readouterr()
        status = guarded(lambda: cli.run(list(words)))
        out, err = self.capsys.readouterr()
        return Result(status, out, err)

    def meets(self, spark: ScriptedSpark) -> ScriptedSpark:
        """From now on the commands wake this mind."""

        def awake(home: Home, reading: bool = False) -> AbstractContextManager[ScriptedSpark]:
            return nullcontext(spark)

        self.patch.setattr("spark_tui.commands.talk.awake", awake)
        self.patch.setattr("spark_tui.cli.awake", awake)
        return spark
