"""The journal: a draft says what the log says, what is kept stays a person's own, hypotheses name a setting."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.errors import SparkError
from engine.events import Flag
from engine.observation.journal import Journal
from engine.record import ProcedureRow, Record, Turn
from engine.routing.categories import Category, Route
from engine.settings import Home


@pytest.fixture
def record(tmp_path: Path) -> Record:
    record = Record(tmp_path / "spark.db")
    for number, confidence in enumerate((0.93, 0.55, 0.9)):
        told = {"threshold": 0.8, "ms": {"total": 600}, "flops": {"total": 1e9, "monolith": 1e10}, "memories": [1]}
        text = f"question {number} \x1b[31m"
        record.add_turn(
            Turn(f"t{number}", "walks", 1000.0 + number, text, "a", Route.CORE, Category.DEBUG, confidence),
            json.dumps(told if number else {"foreign": True}),
        )
    record.set_flag("t2", Flag.WRONG)
    record.put_procedure(ProcedureRow("k", "how to walk", "so", Category.ROUTINE, 3, 1, True, 1002.0, None, "{}"))
    return record


def test_a_draft_says_what_the_log_says(tmp_path: Path, record: Record) -> None:
    text, until = Journal(Home(tmp_path)).draft(record, "walks") or ("", "")
    assert until == "t2"
    for line in (
        "# Session summary: walks, 1970-01-01", "- question 0", "- 3 turns: 3 core",
        "- median answer 0.6 s; 10% of the core alone", "- memory was read in 2 of 3 turns",
        "- unsure (0.55 debug): “question 1” → core", "- flagged wrong ✗: “question 2”",
        "- a new procedure: “how to walk”",
    ):  # fmt: skip
        assert line in text.split("\n"), (line, text)
    assert "\x1b" not in text


def test_what_was_kept_is_not_drafted_again(tmp_path: Path, record: Record) -> None:
    journal = Journal(Home(tmp_path))
    text, until = journal.draft(record, "walks") or ("", "")
    file = journal.save_summary("walks", until, text + "my own words\n")
    again, same = journal.draft(record, "walks") or ("", "")
    assert same == until and again.endswith("my own words\n")
    assert journal.save_summary("walks", until, again + "more") == file
    assert len(journal.summaries()) == 1
    record.add_turn(Turn("t9", "walks", 2000.0, "something new", "a", Route.FAST))
    fresh, until = journal.draft(record, "walks") or ("", "")
    assert until == "t9" and "something new" in fresh and "question 1" not in fresh
    assert journal.draft(record, "nobody") is None


def test_questions_and_hypotheses(tmp_path: Path) -> None:
    journal = Journal(Home(tmp_path))
    assert (journal.questions(), journal.hypotheses()) == ([], [])
    assert [journal.add_question("why\nthree \x1b[2Jmatrices?"), journal.add_question("smaller?")] == [1, 2]
    assert [question[11:] for question in journal.questions()] == ["why three matrices?", "smaller?"]
    one = journal.add_hypothesis("routing.threshold = 0.7 answers more at once")
    assert (one.number, one.setting, one.value) == (1, "routing.threshold", "0.7")
    assert journal.add_hypothesis("memory.recall=4, it reads better").value == "4"
    for bad in ("the threshold is too high", "routing.nonsense=3", ""):
        with pytest.raises(SparkError, match="names the setting"):
            journal.add_hypothesis(bad)
    journal.add_result(1, "nothing changed")
    assert "nothing changed" in journal.hypothesis(1).result and not journal.hypothesis(2).result
    with pytest.raises(SparkError, match="no hypothesis 9"):
        journal.hypothesis(9)


def test_a_home_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    (tmp_path / "journal").write_text("a file")
    with pytest.raises(SparkError):
        Journal(Home(tmp_path)).add_question("why?")


def test_surprises_are_told_and_nothing_twice(tmp_path: Path) -> None:
    record = Record(tmp_path / "spark.db")
    dear = {"ms": {"total": 300}, "flops": {"total": 3e9, "monolith": 2e9}, "tries": [{}, {}]}
    for number, (text, answer, path) in enumerate(
        (("join?", "a", Route.CORE), ("join?", "a", Route.FAST), ("split?", "a", Route.CORE),
         ("split?", "b", Route.FAST), ("again", "a", Route.PROCEDURE), ("hi", "a", Route.PROCEDURE),
         ("hi", "a", Route.PROCEDURE))
    ):  # fmt: skip
        told = dear if text == "again" else {"ms": {"total": 12}} if text == "hi" else {}
        record.add_turn(Turn(f"t{number}", "s", 1000.0, text, answer, path, Category.EXPLAIN), json.dumps(told))
    record.set_flag("t4", Flag.WRONG)
    text, _ = Journal(Home(tmp_path)).draft(record, "s") or ("", "")
    for line in (
        "- join? (2 times)", "- split? (2 times)", "- again",
        "- fast path and core gave the same answer to “join?”",
        "- fast path and core gave different answers to “split?”",
        "- a procedure answered “again” in 0.3 s", "- a procedure answered “hi” 2 times, in 12 ms",
        "- dearer than the core alone (150%): “again”",
        "- code did not parse at once, and was written again, in 1 of 7 turns",
        "- ask again: “again” (flagged wrong)",
    ):  # fmt: skip
        assert line in text.split("\n"), (line, text)
