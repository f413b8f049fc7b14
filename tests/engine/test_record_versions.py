"""A record of the first version, as it was once written, opens with all that it holds; and what version 2 added."""

from __future__ import annotations

import json
import sqlite3
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.events import Flag
from engine.record import Document, Record, Turn
from engine.record.packing import pack, unpack
from engine.record.schema import VERSION

FIRST = Path(__file__).with_name("record_version_1.sql").read_text(encoding="utf-8")


@pytest.fixture
def first(tmp_path: Path) -> Path:
    path = tmp_path / "spark.db"
    connection = sqlite3.connect(path, isolation_level=None)
    connection.executescript(FIRST)
    connection.close()
    return path


def test_everything_of_the_first_version_is_kept(first: Path) -> None:
    record = Record(first)
    assert record.read("PRAGMA user_version") == [(VERSION,)]
    zoe = record.turn("t1")
    assert zoe is not None
    assert (zoe.text, zoe.answer, zoe.flag, zoe.session) == (
        "my name is Zoe", "Nice to meet you, Zoe.", Flag.IMPORTANT, "tides",
    )  # fmt: skip
    assert record.counts() == {"turn": 2, "import": 2, "document": 1}
    items = record.items_by_id(["t1", "i2", "doc:os.path.join"])
    assert items["i2"].text == "Nine it is! “Ahoj” ☃"
    assert (items["t1"].number, items["t1"].uses, items["t1"].used) == (1, 1, 1.7e9 + 60)
    decision = record.decision("t2")
    assert decision is not None
    assert [memory["id"] for memory in json.loads(decision.json)["memories"]] == ["t1", "doc:os.path.join"]
    assert record.usage().flops == 5.5e9
    assert record.usage().procedures == 1
    assert record.tallies() == {"key": 1}
    assert record.readers(items["t1"].number) == [6]
    assert record.read_together([items["t1"].number]) == {items["doc:os.path.join"].number: 1}
    # The item with the highest number was deleted long ago: its number is not given again.
    assert record.add_turn(Turn("new", "tides", time.time(), "hi")) == 10
    record.close()
    Record(first).close()


def test_source_code_is_a_kind_of_its_own(tmp_path: Path) -> None:
    record = Record(tmp_path / "spark.db")
    assert record.add_documents([Document("f", "f", "def f(): pass", kind="code")]) == (1, 0)
    assert record.add_documents([Document("f", "f", "def f(): pass", kind="code")]) == (0, 1)
    assert record.counts() == {"code": 1}
    record.close()


@given(st.text())
def test_what_is_packed_comes_back(text: str) -> None:
    assert unpack(pack(text.encode("utf-8", "replace").decode())) == text.encode("utf-8", "replace").decode()
    assert unpack(text) == text


def test_a_decision_takes_a_quarter_of_its_size(tmp_path: Path) -> None:
    decision = json.dumps(
        {
            "turn_id": "a1b2c3", "answer": "It joins path parts.", "path": "core", "category": "explain",
            "confidence": 0.93, "probabilities": {"completion": 0.01, "explain": 0.93, "debug": 0.02, "routine": 0.04},
            "memories": [
                {"id": "x", "text": "os.path.join(a, *p)", "kind": "document", "score": 0.5,
                 "parts": {"semantic": 0.71, "keyword": 0.52, "recency": 0.5, "importance": 0.0, "late": None}},
            ] * 2,
            "tokens": {"prompt": 120, "generated": 40, "drafted": 0, "accepted": 0, "conversation": 900},
        }
    )  # fmt: skip
    assert len(pack(decision)) < len(decision) / 2.5


def test_the_turn_after_a_wrong_one_is_what_corrects_it(tmp_path: Path) -> None:
    record = Record(tmp_path / "spark.db")
    for n in range(3):
        record.add_turn(Turn(f"t{n}", "s", time.time(), f"text {n}"))

    def corrects(turn_id: str) -> int | None:
        return record.items_by_id([turn_id])[turn_id].corrects

    record.set_flag("t1", Flag.WRONG)
    assert [corrects(f"t{n}") for n in range(3)] == [None, None, 2]
    record.set_flag("t1", None)
    assert corrects("t2") is None
    record.set_flag("t2", Flag.WRONG)
    record.add_turn(Turn("t3", "s", time.time(), "no, it is this"))
    record.add_turn(Turn("other", "another session", time.time(), "hello"))
    assert corrects("t3") == 3
    assert corrects("other") is None
    record.close()


def test_nothing_of_what_is_forgotten_is_left_in_the_file(tmp_path: Path) -> None:
    record = Record(tmp_path / "spark.db")
    beside = Record(tmp_path / "spark.db")  # another Spark that is open keeps nothing of it alive
    record.add_turn(Turn("secret", "s", time.time(), "the password is xylophone", "I see: xylophone."))
    assert beside.turn("secret") is not None
    quoting = json.dumps({"memories": [{"id": "secret", "text": "the password is xylophone"}]})
    record.add_turn(Turn("next", "s", time.time(), "what is it?"), quoting, used=["secret"])
    record.set_flag("secret", Flag.IMPORTANT)
    gone = record.forget(["secret", "unknown"])
    assert (gone.numbers, gone.quotations, gone.readers) == ((1,), 1, ("next",))
    assert record.turn("secret") is None
    decision = record.decision("next")
    assert decision is not None
    assert json.loads(decision.json)["memories"] == [{"id": "secret", "text": "(forgotten)"}]
    assert record.forget(["secret"]).numbers == ()
    for path in tmp_path.iterdir():
        assert b"xylophone" not in path.read_bytes(), path
    record.close()
    beside.close()


def test_what_an_older_version_of_a_document_said_is_forgotten_with_it(tmp_path: Path) -> None:
    record = Record(tmp_path / "spark.db")
    record.add_documents([Document("doc:safe", "safe", "safe(): the number is 4711")])
    quoting = json.dumps({"memories": [{"id": "doc:safe", "text": "safe(): the number is 4711"}]})
    number = record.add_turn(Turn("next", "s", time.time(), "what is it?"), quoting, used=["doc:safe"])
    record.add_documents([Document("doc:safe", "safe", "safe(): opens the safe")])
    assert record.read_by(number) == [record.items_by_id(["doc:safe"])["doc:safe"].number]
    assert record.forget(["doc:safe"]).quotations == 1
    decision = record.decision("next")
    assert decision is not None
    assert "4711" not in decision.json
    record.close()


def test_who_read_what_is_forgotten_is_named_unless_forgotten_too(tmp_path: Path) -> None:
    record = Record(tmp_path / "spark.db")
    record.add_turn(Turn("secret", "s", 1.0, "the password is xylophone"))
    for turn_id in ("first", "second"):
        record.add_turn(Turn(turn_id, "s", 2.0, "what is it?", "xylophone"), used=["secret"])
    gone = record.forget(["secret", "first"])
    assert (gone.numbers, gone.readers) == ((1, 2), ("second",))
    record.close()
