"""The JSON that programs rely on: every promised field and its type, from a whole mind of tiny models.

A field may be added at will; one that is missing here, renamed or of another type breaks somebody's script.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.routing.categories import Category, Route
from tests.engine.tiny import tiny_bundle
from tests.spark_tui.calling import Caller

Shape = object
"""A type; a tuple of what is allowed; a set of words; {name: shape}; {None: shape} for any names; [shape] for each."""

PARTS = {"semantic": float, "keyword": float, "recency": float, "importance": float}
FOUND = {"id": str, "text": str, "score": float, "parts": PARTS}
CATEGORIES = {category.value for category in Category}
MEASURED = {"bits_per_byte": float, "tokens": int}

ASK = {
    "turn_id": str, "answer": str, "path": {route.value for route in Route}, "category": CATEGORIES,
    "confidence": float, "probabilities": dict.fromkeys(CATEGORIES, float), "threshold": float, "reason": str,
    "procedure": {"hit": bool, "pattern": (str, None), "similarity": (float, None), "why": str},
    "memories": [FOUND | {"kind": {"turn", "document"}}],
    "tokens": dict.fromkeys(("prompt", "generated", "drafted", "accepted"), int),
    "ms": dict.fromkeys(("assess", "lookup", "recall", "first_token", "total"), float),
    "flops": dict.fromkeys(("fast", "core", "embed", "total", "monolith"), float),
}  # fmt: skip
ROUTE = {name: ASK[name] for name in ("category", "confidence", "probabilities", "path", "reason")} | {"text": str}
FLAG = {"turn_id": str, "flag": ({"important", "wrong"}, None), "learned": [str]}
IMPORT = {"imported": int, "skipped": int, "seconds": float}
SEARCH = {"query": str, "ms": float, "results": [FOUND]}
JUDGE = {"a": str, "b": str, "hit": bool, "similarity": float, "why": str}
EVAL = {"files": int, "bytes": int, "core": MEASURED, "fast": MEASURED}
TRAIN = {
    "started": {"config": dict, "parameters": int, "data": [dict]},
    "step": {"step": int, "loss": float, "tokens": int, "tokens_per_s": float, "lr": float, "grad_norm": float},
    "evaluated": {"bits_per_byte": float},
    "sample": {"prompt": str, "text": str, "parses": bool},
    "observed": {"observer": str, "figures": {None: float}},
    "saved": {"path": str},
    "ended": {"reason": {"finished", "stopped", "failed"}, "seconds": float},
}  # fmt: skip
BENCH_TRAIN = {"contestants": {None: {"tokens_per_s": float, "spark_is_faster": float}}}
BENCH_RECALL = {"sizes": [{"rows": int, "contestants": {None: {"p50": float, "p95": float, "found": float}}}]}


def broken(promise: Shape, told: object, where: str = "") -> list[str]:
    """What of a promise is not kept, by its place."""
    match promise:
        case None:
            kept = told is None
        case tuple():
            return [] if any(not broken(one, told) for one in promise) else [f"{where}: {told!r}"]
        case set():
            kept = told in promise
        case list():
            if not isinstance(told, list):
                return [f"{where}: {told!r}"]
            return [fault for number, one in enumerate(told) for fault in broken(promise[0], one, f"{where}[{number}]")]
        case dict():
            if not isinstance(told, dict):
                return [f"{where}: {told!r}"]
            named = dict.fromkeys(told, promise[None]) if None in promise else promise
            missing = [f"{where}.{name} is missing" for name in named if name not in told]
            kept_ones = [(name, one) for name, one in named.items() if name in told]
            return missing + [fault for name, one in kept_ones for fault in broken(one, told[name], f"{where}.{name}")]
        case _:
            kept = type(told) in ((int, float) if promise is float else (promise,))
    return [] if kept else [f"{where}: {told!r}"]


@pytest.fixture
def whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands wake a tiny mind that takes everything for an explanation."""
    folder = tiny_bundle(tmp_path / "bundle", Category.EXPLAIN)
    monkeypatch.setattr("engine.bundle.asset", lambda *parts: folder)


def lines(path: Path, *rows: object) -> str:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return str(path)


@pytest.mark.usefixtures("whole")
def test_turns_and_memory(call: Caller, tmp_path: Path) -> None:
    rows = lines(tmp_path / "rows.jsonl", {"text": "os.path.join joins paths.", "when": "2025-03-01T10:00Z"}, {"no": 1})
    assert broken(IMPORT, call("memory", "import", "--json", rows).row) == []
    searched = call("memory", "search", "--json", "-k", "1", stdin=b"joining\npaths\n").rows
    assert len(searched) == 2 and all(row["results"] for row in searched)
    assert broken([SEARCH], searched) == []

    options = ("--seed", "1", "--max-tokens", "8", "--threshold", "0.5", "--session", "tea")
    told = call("ask", "--json", *options, "what does os.path.join do?").row
    assert broken(ASK, told) == [] and told["memories"] and told["path"] == "core"
    fast = call("ask", "--json", "--max-tokens", "2", "--path", "fast", "--no-memory", "--no-cache", "def f():").row
    assert broken(ASK, fast) == [] and fast["path"] == "fast"
    for words in (("wrong",), ("wrong", "--clear"), ("important",)):
        assert broken(FLAG, call("flag", "--json", str(told["turn_id"]), *words).row) == []


@pytest.mark.usefixtures("whole")
def test_what_changes_nothing(call: Caller, tmp_path: Path) -> None:
    assert broken([ROUTE], call("route", "--json", stdin=b"one\\ntwo\nthree\n").rows) == []
    pairs = [{"a": "how do I sort a list?", "b": b} for b in ("How do i sort a list", "zebra", "")]
    judged = call("cache", "judge", "--json", lines(tmp_path / "pairs.jsonl", *pairs)).rows
    assert [row["hit"] for row in judged[:2]] == [True, False] and broken([JUDGE], judged) == []
    text = lines(tmp_path / "text.jsonl", {"text": "x = 1"}, {"text": "y = 2"})
    assert broken(EVAL, call("eval", "--json", text).row) == []


def test_a_training_run(call: Caller, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("train.__main__._obey_signals", lambda run: None)  # ctrl+c stays that of the tests
    text = tmp_path / "text.py"
    text.write_text("def add(a, b):\n    return a + b\n\n\n" * 300, encoding="utf-8")
    words = ["--size", "1m", "--context", "32", "--batch-tokens", "64", "--no-compile", "--data", str(text)]
    rows = call("train", "core", "--json", "--steps", "2", *words, "--heldout", str(text), "--prompt", "def").rows
    assert {str(row["event"]) for row in rows} >= TRAIN.keys()
    for row in rows:
        assert broken(TRAIN[str(row["event"])], row) == [], row["event"]
    from train.events import Clicked, to_json

    assert json.loads(to_json(Clicked(3, "brackets match", 0.6))) == {
        "event": "clicked", "step": 3, "what": "brackets match", "rate": 0.6,
    }  # fmt: skip


def test_benchmarks_beside_their_peers(call: Caller) -> None:
    small = ("--size", "1m", "--batch-tokens", "64", "--context", "16", "--rounds", "1", "--no-compile")
    trained = call("bench", "train", "--json", *small).row
    assert broken(BENCH_TRAIN, trained) == [] and len(trained["contestants"]) == 3  # type: ignore[arg-type]
    assert broken(BENCH_RECALL, call("bench", "recall", "--json", "--sizes", "100", "--queries", "5").row) == []
