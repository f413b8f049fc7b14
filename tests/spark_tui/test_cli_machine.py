"""`spark eval`, `check`, `config`, `models`, `route` and `--home`, with tiny models on disk."""

from __future__ import annotations

import functools
from pathlib import Path

import pytest

from engine.models.config import SIZES
from engine.observation.machine import has_kernels
from engine.routing.categories import Category
from engine.settings import Home
from tests.engine.tiny import tiny_bundle
from tests.spark_tui.calling import Caller
from train.measured import operations_per_second


@pytest.fixture
def tiny(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Commands find a tiny bundle in place of the shipped one."""
    folder = tiny_bundle(tmp_path / "bundle", Category.DEBUG)
    monkeypatch.setattr("engine.bundle.asset", lambda *parts: folder)
    return folder


def test_eval_measures_both_models_on_all_texts(call: Caller, tiny: Path, tmp_path: Path) -> None:
    plain = tmp_path / "a.py"
    plain.write_text("import os\n" * 40, encoding="utf-8")
    rows = tmp_path / "b.jsonl"
    rows.write_text('{"text": "x = 1"}\n\n{"other": 2}\n{"text": "é"}\n', encoding="utf-8")
    result = call("eval", "--json", str(plain), str(rows))
    row = result.row
    assert (row["files"], row["bytes"]) == (2, 400 + 5 + 2)
    for part in ("core", "fast"):
        figures = row[part]
        assert isinstance(figures, dict) and figures["bits_per_byte"] > 0 and 0 < figures["tokens"] <= 407
    assert "1 of 3 rows" in result.err
    assert call("eval", str(plain)).out.count("bits per byte") == 2


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("missing", None, "cannot be read"),
        ("empty.txt", b"", "is empty"),
        ("empty.jsonl", b"\n", "is empty"),
        ("binary", b"\x7fELF\0\0", "not a text file"),
        ("latin.txt", b"caf\xe9", "not UTF-8"),
        ("broken.jsonl", b'{"text": "a"}\n{oops\n', "line 2 is not JSON"),
    ],
)
def test_files_that_cannot_be_measured_are_named(
    call: Caller, tmp_path: Path, name: str, content: bytes | None, says: str
) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    result = call("eval", str(path))
    assert (result.status, result.out) == (1, "")
    assert says in result.err and str(path) in result.err and result.err.count("\n") == 1


def test_route_says_where_each_query_would_go(call: Caller, tiny: Path) -> None:
    result = call("route", "--json", stdin=b"why does it fail?\n\nTraceback:\\n  File x\n")
    assert [row["text"] for row in result.rows] == ["why does it fail?", "Traceback:\n  File x"]
    for row in result.rows:
        assert {"text", "category", "confidence", "probabilities", "path", "reason"} <= set(row)
        assert (row["category"], row["path"]) == ("debug", "core")
    unsure = call("route", "--json", "--threshold", "1.0", "one", "two").rows
    assert [row["text"] for row in unsure] == ["one", "two"] and "unsure" in str(unsure[0]["reason"])
    assert call("route", "why").out.split()[:2] == ["core", "debug"]
    assert call("route").status == 0, "an empty pipe is no query"


def test_route_and_eval_leave_no_trace(call: Caller, tiny: Path, tmp_path: Path) -> None:
    call("route", "hello")
    assert not (tmp_path / "home").exists()


def test_check_tells_what_fits_and_what_to_type(call: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    short = functools.partial(operations_per_second, rounds=1, tokens=64)
    monkeypatch.setattr("train.measured.operations_per_second", short)
    row = call("check", "--json", "--tokens", "1000", "--no-compile").row
    speeds = row["operations_per_second"]
    assert isinstance(speeds, dict) and all(speed > 1e8 for speed in speeds.values())
    sizes = row["sizes"]
    assert isinstance(sizes, list) and [size["size"] for size in sizes] == list(SIZES)
    for size in sizes:
        parts = size["weights"] + size["gradients"] + size["optimizer"]
        assert parts < size["total"] and size["weights"] == 4 * size["parameters"]
        assert size["here"] is None or size["here"] >= 1
        assert size["hours"] > 0 and (size["lean_on_16gb"] or 99) <= (size["on_16gb"] or 99)
    assert str(row["next"]).startswith(("spark ", "free "))
    machine = row["machine"]
    assert isinstance(machine, dict) and machine["cores"] >= 1 and machine["memory"] > 0
    text = call("check", "--no-measure").out
    assert "16 GB card" in text and "Next: " in text and "300m" in text
    wrong = call("check", "--memory-of", "7q")
    assert wrong.status == 2 and "7q" in wrong.err and wrong.err.count("\n") == 1


def test_kernels_for_a_card() -> None:
    build = ["sm_75", "sm_80", "sm_86", "sm_90", "sm_90a"]
    assert has_kernels((9, 0), build) and has_kernels((8, 9), build) and has_kernels((8, 0), build)
    assert not has_kernels((6, 0), build) and not has_kernels((10, 0), build) and not has_kernels((9, 0), [])
    assert has_kernels((6, 0), ["sm_60"]) and has_kernels((6, 1), ["sm_60"]) and not has_kernels((6, 0), ["sm_61"])
    assert has_kernels((12, 0), ["sm_80", "compute_90"]) and not has_kernels((12, 0), ["compute_90a", "odd"])


def test_config_says_where_each_value_comes_from(call: Caller, tmp_path: Path) -> None:
    place = call("config", "path").out.strip()
    assert place == str(Home.find().config)
    Path(place).parent.mkdir(parents=True)
    Path(place).write_text("[routing]\nthreshold = 0.6\n", encoding="utf-8")
    settings = call("config", "show", "--json").row["settings"]
    assert isinstance(settings, dict)
    assert settings["routing.threshold"] == {"value": 0.6, "default": 0.8, "source": "config.toml"}
    assert settings["memory.recall"]["source"] == "default"
    assert "config.toml (default 0.8)" in call("config", "show").out
    Path(place).write_text("[routing]\nthreshold = 7\n", encoding="utf-8")
    for command in (("config", "show"), ("route", "x"), ("cache", "list")):
        result = call(*command)
        assert result.status == 1 and "routing.threshold" in result.err and result.err.count("\n") == 1


def test_home_can_stand_before_or_after_the_command(call: Caller, tmp_path: Path) -> None:
    other = tmp_path / "other"
    for words in (("config", "path", "--home", str(other)), ("--home", str(other), "config", "path")):
        assert call(*words).out == f"{other / 'config.toml'}\n"


def test_models_are_listed_without_loading_them(call: Caller, tiny: Path) -> None:
    row = call("models", "list", "--json").row
    assert row["name"] == "default" and row["in_use"] is True
    parts = row["parts"]
    assert isinstance(parts, dict) and set(parts) == {"core", "fast"}
    assert parts["core"]["bytes"] == (tiny / "core.safetensors").stat().st_size
    assert parts["core"]["parameters"] > parts["fast"]["parameters"] > 0
    (tiny / "core.safetensors").write_bytes(b"half")
    broken = call("models", "list", "--json")
    assert set(broken.row["parts"]) == {"fast"} and "damaged" in broken.err  # type: ignore[call-overload]


def test_every_command_has_help_with_an_example(call: Caller) -> None:
    groups = {"memory": ["search", "import", "list", "stats"], "cache": ["judge", "list", "stats"],
              "config": ["show", "path", "set"], "models": ["list"]}  # fmt: skip
    commands = [[name] for name in ("ask", "route", "flag", "learn", "eval", "check")]
    commands += [[group, name] for group, names in groups.items() for name in names]
    for words in commands:
        result = call(*words, "--help")
        assert result.status == 0 and f"spark {' '.join(words)}" in result.out and "Example" in result.out
        assert "--home" in result.out
    assert "spark train core --size 1m --data toy" in call("train", "--help").out
    assert call("train").status == 2
    assert call("memory").status == 2
    assert call("--version").status == 0


def test_config_set_keeps_all_else_and_says_what_is_wrong(call: Caller) -> None:
    file = Home.find().config
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text('# mine\n[keys]\n"chat.important" = "f8"\n\n[routing] # how\nthreshold = 0.6  # low\n\n# the end\n')
    for name, value in (("routing.threshold", "auto"), ("routing.max_error", "0.02"), ("memory.uri", "s3://b/p")):
        assert call("config", "set", name, value).status == 0
    assert file.read_text() == (
        '# mine\n[keys]\n"chat.important" = "f8"\n\n[routing] # how\nthreshold = "auto"  # low\nmax_error = 0.02\n\n'
        '# the end\n\n[memory]\nuri = "s3://b/p"\n'
    )
    before = file.read_text()
    for name, value, says in (
        ("routing.threshold", "7", 'a number from 0.0 to 1.0 or "auto"'),
        ("generation.tries", "2.5", "a whole number from 0 to 10"),
        ("nonsense", "1", "unknown setting nonsense; `spark config show` lists them"),
    ):
        answer = call("config", "set", name, value)
        assert answer.status == 2 and says in answer.err and answer.err.count("\n") == 1
    assert file.read_text() == before
    file.write_text("routing = { threshold = 0.6 }  # a table in one line\n")
    answer = call("config", "set", "routing.threshold", "0.7")
    assert answer.status == 1 and "only a person can change" in answer.err
