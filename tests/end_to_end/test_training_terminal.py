"""`spark train` in a real terminal: a real model learns, a person watches, stops it and goes on another day."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

if sys.platform == "win32":
    pytest.skip("needs a pty", allow_module_level=True)

from tests.end_to_end.terminal import PATIENCE, ROOT, Terminal, environment

RUN = ["core", "--size", "1m", "--data", "toy", "--steps", "50000", "--run", "first", "--no-compile"]
"""More steps than anybody waits for: a run that ends before the screen was read may never show what is looked for."""
QUICK = ["--batch-tokens", "256", "--evaluate-every", "10", "--sample-every", "10"]


@pytest.fixture
def open_run(tmp_path: Path) -> Iterator[Callable[..., Terminal]]:
    opened: list[Terminal] = []

    def opening(*words: str) -> Terminal:
        command = ["-m", "spark_tui", "train", *words]
        opened.append(Terminal(command, 110, 34, SPARK_HOME=str(tmp_path)))
        return opened[-1]

    yield opening
    for terminal in opened:
        terminal.close()


def test_it_learns_before_ones_eyes_and_can_be_resumed(open_run, tmp_path: Path) -> None:
    terminal = open_run(*RUN, *QUICK)
    terminal.until("loading torch and the data")
    screen = terminal.until(lambda text: re.search(r"train \d\.\d{3}", text))
    first = float(re.search(r"train (\d\.\d{3})", screen)[1])
    terminal.until(lambda text: (found := re.search(r"train (\d\.\d{3})", text)) and float(found[1]) < first - 1.0)
    screen = terminal.until(lambda text: re.search(r"(✓ parses|✗ )", text) and "held-out" in text)
    assert "def " in screen and "tok/s" in screen and "run first" in screen and "embed ━" in screen
    for _ in range(4):  # stopped and continued from outside: each key still reaches the app, and leaving does not hang
        os.kill(terminal.child.pid, signal.SIGSTOP)
        time.sleep(0.2)
        os.kill(terminal.child.pid, signal.SIGCONT)
        time.sleep(0.2)
    terminal.screen.reset()
    os.kill(terminal.child.pid, signal.SIGCONT)
    terminal.until(lambda text: "samples ─" in text and "attention ─" in text and "tok/s" in text)
    terminal.child.send("q")
    assert terminal.ended() == 0
    screen = terminal.text()
    step = int(re.search(r"stopped after step (\d+)", screen)[1])
    assert "next: spark train core --run first --resume" in screen
    assert list((tmp_path / "runs/first/checkpoints").glob(f"step-*{step}"))

    again = subprocess.run(
        [sys.executable, "-m", "spark_tui", "train", "core", "--run", "first", "--resume", "--steps", str(step + 2)],
        env=environment(SPARK_HOME=str(tmp_path)), cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE,
    )  # fmt: skip
    assert again.returncode == 0, again.stderr
    assert f"goes on from step {step}" in again.stdout and f"finished after step {step + 2}" in again.stdout


def test_the_run_is_saved_when_the_app_is_killed(open_run, tmp_path: Path) -> None:
    terminal = open_run(*RUN, *QUICK)
    terminal.until("tok/s")
    os.kill(terminal.child.pid, signal.SIGKILL)
    terminal.close()
    checkpoints = tmp_path / "runs/first/checkpoints"
    deadline = time.monotonic() + PATIENCE
    while not list(checkpoints.glob("step-*/model.safetensors")) and time.monotonic() < deadline:
        time.sleep(0.1)
    saved = max(checkpoints.glob("step-*"))
    assert int(saved.name.removeprefix("step-")) >= 1


def test_wrong_data_ends_with_one_sentence_and_its_status(open_run) -> None:
    terminal = open_run("core", "--data", "nowhere.txt", "--steps", "5")
    assert terminal.ended() == 1
    assert "nowhere.txt" in terminal.text() and "Traceback" not in terminal.text()
