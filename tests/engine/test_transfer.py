"""What is exported comes back whole in another home."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest

from engine.errors import SparkError
from engine.record import Record

FIRST = Path(__file__).with_name("record_version_1.sql").read_text(encoding="utf-8")


def through_json(record: Record) -> list[dict[str, object]]:
    return [json.loads(json.dumps(row)) for row in record.export()]


def test_everything_goes_round(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "old.db", isolation_level=None)
    connection.executescript(FIRST)
    connection.close()
    old, new = Record(tmp_path / "old.db"), Record(tmp_path / "new.db")
    rows = through_json(old)
    assert new.restore(rows) == (5, 0)
    assert through_json(new) == rows
    assert new.restore(rows) == (0, 5)
    assert through_json(new) == rows
    assert new.usage() == old.usage()
    assert new.procedures() == old.procedures()
    assert new.flag_of("t1") == old.flag_of("t1")
    old.close()
    new.close()


def test_a_strange_row_brings_nothing_in(tmp_path: Path) -> None:
    record = Record(tmp_path / "spark.db")
    good = dict.fromkeys(("path", "category", "confidence", "flag", "used", "speaker")) | {
        "id": "a", "kind": "turn", "session": "s", "when": 1.0, "text": "t", "answer": "", "title": "", "source": "",
        "cacheable": 0, "uses": 0,
    }  # fmt: skip
    for bad in ({"kind": "turn"}, {**good, "kind": "nonsense"}, {**good, "when": None}, {**good, "text": ["list"]}):
        with pytest.raises(SparkError, match="Row 2"):
            record.restore([good, bad])
        assert record.counts() == {}
    record.close()
