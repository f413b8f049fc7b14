"""The record keeps what it is given, across restarts, threads and processes."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.events import Flag
from engine.record import Document, ImportRow, ProcedureRow, Record, Turn, new_id
from engine.routing.categories import Category, Route


@pytest.fixture
def record(tmp_path: Path) -> Iterator[Record]:
    record = Record(tmp_path / "spark.db")
    yield record
    record.close()


def turn(text: str = "what is a list?", **changes: object) -> Turn:
    base = Turn(new_id(), "default", 1000.0, text, "a row of things", Route.CORE, Category.EXPLAIN, 0.9)
    return replace(base, **changes)  # type: ignore[arg-type]


def test_a_turn_comes_back_as_it_went_in_after_a_restart(tmp_path: Path) -> None:
    given_turn = turn("tabs\tand\nlines 🐍 \x00 NUL", speaker=None, cacheable=True)
    record = Record(tmp_path / "spark.db")
    record.add_turn(given_turn, '{"reason": "why not"}')
    record.close()
    again = Record(tmp_path / "spark.db")
    assert again.turn(given_turn.id) == given_turn
    assert again.decision(given_turn.id).json == '{"reason": "why not"}'  # type: ignore[union-attr]
    assert again.turn("nobody") is None
    again.close()


@given(text=st.text(alphabet=st.characters(codec="utf-8")), answer=st.text(alphabet=st.characters(codec="utf-8")))
def test_any_text_survives(tmp_path_factory: pytest.TempPathFactory, text: str, answer: str) -> None:
    record = Record(tmp_path_factory.getbasetemp() / "any.db")
    saved = turn(text, answer=answer)
    record.add_turn(saved)
    assert record.turn(saved.id) == saved
    record.close()


def test_a_lone_surrogate_is_stored_as_a_question_mark(record: Record) -> None:
    saved = turn("broken \ud800 text")
    record.add_turn(saved)
    assert record.turn(saved.id) == replace(saved, text="broken ? text")


def test_a_megabyte_is_stored_whole(record: Record) -> None:
    saved = turn("x = 1\n" * 170_000)
    record.add_turn(saved)
    assert record.turn(saved.id) == saved


def test_last_turns_are_of_one_session_newest_n_oldest_first(record: Record) -> None:
    for n in range(5):
        record.add_turn(turn(f"a{n}", session="a", when=float(100 - n)))  # clocks go backwards; order does not
        record.add_turn(turn(f"b{n}", session="b"))
    assert [t.text for t in record.last_turns("a", 3)] == ["a2", "a3", "a4"]
    assert [t.text for t in record.turns(limit=3)] == ["b3", "a4", "b4"]
    assert record.last_turns("a", 0) == []
    assert [(s.name, s.turns) for s in record.sessions()] == [("b", 5), ("a", 5)]


def test_the_same_id_twice_is_refused_and_changes_nothing(record: Record) -> None:
    first = turn("first")
    record.add_turn(first)
    with pytest.raises(ValueError, match=first.id):
        record.add_turn(replace(first, text="second"), used=[first.id])
    assert record.turn(first.id) == first
    assert record.items_by_id([first.id])[first.id].uses == 0


def test_flags_are_set_cleared_and_counted(record: Record) -> None:
    saved = turn()
    record.add_turn(saved)
    assert record.flag_of(saved.id) is None
    assert record.set_flag(saved.id, Flag.WRONG)
    assert record.flag_of(saved.id) is Flag.WRONG
    assert record.turn(saved.id).flag is Flag.WRONG  # type: ignore[union-attr]
    assert record.usage().wrong == 1
    assert record.set_flag(saved.id, None)
    assert record.flag_of(saved.id) is None
    assert record.usage().wrong == 0
    assert not record.set_flag("nobody", Flag.IMPORTANT)


def test_usage_adds_up_what_the_decisions_say(record: Record) -> None:
    for path, flops in ((Route.CORE, 100.0), (Route.FAST, 10.0), (Route.PROCEDURE, 0.0)):
        record.add_turn(turn(path=path), json.dumps({"flops": {"total": flops, "monolith": 100.0}}))
    record.add_turn(turn(path=Route.CORE), json.dumps({"flops": None}))
    pasted = {"flops": {"total": 7.0, "monolith": 1e15}, "operations": {"window": 5.0}}  # more than a core can read
    record.add_turn(turn(path=Route.CORE), json.dumps(pasted))
    record.put_procedure(ProcedureRow("k", "K", "answer", Category.ROUTINE, learned=True))
    record.put_procedure(ProcedureRow("l", "L", "answer", Category.ROUTINE, learned=False))
    usage = record.usage()
    assert usage.turns == 5
    assert usage.paths == {Route.CORE: 3, Route.FAST: 1, Route.PROCEDURE: 1}
    assert usage.recent == (Route.CORE, Route.FAST, Route.PROCEDURE, Route.CORE, Route.CORE)
    assert (usage.procedures, usage.procedure_hits) == (1, 1)
    assert (usage.flops, usage.monolith) == (117.0, 305.0)


def test_use_is_counted_with_the_turn_that_used_it_and_the_newest_use_stays(record: Record) -> None:
    known = turn("known")
    record.add_turn(known)
    record.add_turn(turn("uses it", when=5000.0), used=[known.id])
    record.touch([known.id], 4000.0)
    item = record.items_by_id([known.id])[known.id]
    assert (item.uses, item.used) == (2, 5000.0)


def test_imports_keep_their_order_and_are_not_imported_twice(record: Record) -> None:
    rows = [
        ImportRow("hello", speaker="Ann", session="s"),
        ImportRow("hello", speaker="Ann", session="s"),  # said twice is two lines
        ImportRow("bye", id="x1", speaker="Bob", session="s", when=7.0),
    ]
    assert record.import_rows(rows) == (3, 0)
    assert record.import_rows(rows) == (0, 3)
    items = record.items_since(0)
    assert [(i.text, i.speaker, i.kind) for i in items] == [
        ("hello", "Ann", "import"),
        ("hello", "Ann", "import"),
        ("bye", "Bob", "import"),
    ]
    assert items[2].id == "x1"
    assert items[2].when == 7.0
    assert record.turns() == []
    first, second, third = (i.number for i in items)
    assert record.neighbours([first, second, third]) == {
        first: (None, second),
        second: (first, third),
        third: (second, None),
    }


def test_a_changed_document_replaces_the_old_under_a_new_number(record: Record) -> None:
    old = Document("doc:f", "f", "f(): does this", "m.py")
    assert record.add_documents([old]) == (1, 0)
    assert record.add_documents([old]) == (0, 1)
    record.touch(["doc:f"], 50.0)
    number = record.items_by_id(["doc:f"])["doc:f"].number
    assert record.add_documents([replace(old, text="f(): does that")]) == (1, 0)
    item = record.items_by_id(["doc:f"])["doc:f"]
    assert item.number > number
    assert (item.text, item.uses) == ("f(): does that", 1)
    assert record.items([number, item.number]) == {item.number: item}
    assert record.counts() == {"document": 1}
    assert record.neighbours([item.number]) == {}


def test_a_document_never_takes_the_place_of_a_turn(record: Record) -> None:
    saved = turn()
    record.add_turn(saved)
    with pytest.raises(ValueError, match=saved.id):
        record.add_documents([Document("new", "n", "n"), Document(saved.id, "t", "t")])
    assert record.turn(saved.id) == saved
    assert record.counts() == {"turn": 1}


def test_numbers_are_never_used_twice(record: Record) -> None:
    record.add_documents([Document("d", "d", "one")])
    last = record.last_number()
    record.add_documents([Document("d", "d", "two")])  # the newest row was deleted, then a row was added
    assert record.last_number() == last + 1


def test_procedures_and_their_wrongs(record: Record) -> None:
    row = ProcedureRow("k", "Sort a list", "sorted(xs)", Category.ROUTINE, 2, 0, False, 5.0, None, '{"a": 1}')
    record.put_procedure(row)
    assert record.procedures() == [row]
    better = replace(row, learned=True, agreements=3, uses=1, used=9.0)
    record.put_procedure(better)
    assert record.procedure("k") == better
    assert record.delete_procedure("k")
    assert not record.delete_procedure("k")
    assert record.procedure("k") is None
    assert record.tally("k") == 1
    assert record.tally("k") == 2
    assert record.tallies() == {"k": 2}


def test_threads_share_one_record(record: Record) -> None:
    failures: list[BaseException] = []

    def work() -> None:
        try:
            for _ in range(20):
                saved = turn()
                record.add_turn(saved)
                record.set_flag(saved.id, Flag.IMPORTANT)
                record.usage()
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert record.usage().turns == 80


def test_two_records_on_one_file_see_each_other(tmp_path: Path) -> None:
    one, two = Record(tmp_path / "spark.db"), Record(tmp_path / "spark.db")
    for n in range(10):
        one.add_turn(turn(f"one {n}"))
        two.add_turn(turn(f"two {n}"))
    assert one.turns() == two.turns()
    assert len(one.turns()) == 20
    one.close()
    two.close()
