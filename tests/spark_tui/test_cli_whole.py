"""The command line on a whole mind: tiny models from disk, the real record, memory and procedures."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.routing.categories import Category
from tests.engine.tiny import tiny_bundle
from tests.spark_tui.calling import Caller


def test_a_turn_is_told_kept_flagged_and_found_again(
    call: Caller, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tiny_bundle(tmp_path / "bundle", Category.EXPLAIN)
    monkeypatch.setattr("engine.bundle.asset", lambda *parts: folder)
    question = "what does os.path.join do?"
    first = call("ask", "--json", "--seed", "1", "--max-tokens", "12", question)
    assert first.status == 0, first.err
    turn = first.row
    assert turn["path"] == "core" and turn["category"] == "explain" and turn["saved"] is True
    assert turn["flops"]["total"] > 0 and turn["ms"]["total"] >= turn["ms"]["first_token"] > 0  # type: ignore[index]

    again = call("ask", "--seed", "1", "--max-tokens", "12", "--no-memory", question)
    assert again.out == str(turn["answer"]) + "\n", "the same seed writes the same answer"

    flagged = call("flag", "--json", str(turn["turn_id"]), "wrong").row
    assert flagged["flag"] == "wrong" and flagged["learned"]
    listed = call("memory", "list", "--json").rows
    assert [row["flag"] for row in listed] == ["wrong", None]
    found = call("memory", "search", "--json", "os.path.join").row["results"]
    assert {memory["id"] for memory in found} == {row["id"] for row in listed}  # type: ignore[attr-defined]
    assert call("flag", "nobody", "wrong").status == 1

    forced = call("ask", "--json", "--path", "fast", "--max-tokens", "3", "def add(a, b):").row
    assert forced["path"] == "fast" and forced["tokens"]["generated"] <= 3  # type: ignore[index]


def test_a_half_written_bundle_is_one_sentence(call: Caller, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tiny_bundle(tmp_path / "bundle")
    monkeypatch.setattr("engine.bundle.asset", lambda *parts: folder)
    whole = (folder / "core.safetensors").read_bytes()
    for content in (b"", whole[:100], whole[: len(whole) // 2]):
        (folder / "core.safetensors").write_bytes(content)
        result = call("ask", "hello")
        assert result.status == 1 and "core.safetensors" in result.err and result.err.count("\n") == 1
