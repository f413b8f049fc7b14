"""The first reading, once: the handbook before the first answer, the library meanwhile; and never again what was
forgotten on purpose."""

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from engine.nervous_system import Spark
from engine.settings import Home, Settings
from spark_tui import first_reading
from spark_tui.first_reading import FirstReading, due, note_read
from tests.engine.tiny import tiny_bundle


def test_what_is_due_is_what_is_new(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SPARK_FIRST_READING", raising=False)
    home = Home(tmp_path)
    assert due(home) == ["handbook", "stdlib"]
    note_read(home, "handbook")
    note_read(home, "somewhere/else.py")
    assert due(home) == ["stdlib"]
    note_read(home, "stdlib")
    assert due(home) == []
    monkeypatch.setattr(first_reading.sys, "version_info", (3, 99, 0))
    assert due(home) == ["stdlib"], "another Python has another library"


def test_the_handbook_is_read_once_before_the_first_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SPARK_FIRST_READING", raising=False)
    tiny_bundle(tmp_path / "bundle")
    begun: list[str] = []
    for expected in (["began"], ["began"]):  # the second start has nothing to read
        spark = Spark.open(Home(tmp_path / "home"), Settings(), bundle=tmp_path / "bundle")
        first_reading.read_handbook(spark, spark.home, lambda: begun.append("began"))
        assert begun == expected
        assert spark.memory.recall("hello").memories[0].text.startswith("Hello")
        spark.close()
    assert due(Home(tmp_path / "home")) == ["stdlib"]


def test_switched_off_nothing_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPARK_FIRST_READING", "0")
    assert due(Home(tmp_path)) == []


@pytest.mark.parametrize("damaged", ["", "[]", "{"])
def test_a_damaged_note_means_reading_again(tmp_path: Path, damaged: str) -> None:
    (tmp_path / "learned.json").write_text(damaged)
    assert due(Home(tmp_path)) == ["handbook", "stdlib"]


def test_it_says_when_it_begins_and_what_it_read_and_stays_away_when_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[list[str]] = []
    real = subprocess.Popen

    def start(command: list[str], **how: object) -> "subprocess.Popen[bytes]":
        begun.append(command)
        return real([sys.executable, "-c", f"print({json.dumps({'learned': 1234})!r})"], **how)  # type: ignore[call-overload, no-any-return]

    monkeypatch.setattr(first_reading.subprocess, "Popen", start)
    said: list[str] = []
    monkeypatch.setenv("SPARK_FIRST_READING", "0")
    FirstReading(Home(tmp_path), said.append).begin()
    assert begun == []
    monkeypatch.delenv("SPARK_FIRST_READING")
    going_on: list[bool] = []
    with FirstReading(Home(tmp_path), said.append) as reading:
        reading.going_on = going_on.append
        reading.begin()
        reading.begin()
        until = time.monotonic() + 20
        while len(said) < 2 and time.monotonic() < until:
            time.sleep(0.02)
    assert going_on == [True, False]
    assert said[1:] == ["Read: 1,234 documents can be looked up now."]
    [command] = begun
    assert command[3:6] == ["learn", "handbook", "stdlib"] and command[-1] == str(tmp_path)


def test_what_is_left_is_given_up_at_the_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SPARK_FIRST_READING", raising=False)
    monkeypatch.setattr(first_reading.sys, "executable", sys.executable)
    real = subprocess.Popen
    running: list[subprocess.Popen[bytes]] = []

    def start(command: list[str], **how: object) -> "subprocess.Popen[bytes]":
        running.append(real([sys.executable, "-c", "import time; time.sleep(60)"], **how))  # type: ignore[call-overload]
        return running[0]

    monkeypatch.setattr(first_reading.subprocess, "Popen", start)
    with FirstReading(Home(tmp_path)) as reading:
        reading.begin()
    assert running[0].wait(10) != 0
