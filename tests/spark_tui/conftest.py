"""What the tests of both front ends share."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.spark_tui.calling import Caller


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Caller:
    """The command line, with a home of its own."""
    monkeypatch.setenv("SPARK_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("SPARK_FIRST_READING", "0")
    monkeypatch.delenv("SPARK_DEBUG", raising=False)
    return Caller(monkeypatch, capsys)
