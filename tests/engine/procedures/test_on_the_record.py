"""Procedures on the real record: restarts, two at once, damage, and ten thousand of them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from engine.errors import SparkError
from engine.events import Flag
from engine.procedures import Found, Procedures
from engine.record import Record
from engine.routing.categories import Category
from engine.settings import CacheSettings
from tests.engine.procedures.shelf import served, taught, turn


def test_on_the_real_record_it_survives_a_restart(tmp_path: Path) -> None:
    record = Record(tmp_path / "spark.db")
    first, second = (Procedures(record, CacheSettings()) for _ in range(2))
    turns = [turn("how to exit vim", ":q") for _ in range(3)]
    for each in turns:
        first.observe(each, cacheable=True)
    assert served(second, "how to exit vim") == ":q"  # a second Spark on the same home sees it
    second.on_flag(turns[0], Flag.WRONG)
    assert served(first, "how to exit vim") is None  # and forgets it for the first
    record.close()
    reopened = Procedures(Record(tmp_path / "spark.db"), CacheSettings())
    assert served(reopened, "how to exit vim") is None
    reopened.on_flag(turns[0], None)
    assert served(reopened, "how to exit vim") == ":q"


def test_a_damaged_row_is_told_in_words() -> None:
    shelf, procedures, _ = taught()
    key = "how to reverse a list"
    shelf.rows[key] = replace(shelf.rows[key], details="{}")
    with pytest.raises(SparkError, match="damaged"):
        procedures.lookup(key)


def test_lookup_among_ten_thousand_finds_its_own_and_no_other(tmp_path: Path) -> None:
    record = Record(tmp_path / "spark.db")
    shelf, _, _ = taught()
    (row,) = shelf.rows.values()
    things = ("list", "file", "dict", "string", "table")
    rows = [
        replace(row, key=f"how to {v} a {things[n % 5]} in python", learned=True) for n, v in enumerate(_verbs(10_000))
    ]
    with record.write() as write:  # one commit: this test is about looking up, not about storing
        write.executemany(
            "INSERT INTO procedures VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (r.key, r.pattern, r.answer, r.category, r.agreements, r.uses, True, r.created, r.used, r.details)
                for r in rows
            ],
        )
    procedures = Procedures(record, CacheSettings())
    assert procedures.learned == 10_000
    for number in range(60):
        text = rows[number * 100].key if number % 2 else f"how do i {number}qwerty a list in python"
        assert isinstance(procedures.lookup(text, Category.ROUTINE), Found) == bool(number % 2)


def _verbs(count: int) -> list[str]:
    return [f"verb{chr(97 + n % 26)}{n}x" for n in range(count)]
