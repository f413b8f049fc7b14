"""`spark` as a shell meets it: pipes that close, interrupts, full disks, terminals that are none."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
import time
from pathlib import Path

import pexpect
import pytest

ROOT = Path(__file__).resolve().parents[2]
SPARK = [sys.executable, "-m", "spark_tui"]


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    return {**os.environ, "SPARK_HOME": str(tmp_path / "home"), "PYTHONPATH": str(ROOT), "TERM": "xterm"}


def shell(line: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run a line of bash in which `$SPARK` is the command; a pipe's status is that of its first part."""
    script = f"set -o pipefail; SPARK='{' '.join(SPARK)}'; {line}"
    return subprocess.run(
        ["bash", "-c", script], env=environment, capture_output=True, text=True, timeout=120, stdin=subprocess.DEVNULL
    )


@pytest.mark.parametrize(
    ("line", "status", "says"),
    [
        ("$SPARK < /dev/null", 2, "needs a terminal"),
        ("$SPARK <&-", 2, "needs a terminal"),
        ("$SPARK ask - <&-", 2, "no standard input"),
        ("$SPARK config show > /dev/full", 1, "cannot be written"),
        ("LC_ALL=C PYTHONUTF8=0 PYTHONIOENCODING=ascii $SPARK config path --home /tmp/é", 0, ""),
        ("$SPARK config show | true", 1, ""),  # the reader is gone before anything is written
        ("$SPARK config show | cat", 0, ""),
        ("$SPARK config show >&-", 0, ""),
        ("$SPARK nonsense 2>&-", 2, ""),
    ],
)
def test_odd_streams(line: str, status: int, says: str, environment: dict[str, str]) -> None:
    run = shell(line, environment)
    assert run.returncode == status, run.stderr
    assert says in run.stderr
    assert run.stderr.count("\n") == (1 if says else 0), "one sentence, or nothing"


def test_ctrl_c_is_quiet(environment: dict[str, str]) -> None:
    """While a command waits for its next line: status 130 and not a word."""
    process = subprocess.Popen(
        [*SPARK, "route"],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        # A shell's background job ignores SIGINT and hands that down: the tests may run in one.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    _wait_until_it_reads(process.pid)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out, err) == (130, b"", b"")


def test_a_terminal_for_input_alone_is_not_enough(environment: dict[str, str]) -> None:
    """`spark > file` typed on a terminal: no chat into the file, and no waiting for text that nobody was asked for."""
    controller, terminal = pty.openpty()
    try:
        run = subprocess.run(SPARK, env=environment, stdin=terminal, capture_output=True, text=True, timeout=60)
    finally:
        os.close(controller)
        os.close(terminal)
    assert (run.returncode, run.stdout) == (2, "")
    assert "needs a terminal" in run.stderr and run.stderr.count("\n") == 1


def _wait_until_it_reads(pid: int, patience: float = 60.0) -> None:
    """Until the process sleeps in a read of its stdin (Linux says so in /proc), or a while elsewhere."""
    deadline = time.monotonic() + patience
    where = Path(f"/proc/{pid}/syscall")
    while time.monotonic() < deadline:
        try:
            if where.read_text().split()[:2] == ["0", "0x0"]:  # read(0, ...)
                return
        except OSError:
            time.sleep(5)
            return
        time.sleep(0.05)
    raise AssertionError("the command never read its input")


def test_bare_spark_on_a_terminal_is_the_chat(environment: dict[str, str]) -> None:
    child = pexpect.spawn(SPARK[0], SPARK[1:], env=environment, dimensions=(30, 110), timeout=60)
    try:
        child.expect("ask, or / for commands")
        child.sendcontrol("q")
        child.expect(pexpect.EOF)
        child.wait()
        assert child.exitstatus == 0
    finally:
        child.close(force=True)
