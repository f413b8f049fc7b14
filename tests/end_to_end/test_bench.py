"""`spark bench startup` in a terminal of its own, with the shipped bundle."""

from __future__ import annotations

import json
import subprocess
import sys


def test_the_first_frame_comes_long_before_the_models() -> None:
    command = [sys.executable, "-m", "spark_tui", "bench", "startup", "--runs", "1", "--json"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=True)
    figures = json.loads(done.stdout)
    assert 0 < figures["first_frame"] < figures["ready"]
    assert figures["all"] == [[figures["first_frame"], figures["ready"]]]
