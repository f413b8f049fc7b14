"""Every command that shows what others wrote, with every hostile text in a home's record and in its arguments."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from engine.record import Document, ImportRow, ProcedureRow, Record, Turn
from engine.routing.categories import Category, Route
from engine.settings import Home
from engine.text import FORBIDDEN
from tests.hostile import HOSTILE
from tests.spark_tui.calling import Caller
from tests.spark_tui.scripted import ScriptedSpark, memory


@pytest.mark.parametrize("name", HOSTILE)
def test_no_command_lets_it_through(call: Caller, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str) -> None:
    text = HOSTILE[name]
    home = Home(tmp_path / "home")
    home.create()
    record = Record(home.record)
    record.add_turn(Turn("t1", text, 1.0, text, text, Route.CORE, Category.DEBUG, 0.5), "{}")
    record.import_rows([ImportRow(text, "i1", text, text)])
    record.add_documents([Document("d1", text, text, text)])
    record.put_procedure(ProcedureRow(text, text, text, Category.ROUTINE, 3, 1, True, 1.0, None, "{}"))
    record.close()
    call.meets(ScriptedSpark(answer=text, memories=(memory("m", text),)))
    for stream in (sys.stdout, sys.stderr):
        monkeypatch.setattr(stream, "isatty", lambda: True)
    monkeypatch.setenv("NO_COLOR", "1")
    word = text.replace("\x00", "").encode("utf-8", "surrogatepass").decode("utf-8", "replace")
    rows = tmp_path / "rows.jsonl"
    rows.write_text("not json " + word, encoding="utf-8")
    for words in (
        ["ask", word or "x"], ["flag", word, "wrong"], ["memory", "list"], ["cache", "list"], ["cache", "stats"],
        ["cache", "judge", str(rows)], ["journal", "question", word], ["journal", "hypothesis", word], ["journal"],
        ["journal", "show", "questions"], ["journal", "show", word], ["journal", "draft", "--session", word],
        ["config", "show", "--home", f"{tmp_path}/{word[:40].replace('/', '')}"], ["learn", f"{tmp_path}/{word}"],
        [word], ["memory", word], ["eval", f"{tmp_path}/{word}"], ["route", word or "x"], ["memory", "show", "i1"],
        ["memory", "stats"], ["memory", "export"],
        ["cache", "show", word], ["cache", "forget", word], ["models", "list"], ["models", "use", word],
        ["models", "import", f"{tmp_path}/{word}"], ["lab", word or "x"], ["study", word], ["study", "journey", word],
        ["study", "--hypothesis", word], ["train", "core", "--replay", word], ["config", "set", word, word],
    ):  # fmt: skip
        result = call(*words)
        found = FORBIDDEN.search(result.out + result.err)
        assert found is None, (words, found, result.out, result.err)
        assert "Traceback" not in result.err and "unexpected" not in result.err, (words, result.err)
