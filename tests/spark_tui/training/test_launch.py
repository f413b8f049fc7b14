"""`spark train` away from a terminal: help, wrong words, plain lines, JSON."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from spark_tui.training import launch as launching
from spark_tui.training.launch import launch

ROOT = Path(__file__).parents[3]


def test_help_needs_no_torch_and_speaks_of_spark_train() -> None:
    code = (
        "import sys; from spark_tui.training.launch import launch; status = launch(['--help'])\n"
        "heavy = {'torch', 'numpy', 'textual', 'tokenizers'} & set(sys.modules)\n"
        "sys.exit(f'{status} {heavy}' if status or heavy else 0)"
    )
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert run.returncode == 0, run.stderr
    assert "spark train core --size 1m --data toy" in run.stdout and "python -m train" not in run.stdout


def test_the_app_imports_nothing_heavy() -> None:
    code = (
        "import sys, spark_tui.training.app, spark_tui.training.launch\n"
        "print(*{'torch', 'numpy', 'tokenizers', 'safetensors'} & set(sys.modules))"
    )
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert (run.returncode, run.stdout.strip()) == (0, "")


@pytest.mark.parametrize("words", [["moon"], ["core", "--bogus"], ["core", "--steps", "x"], []])
def test_wrong_words_end_with_status_2(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert launch(words) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1 and said.endswith(" Try: spark train --help\n")


@pytest.mark.parametrize(
    ("words", "terminal", "wanted"),
    [
        (["core", "--steps", "5"], False, ["core", "--steps", "5"]),
        (["core", "--plain", "--steps", "5"], True, ["core", "--steps", "5"]),
        (["core", "--pl"], True, ["core"]),
        (["core", "--json"], True, ["core", "--json"]),
        (["router"], True, ["router"]),
        (["core", "--steps", "5"], True, None),
    ],
)
def test_who_trains(words, terminal, wanted, monkeypatch: pytest.MonkeyPatch) -> None:
    """Plain lines without a terminal, when asked, and for the router; else the app."""
    called: list[list[str]] = []

    def plain(argv: list[str]) -> int:
        called.append(argv)
        return 7

    monkeypatch.setattr("train.__main__.main", plain)
    monkeypatch.setattr(launching, "_terminal", lambda: terminal)
    monkeypatch.setattr(launching, "_live", lambda words, args: 8)
    assert launch(words) == (8 if wanted is None else 7)
    assert called == ([] if wanted is None else [wanted])
