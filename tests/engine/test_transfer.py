"""What is exported comes back whole in another home."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import SparkError
from engine.events import Flag
from engine.record import Document, ImportRow, ProcedureRow, Record, Turn
from engine.routing.categories import Category

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
    for bad in (
        {"kind": "turn"},
        {**good, "kind": "nonsense"},
        {**good, "when": None},
        {**good, "text": ["list"]},
        {**good, "id": "b", "reads": [["list"]]},
    ):
        with pytest.raises(SparkError, match="Row 2"):
            record.restore([good, bad])
        assert record.counts() == {}
    record.close()


def test_what_a_newer_spark_wrote_is_left_alone(tmp_path: Path) -> None:
    record = Record(tmp_path / "spark.db")
    with pytest.raises(SparkError, match=r"newer Spark \(format 99, this one knows 2\)"):
        record.restore([{"spark": 99, "kind": "dream", "id": "d"}])
    assert record.counts() == {}
    record.close()


def test_a_turn_still_points_to_what_it_read_when_that_was_learned_anew_since(tmp_path: Path) -> None:
    old, new = Record(tmp_path / "old.db"), Record(tmp_path / "new.db")
    old.add_documents([Document("d", "title", "before", "source", 1.0)])
    old.add_turn(Turn("t", "s", 2.0, "question", "answer"), "{}", ["d"])
    old.add_documents([Document("d", "title", "after", "source", 3.0)])
    rows = through_json(old)
    new.restore(rows)
    assert [row["id"] for row in rows] == ["t", "d"]
    assert through_json(new) == rows
    old.close()
    new.close()


TEXTS = st.text(max_size=40)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("turn"), TEXTS, TEXTS, st.lists(st.integers(0, 9), max_size=3)),
        st.tuples(st.just("import"), TEXTS, st.one_of(st.none(), TEXTS)),
        st.tuples(st.just("document"), st.integers(0, 2), TEXTS, st.sampled_from(("document", "code"))),
        st.tuples(st.just("flag"), st.integers(0, 9), st.sampled_from((None, *Flag))),
        st.tuples(st.just("forget"), st.integers(0, 9)),
        st.tuples(st.just("procedure"), TEXTS, TEXTS),
    ),
    max_size=12,
)


@settings(max_examples=25, deadline=None)
@given(STEPS)
def test_whatever_happened_goes_round(steps: list[tuple[Any, ...]]) -> None:
    with TemporaryDirectory() as folder:
        old, new = Record(Path(folder) / "old.db"), Record(Path(folder) / "new.db")
        ids: list[str] = []

        def chosen(place: int) -> str:
            return ids[place % len(ids)] if ids else "nobody"

        for number, (what, *given_) in enumerate(steps):
            match what, given_:
                case "turn", [text, answer, used]:
                    turn = Turn(f"t{number}", f"s{number % 2}", float(number), text, answer)
                    old.add_turn(turn, json.dumps({"answer": answer}), [chosen(place) for place in used])
                    ids.append(turn.id)
                case "import", [text, speaker]:
                    old.import_rows([ImportRow(text, f"i{number}", speaker, "s1", float(number))])
                    ids.append(f"i{number}")
                case "document", [name, text, kind]:
                    old.add_documents([Document(f"d{name}", "title", text, "source", 1.0, kind)])
                    ids.append(f"d{name}")
                case "flag", [place, flag]:
                    old.set_flag(chosen(place), flag)
                case "forget", [place]:
                    old.forget([chosen(place)])
                case "procedure", [key, answer]:
                    old.put_procedure(ProcedureRow(key, key, answer, Category.ROUTINE, created=1.0))
        rows = through_json(old)
        new.restore(rows)
        assert through_json(new) == rows
        assert new.counts() == old.counts()
        assert new.restore(rows)[0] == 0
        old.close()
        new.close()
