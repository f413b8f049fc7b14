"""`spark memory` and `spark cache` on a real home."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from engine.events import Flag
from engine.procedures import Procedures
from engine.record import Document, Record, Turn
from engine.routing.categories import Category, Route
from engine.settings import CacheSettings, Home
from tests.spark_tui.calling import Caller

ROWS = [
    {"text": "The server is on port 4711.", "id": "a", "speaker": "Mia", "session": "s1", "when": "2025-03-01T10:00Z"},
    {"text": "My cat is called Schrödinger.", "id": 7, "session": "s1", "when": "2025-03-01T10:01:00"},
    {"text": "Deploys happen on Thursdays."},
]  # fmt: skip


def jsonl(path: Path, rows: list[object]) -> Path:
    path.write_text(
        "".join((row if isinstance(row, str) else json.dumps(row)) + "\n" for row in rows), encoding="utf-8"
    )
    return path


def everything_in(folder: Path) -> dict[str, str]:
    """Every file with a hash of its content."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_what_is_imported_is_found_by_meaning_and_by_words(call: Caller, tmp_path: Path) -> None:
    file = jsonl(tmp_path / "rows.jsonl", list(ROWS))
    row = call("memory", "import", "--json", str(file)).row
    assert (row["imported"], row["skipped"]) == (3, 0) and isinstance(row["seconds"], float)
    assert call("memory", "import", str(file)).out.startswith("0 imported, 0 skipped, 3 known already")

    queries = "which port does the server use?\n\nname of the pet\n"
    found = call("memory", "search", "--json", "-k", "2", stdin=queries.encode()).rows
    assert [row["query"] for row in found] == ["which port does the server use?", "name of the pet"]
    assert all(isinstance(row["ms"], float) and len(row["results"]) == 2 for row in found)  # type: ignore[arg-type]
    best = [row["results"][0] for row in found]  # type: ignore[index]
    assert [memory["id"] for memory in best] == ["a", "7"]
    assert set(best[0]["parts"]) == {"semantic", "keyword", "recency", "importance", "late", "asked"}
    assert {"id", "text", "score"} <= set(best[0])

    for ranking in ("semantic", "keyword", "hybrid"):
        result = call("memory", "search", "--json", "--ranking", ranking, "Thursdays deploys")
        assert "Thursdays" in result.row["results"][0]["text"]  # type: ignore[index]
    assert "4711" in call("memory", "search", "-k", "1", "port", "of", "the", "server").out

    stats = call("memory", "stats", "--json").row
    assert (stats["imported"], stats["turns"], stats["documents"]) == (3, 0, 0)


def test_rows_that_make_no_sense_are_skipped_counted_and_named(call: Caller, tmp_path: Path) -> None:
    bad = [
        "{oops", "[1]", {}, {"text": 5}, {"text": "  "}, {"text": "x", "when": "yesterday"}, {"text": "x", "id": [1]},
        {"text": "x", "speaker": 1},
    ]  # fmt: skip
    file = jsonl(tmp_path / "rows.jsonl", [*bad, ROWS[0]])
    result = call("memory", "import", "--json", str(file))
    assert result.status == 0
    assert (result.row["imported"], result.row["skipped"]) == (1, len(bad))
    assert [f"line {n} is skipped" in result.err for n in range(1, 10)] == [True] * 8 + [False]
    only_bad = call("memory", "import", "--json", str(jsonl(tmp_path / "bad.jsonl", ["{oops"] * 30)))
    assert only_bad.status == 1 and only_bad.row["skipped"] == 30
    assert "20 more lines are skipped" in only_bad.err


@pytest.mark.parametrize("command", ["import", "judge"])
def test_a_file_that_cannot_be_read_is_one_sentence(call: Caller, tmp_path: Path, command: str) -> None:
    group = "memory" if command == "import" else "cache"
    for path in (tmp_path / "missing.jsonl", tmp_path):
        result = call(group, command, str(path))
        assert result.status == 1 and "cannot be read" in result.err and result.err.count("\n") == 1


def test_the_list_shows_the_newest_last_and_their_flags(call: Caller) -> None:
    home = Home.find()
    home.create()
    record = Record(home.record)
    for number in range(5):
        record.add_turn(Turn(f"t{number}", "s", 1e9 + number, f"question {number}", f"answer\n{number}", Route.CORE))
    record.add_documents([Document("d1", "os.getcwd", "os.getcwd(): Return a string.", "os")])
    record.set_flag("t3", Flag.WRONG)
    record.close()
    rows = call("memory", "list", "--json", "-n", "3").rows
    assert [row["id"] for row in rows] == ["t3", "t4", "d1"]
    assert [row["flag"] for row in rows] == ["wrong", None, None]
    assert [row["id"] for row in call("memory", "list", "--json", "--kind", "turn", "-n", "2").rows] == ["t3", "t4"]
    assert "✗ t3" in call("memory", "list").out and "question 3 → answer 3" in call("memory", "list").out


def test_a_home_that_cannot_be_made_is_one_sentence(call: Caller, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    result = call("memory", "stats", "--home", str(tmp_path / "file" / "home"))
    assert result.status == 1 and "home folder" in result.err and result.err.count("\n") == 1


def test_judging_says_why_and_changes_nothing_on_disk(call: Caller, tmp_path: Path) -> None:
    home = tmp_path / "home"
    call("memory", "stats")
    before = everything_in(home)
    pairs = [
        {"a": "how do I sort a list?", "b": "How do I sort a list"},
        {"a": "how do I sort a list ascending?", "b": "how do I sort a list descending?", "same": False},
        {"a": "x"},
    ]
    result = call("cache", "judge", "--json", str(jsonl(tmp_path / "pairs.jsonl", list(pairs))))
    assert [(row["a"], row["b"]) for row in result.rows] == [(pair["a"], pair["b"]) for pair in pairs[:2]]
    assert [row["hit"] for row in result.rows] == [True, False]
    assert all(isinstance(row["similarity"], float) and row["why"] for row in result.rows)
    assert "line 3 is skipped" in result.err
    assert everything_in(home) == before
    assert "1 that differ: 0.00% answered" in result.err  # labelled rows are also counted
    dash = call("cache", "judge", "--json", "-", stdin=json.dumps(pairs[0]).encode())
    assert dash.row["hit"] is True
    assert call("cache", "judge", "-", stdin=b"nonsense\n").status == 1


def test_learned_procedures_are_listed_and_counted(call: Caller) -> None:
    assert "Nothing is learned yet" in call("cache", "list").err
    home = Home.find()
    record = Record(home.record)
    procedures = Procedures(record, CacheSettings())
    for number in range(3):
        turn = Turn(f"t{number}", "s", float(number), "how do I reverse a list?", "Use reversed().", Route.CORE,
                    Category.ROUTINE)  # fmt: skip
        record.add_turn(turn)
        procedures.observe(turn, cacheable=True)
    record.close()
    row = call("cache", "list", "--json").row
    assert row["learned"] is True and row["answer"] == "Use reversed()." and row["agreed"] == 3
    stats = call("cache", "stats", "--json").row
    assert (stats["learned"], stats["learning"], stats["hits"], stats["hit_rate"]) == (1, 0, 0, 0.0)
    assert call("cache", "list").out.startswith("learned")


def test_judging_labelled_pairs_and_templates(call: Caller, tmp_path: Path) -> None:
    waits = [["wait 2 seconds", "time.sleep(2)"], ["wait 3 seconds", "time.sleep(3)"]]
    rows = [
        {"a": "how do I sort a list?", "b": "How do I sort a list", "same": True},
        {"a": "how do I sort a list?", "b": "zebra", "same": True},
        {"a": "sort a list ascending", "b": "sort a list descending", "same": False},
        {"a": waits, "b": "wait 30 seconds"},
        {"a": waits, "b": "wait 2.5 seconds"},
        {"a": [["wait"]], "b": "wait 2 seconds"},
    ]
    file = str(jsonl(tmp_path / "pairs.jsonl", list(rows)))
    figures = call("cache", "judge", "--summary", "--json", file).row
    assert (figures["same"], figures["same_hits"], figures["recall"]) == (2, 1, 0.5)
    assert (figures["differing"], figures["false_hits"], figures["false_rate"]) == (1, 0, 0.0)
    lines = call("cache", "judge", file)
    assert lines.out.splitlines()[-1].startswith("2 the same: 50.0% answered (1); 1 that differ: 0.00% answered (0)")
    assert "line 6 is skipped" in lines.err
    judged = call("cache", "judge", "--json", file).rows[3:]
    assert [(row["hit"], row["answer"]) for row in judged] == [(True, "time.sleep(30)"), (False, None)]
    assert "looks unlike" in str(judged[1]["why"])
    assert call("cache", "judge", "--summary", str(jsonl(tmp_path / "bare.jsonl", list(rows[3:5])))).status == 1


def test_a_template_is_listed_shown_and_forgotten(call: Caller) -> None:
    home = Home.find()
    home.create()
    record = Record(home.record)
    procedures = Procedures(record, CacheSettings())
    for number in range(6):
        seconds = 2 + number % 2
        turn = Turn(f"t{number}", "s", float(number), f"wait {seconds} seconds", f"time.sleep({seconds})", Route.CORE,
                    Category.ROUTINE)  # fmt: skip
        procedures.observe(turn, cacheable=True)
    record.close()
    (row,) = (row for row in call("cache", "list", "--json").rows if row["template"])
    assert (row["pattern"], row["answer"]) == ("wait ⟨number⟩ seconds", "time.sleep(⟨number⟩)")
    assert "template    0 uses" in call("cache", "list").out
    shown = call("cache", "show", "wait ⟨number⟩ seconds").out
    assert "learned from: wait 2 seconds\nlearned from: wait 3 seconds\n\ntime.sleep(⟨number⟩)" in shown
    assert call("cache", "forget", "wait ⟨number⟩ seconds").out == "forgot “wait ⟨number⟩ seconds”\n"
    assert "2 of 5 agreeing examples" in call("cache", "show", "wait ⟨number⟩ seconds").out
    assert call("cache", "forget", "wait ⟨number⟩ seconds").status == 1


def test_what_is_learned_can_be_looked_up_and_changes_replace(call: Caller, tmp_path: Path) -> None:
    file = tmp_path / "shop.py"
    file.write_text('def price(item):\n    """Return what the item costs in cents."""\n', encoding="utf-8")
    assert call("learn", "--json", str(file)).row["learned"] == 2, "what it does, and how it is written"
    assert call("learn", "--json", str(file)).row == {"learned": 0, "known": 2, "seconds": pytest.approx(1, abs=60)}
    file.write_text('def price(item):\n    """Return what the item costs in euros."""\n', encoding="utf-8")
    assert call("learn", "--json", str(file)).row["learned"] == 2
    (found,) = call("memory", "search", "--json", "what does price return").row["results"]  # type: ignore[misc]
    assert found["kind"] == "document" and "euros" in found["text"]
    for words, status in ((("",), 2), ((), 2), ((str(tmp_path / "nothing"),), 1)):
        result = call("learn", *words)
        assert (result.status, result.out) == (status, "") and result.err.count("\n") == 1


def test_show_forget_export_and_import_again(call: Caller, tmp_path: Path) -> None:
    file = jsonl(tmp_path / "rows.jsonl", list(ROWS))
    call("memory", "import", str(file))
    shown = call("memory", "show", "7", "--json").row
    assert shown["text"] == "My cat is called Schrödinger."
    assert shown["facts"] == [{"topic": "cat", "value": "Schrödinger"}]
    assert [(link["relation"], link["id"]) for link in shown["links"]] == [("before", "a")]  # type: ignore[attr-defined]
    assert set(shown["importance"]) == {"referred", "length", "correction", "fading", "value"}  # type: ignore[arg-type]
    assert "states cat: Schrödinger" in call("memory", "show", "7").out
    assert call("memory", "show", "nothing").err.startswith("Nothing with the id nothing")

    out = tmp_path / "all.jsonl"
    assert call("memory", "export", str(out)).out == f"3 rows written to {out}\n"
    assert call("memory", "forget", "7").out.startswith("1 forgotten: deleted from the record")
    again = call("memory", "forget", "7")
    assert (again.status, again.out) == (1, "") and again.err.startswith("This id is not remembered")
    assert call("memory", "import", str(out), "--json").row["imported"] == 1
    assert call("memory", "export", "-").out.count("\n") == 3
    out.write_text(out.read_text(encoding="utf-8") + "{broken\n", encoding="utf-8")
    call("memory", "forget", "7")
    assert "nothing was imported" in call("memory", "import", str(out)).err


def test_the_index_may_lie_elsewhere(call: Caller, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / "config.toml").write_text(f'[memory]\nuri = "{tmp_path / "elsewhere"}"\n', encoding="utf-8")
    call("memory", "import", str(jsonl(tmp_path / "rows.jsonl", list(ROWS))))
    assert (tmp_path / "elsewhere" / "items.lance").is_dir()
    assert not (home / "memory.lance").exists()
    assert call("memory", "search", "--json", "port").row["results"]
    assert call("memory", "stats", "--json").row["index_bytes"] > 0  # type: ignore[operator]
