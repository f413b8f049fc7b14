"""`spark lab`: a list without torch, and each experiment runs, measures, and ends with a question for the journal."""

from __future__ import annotations

import math
import subprocess
import sys

import pytest

from spark_tui.commands.lab import question, source
from tests.spark_tui.calling import Caller
from train.lab import NAMES, experiment


def test_the_list_names_every_experiment_and_its_question(call: Caller) -> None:
    rows = call("lab", "--json").rows
    assert [row["name"] for row in rows] == list(NAMES)
    assert all(str(row["question"]).endswith("?") for row in rows)
    out = call("lab").out
    assert all(name in out for name in NAMES) and "Run one: spark lab" in out
    code = "import sys; from spark_tui.commands.lab import lab; lab(None); print('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.endswith("False\n")


def test_no_such_experiment_is_one_sentence(call: Caller) -> None:
    result = call("lab", "cold_fusion")
    assert result.status == 2 and "cold_fusion" in result.err and result.err.count("\n") == 1


@pytest.mark.parametrize("name", NAMES)
def test_each_begins_with_its_command_and_question_and_ends_with_one_for_the_journal(name: str) -> None:
    text = source(name).read_text(encoding="utf-8")
    assert text.startswith(f'"""spark lab {name}\n')
    assert question(name) in " ".join(text.split('"""')[1].split()) or question(name).endswith("?")
    assert text.count("\n") < 130 and "Measured: " in text and "For the journal: " in text


def short(name: str, **arguments: object) -> tuple[dict[str, object], list[str]]:
    said: list[str] = []
    module = experiment(name)
    return module.run(said.append, **arguments), said


def test_attention_by_hand_adds_up() -> None:
    figures, said = short("attention_by_hand")
    assert figures["looks_at"] == {"cat": "sat", "sat": "cat", "mat": "sat"}
    assert all(math.isclose(sum(row), 1) for row in figures["weights"])  # type: ignore[union-attr]
    assert said[-1].startswith("For the journal") and said[-2].startswith("Measured")


def test_accumulated_pieces_are_the_whole_and_the_usual_mistake_is_four_times_as_long() -> None:
    figures, _ = short("accumulation", steps=3)
    assert figures["divided by the pieces"] < 1e-5  # type: ignore[operator]
    assert figures["not divided"] == pytest.approx(3.0, abs=0.01)  # 4 × as long: off by 3
    assert figures["apart"] < 1e-3  # type: ignore[operator]


@pytest.mark.parametrize(
    ("name", "arguments"),
    [("ablate", {"steps": 2}), ("heads", {"steps": 8}), ("first_token", {"steps": 2}), ("fp16_or_bf16", {"steps": 2}),
     ("scale", {"budgets": (2e9,)}), ("tiny_attention", {})],
)  # fmt: skip
def test_each_runs_and_measures(name: str, arguments: dict[str, object], monkeypatch: pytest.MonkeyPatch) -> None:
    if name == "tiny_attention":
        monkeypatch.setattr("train.lab.tiny_attention.STEPS", 5)
    figures, said = short(name, **arguments)
    assert figures
    assert any("Measured: " in line for line in said)
    assert any(line.startswith("For the journal: ") for line in said[-3:])
