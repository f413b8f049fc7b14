"""When the record cannot be used: one clear sentence each, and nothing is deleted or changed."""

from __future__ import annotations

import multiprocessing
import os
import sqlite3
import tempfile
from pathlib import Path

import pytest

from engine.errors import SparkError
from engine.record import Record, Turn
from engine.record.schema import VERSION


def saved(path: Path, turns: int = 1) -> None:
    record = Record(path)
    for n in range(turns):
        record.add_turn(Turn(f"t{n}", "default", 0.0, f"question {n} " * 50))
    record.close()


@pytest.mark.parametrize("content", [b"not a database at all, but long enough " * 40, os.urandom(9000)])
def test_a_damaged_file_is_named_and_kept(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "spark.db"
    path.write_bytes(content)
    with pytest.raises(SparkError, match=r"spark\.db is damaged .*kept as it is"):
        Record(path)
    assert path.read_bytes() == content


def test_damage_inside_the_file_is_found_when_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "spark.db"
    saved(path, turns=50)
    content = bytearray(path.read_bytes())
    content[4096 * 2 :] = os.urandom(len(content) - 4096 * 2)
    path.write_bytes(content)
    with pytest.raises(SparkError, match="damaged"):
        Record(path).turns()
    assert path.read_bytes() == bytes(content)


def test_a_newer_schema_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "spark.db"
    saved(path)
    with sqlite3.connect(path) as connection:
        connection.execute(f"PRAGMA user_version = {VERSION + 1}")
    connection.close()
    before = path.read_bytes()
    with pytest.raises(SparkError, match=r"newer Spark .*Update Spark"):
        Record(path)
    assert path.read_bytes() == before


def test_another_programs_database_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "spark.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE recipes (name TEXT)")
    connection.close()
    before = path.read_bytes()
    with pytest.raises(SparkError, match="not Spark's record"):
        Record(path)
    assert path.read_bytes() == before


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(SparkError, match="cannot write its record"):
        Record(tmp_path / "missing" / "spark.db")


def _try_as_nobody(path: Path, said: multiprocessing.Queue[str]) -> None:
    if os.geteuid() == 0:  # for root every folder is writable
        os.setuid(65534)
    try:
        Record(path).add_turn(Turn("new", "default", 0.0, "text"))
        said.put("no error")
    except SparkError as error:
        said.put(str(error))


def test_a_read_only_home_says_so() -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "spark.db"
        saved(path)
        path.chmod(0o444)
        Path(folder).chmod(0o555)
        try:
            context = multiprocessing.get_context("fork")
            said: multiprocessing.Queue[str] = context.Queue()
            process = context.Process(target=_try_as_nobody, args=(path, said))
            process.start()
            sentence = said.get(timeout=30)
            process.join()
        finally:
            Path(folder).chmod(0o755)
        assert "cannot write its record" in sentence
        assert "--home DIR" in sentence


def test_a_full_disk_says_so_and_loses_nothing_before_it(tmp_path: Path) -> None:
    record = Record(tmp_path / "spark.db")
    record.add_turn(Turn("first", "default", 0.0, "kept"))
    with record.write() as write:
        pages = write.execute("PRAGMA page_count").fetchone()[0]
    record._connection.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(SparkError, match="disk is full"):
        record.add_turn(Turn("second", "default", 0.0, "x" * 100_000))
    assert [t.id for t in record.turns()] == ["first"]
    record.close()


def test_a_record_held_by_another_program_says_so(tmp_path: Path) -> None:
    path = tmp_path / "spark.db"
    record = Record(path)
    record._connection.execute("PRAGMA busy_timeout = 10")
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(SparkError, match="Another program"):
        record.add_turn(Turn("a", "default", 0.0, "text"))
    other.execute("ROLLBACK")
    record.add_turn(Turn("a", "default", 0.0, "text"))
    other.close()
    record.close()
