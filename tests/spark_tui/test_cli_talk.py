"""`spark ask`, `spark route`, `spark flag` and bare `spark`, with a mind from a script."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from engine.errors import SparkError
from engine.events import Flag
from engine.record import Turn
from engine.routing.categories import Category, Route
from engine.settings import Home
from spark_tui import plain
from spark_tui.commands.shared import opened_record
from tests.spark_tui.calling import Caller
from tests.spark_tui.scripted import ScriptedSpark, memory


def test_ask_writes_the_answer_and_nothing_else_to_stdout(call: Caller) -> None:
    call.meets(ScriptedSpark(answer="one two three"))
    result = call("ask", "what is that?")
    assert (result.status, result.out, result.err) == (0, "one two three\n", "")


@pytest.mark.parametrize("answer", ["done\n\n", "  \n  one\n\n    two  \n", "x" * 4 + " " * 9 + "y", "", " \n"])
def test_blank_space_around_the_answer_is_not_part_of_it(call: Caller, answer: str) -> None:
    call.meets(ScriptedSpark(answer=answer))
    wanted = answer.strip()
    assert call("ask", "do it").out == (wanted + "\n" if wanted else "")


def test_ask_json_is_the_object_that_was_promised(call: Caller) -> None:
    call.meets(ScriptedSpark(answer="one two"))
    row = call("ask", "--json", "what is that?").row
    shape = {
        "turn_id": str, "answer": str, "path": str, "category": str, "confidence": float, "probabilities": dict,
        "threshold": float, "reason": str, "procedure": dict, "memories": list, "tokens": dict, "ms": dict,
        "flops": dict,
    }  # fmt: skip
    assert {name: type(row[name]) for name in shape} == shape
    assert row["answer"] == "one two"
    assert row["path"] == "core" and row["category"] == "explain"
    assert set(row["probabilities"]) == {category.value for category in Category}  # type: ignore[call-overload]
    assert {"hit", "pattern", "similarity", "why"} <= set(row["procedure"])  # type: ignore[call-overload]
    assert {"prompt", "generated", "drafted", "accepted"} <= set(row["tokens"])  # type: ignore[call-overload]
    assert set(row["ms"]) == {"assess", "lookup", "recall", "first_token", "total"}  # type: ignore[call-overload]
    assert set(row["flops"]) == {"fast", "core", "embed", "total", "monolith"}  # type: ignore[call-overload]
    (remembered,) = row["memories"]  # type: ignore[misc]
    assert {"id", "text", "kind", "score", "parts"} <= set(remembered)
    assert set(remembered["parts"]) == {"semantic", "keyword", "recency", "importance", "late", "asked"}


def test_a_procedure_that_answers_says_which(call: Caller) -> None:
    call.meets(ScriptedSpark(path=Route.PROCEDURE, category=Category.ROUTINE))
    row = call("ask", "--json", "again").row
    assert row["path"] == "procedure"
    assert row["procedure"] == {
        "hit": True, "pattern": "what does * do", "similarity": 1.0, "why": "the same words", "uses": 4,
        "family": "pattern",
    }  # fmt: skip
    assert row["memories"] == []


def test_options_reach_the_mind(call: Caller) -> None:
    spark = call.meets(ScriptedSpark())
    options = ("--path", "fast", "--threshold", "0.5", "--seed", "3", "--max-tokens", "9", "--session", "tea")
    assert call("ask", *options, "--no-memory", "--no-cache", "hello", "there").status == 0
    assert spark.asked == [
        (
            "hello there",
            {"path": Route.FAST, "threshold": 0.5, "seed": 3, "max_tokens": 9,
             "use_memory": False, "use_cache": False, "session": "tea"},
        )
    ]  # fmt: skip


def test_auto_leaves_the_path_to_the_policy(call: Caller) -> None:
    spark = call.meets(ScriptedSpark())
    call("ask", "--path", "auto", "hello")
    assert spark.asked[0][1]["path"] is None


def test_dash_reads_stdin_and_forgives_bytes_that_are_no_text(call: Caller) -> None:
    spark = call.meets(ScriptedSpark())
    result = call("ask", "-", stdin=b"\xef\xbb\xbfcaf\xc3\xa9 \xff\n")
    assert spark.asked[0][0] == "café \ufffd\n"
    assert "not all UTF-8" in result.err and result.err.count("\n") == 1


@pytest.mark.parametrize(
    ("words", "stdin", "says"),
    [
        (("ask",), b"", "Say what to ask"),
        (("ask", ""), b"", "empty"),
        (("ask", " \t\n"), b"", "empty"),
        (("ask", "-"), b"", "empty"),
        (("ask", "-"), None, "no standard input"),
        (("ask", "--path", "slow", "x"), b"", "--path"),
        (("ask", "--threshold", "nan", "x"), b"", "--threshold"),
        (("ask", "--threshold", "1.5", "x"), b"", "--threshold"),
        (("ask", "--seed", "-1", "x"), b"", "--seed"),
        (("ask", "--seed", str(2**63), "x"), b"", "--seed"),
        (("ask", "--max-tokens", "0", "x"), b"", "--max-tokens"),
        (("ask", "--nonsense", "x"), b"", "--nonsense"),
        (("nonsense",), b"", "nonsense"),
        (("route", "good", " "), b"", "empty"),
        (("flag", "turn1", "lovely"), b"", "lovely"),
        (("flag", "turn1"), b"", "important|wrong"),
        ((), b"", "needs a terminal"),
        ((), None, "needs a terminal"),
    ],
)
def test_wrong_usage_is_one_sentence_and_status_2(
    call: Caller, words: tuple[str, ...], stdin: bytes | None, says: str
) -> None:
    call.meets(ScriptedSpark())
    result = call(*words, stdin=stdin)
    assert (result.status, result.out) == (2, "")
    assert says in result.err and "Traceback" not in result.err
    assert result.err.count("\n") == 1


def test_more_text_than_makes_sense_is_refused(call: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("spark_tui.commands.shared.MOST_INPUT", 2**20)
    result = call("ask", "-", stdin=b"x" * (2**20 + 1))
    assert result.status == 2 and "longer than 1 MB" in result.err


def test_bare_spark_answers_what_is_piped_in(call: Caller) -> None:
    spark = call.meets(ScriptedSpark(answer="yes"))
    result = call(stdin=b"is it?\n")
    assert (result.status, result.out) == (0, "yes\n")
    assert spark.asked[0][0] == "is it?\n"


def test_a_failure_is_its_sentence_and_status_1(call: Caller) -> None:
    call.meets(ScriptedSpark(fails_with=SparkError("The core is damaged; install Spark again.")))
    result = call("ask", "hello")
    assert (result.status, result.out, result.err) == (1, "", "The core is damaged; install Spark again.\n")


def test_the_unexpected_is_a_sentence_that_says_how_to_see_more(call: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    call.meets(ScriptedSpark(fails_with=ValueError("odd\nmore")))
    result = call("ask", "hello")
    assert result.status == 1
    assert "ValueError: odd)" in result.err and "SPARK_DEBUG=1" in result.err and "Traceback" not in result.err
    monkeypatch.setenv("SPARK_DEBUG", "1")
    with pytest.raises(ValueError, match="odd"):
        call("ask", "hello")


@pytest.mark.parametrize(("failure", "status"), [(KeyboardInterrupt(), 130), (BrokenPipeError(), 1)])
def test_interruptions_are_quiet(call: Caller, failure: Exception, status: int) -> None:
    call.meets(ScriptedSpark(fails_with=failure))
    result = call("ask", "hello")
    assert (result.status, result.err) == (status, "")


def test_what_a_terminal_shows_cannot_command_it(call: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    # Cut into fours by the fake, so the sequence arrives in pieces.
    hostile = "safe \x1b]52;c;aGFjaw==\x07and \u202esound\x1b[2J"
    call.meets(ScriptedSpark(answer=hostile))
    assert call("ask", "x").out == hostile + "\n", "a pipe gets the exact text"
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    assert call("ask", "x").out == "safe and sound\n"


def test_a_terminal_sees_the_path_first(call: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    call.meets(ScriptedSpark(answer="yes"))
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm")
    assert call("ask", "x").err == "\x1b[2mcore · explain · .90 · explanations need thinking\x1b[0m\n"
    monkeypatch.setenv("NO_COLOR", "1")
    assert call("ask", "x").err == "core · explain · .90 · explanations need thinking\n"


def test_figures_are_written_one_way() -> None:
    assert [plain.figure(x) for x in (0.931, 0.999, 1.0, 0.0, 0.05)] == [".93", "1.0", "1.0", ".00", ".05"]


def test_flag_says_what_it_changed(call: Caller, tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    with opened_record(home) as record:
        record.add_turn(Turn("turn1", "default", 1.7e9, "how do i sort a list", "sorted(x)"), "{}")

        def flag() -> Flag | None:
            return record.last_turns("default", 1)[0].flag

        row = call("flag", "--json", "--home", str(home.path), "turn1", "wrong").row
        assert (row["turn_id"], row["flag"]) == ("turn1", "wrong") and flag() is Flag.WRONG
        assert "Memory keeps this turn" in str(row["learned"]) and "“how to sort a list”" in str(row["learned"])
        result = call("flag", "--home", str(home.path), "turn1", "wrong", "--clear")
        assert result.out == "cleared\n" and "like any other again" in result.err and flag() is None
        assert call("flag", "--home", str(home.path), "nobody", "wrong").status == 1


def test_memories_of_a_turn_are_told_in_json(call: Caller) -> None:
    call.meets(ScriptedSpark(memories=(memory("a"), memory("b", kind="document"))))
    assert [m["id"] for m in call("ask", "--json", "x").row["memories"]] == ["a", "b"]  # type: ignore[attr-defined]
    assert call("ask", "--json", "--no-memory", "x").row["memories"] == []


def test_json_survives_any_text(call: Caller) -> None:
    hostile = "\ud800 \x1b[31m \u202e \x85 é \u2028"
    call.meets(ScriptedSpark(answer=hostile))
    result = call("ask", "--json", "x")
    assert result.out.isascii() and result.row["answer"] == hostile
