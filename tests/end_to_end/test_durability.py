"""A home survives kill -9 at any moment, and its search index any damage: no acknowledged turn is ever lost."""

from __future__ import annotations

import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from engine.memory import Memories
from engine.memory.embedder import Embedder
from engine.record import Record, Turn
from engine.settings import MemorySettings
from tests.engine.memory.support import WordEmbedder

ROOT = Path(__file__).parents[2]

# Adds turns as fast as it can and says each one's id once it is acknowledged.
WRITER = """
import sys, time
from pathlib import Path
from engine.memory import Memories
from engine.record import Record, Turn, new_id
from engine.settings import MemorySettings
from tests.engine.memory.support import WordEmbedder

home = Path(sys.argv[1])
record = Record(home / "spark.db")
memories = Memories.open(record, home / "memory.lance", WordEmbedder(), MemorySettings())
print("ready", flush=True)
used = []
while True:
    turn = Turn(new_id(), "default", time.time(), "walnut " + new_id() + " text" * 500, "answer " * 200)
    record.add_turn(turn, '{"flops": {"total": 1.0}}', used)
    print(turn.id, flush=True)
    memories.remember(turn)
    used = [turn.id]
"""


def start_writer(home: Path) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, "-c", WRITER, str(home)], stdout=subprocess.PIPE, text=True, cwd=ROOT)


def killed_after(writer: subprocess.Popen[str], seconds: float) -> list[str]:
    """Let it write for so long, kill it without warning, and return what it had acknowledged."""
    assert writer.stdout is not None
    assert writer.stdout.readline() == "ready\n"
    time.sleep(seconds)
    writer.send_signal(signal.SIGKILL)
    said = writer.stdout.read()
    writer.wait()
    return [line for line in said.split("\n")[:-1] if line]


def opened(home: Path) -> tuple[Record, Memories]:
    record = Record(home / "spark.db")
    return record, Memories.open(record, home / "memory.lance", WordEmbedder(), MemorySettings())


def test_kill_9_while_turns_are_added_loses_none_that_was_acknowledged(tmp_path: Path) -> None:
    chance = random.Random(2)
    acknowledged: list[str] = []
    for _ in range(4):
        acknowledged += killed_after(start_writer(tmp_path), chance.uniform(0.05, 0.6))
    assert len(acknowledged) > 10
    record, memories = opened(tmp_path)
    missing = [turn_id for turn_id in acknowledged if record.turn(turn_id) is None]
    assert missing == []
    assert all(record.decision(turn_id) is not None for turn_id in acknowledged)
    # Each whole or not at all, and at most the one that was being written when the lights went out came on top.
    turns = record.turns(limit=100_000)
    assert all(turn.answer == "answer " * 200 for turn in turns)
    assert len(acknowledged) <= len(turns) <= len(acknowledged) + 4
    memories.wait()
    found = {memory.id for memory in memories.search("walnut", k=1000)}
    assert found == {turn.id for turn in turns[-1000:]} or len(found) == 1000
    memories.close()
    record.close()


def test_two_sparks_at_once_one_killed(tmp_path: Path) -> None:
    first, second = start_writer(tmp_path), start_writer(tmp_path)
    acknowledged = killed_after(first, 0.4)
    acknowledged += killed_after(second, 0.4)
    record, memories = opened(tmp_path)
    assert [turn_id for turn_id in acknowledged if record.turn(turn_id) is None] == []
    memories.wait()
    assert memories.stats().turns >= len(acknowledged) > 2
    memories.close()
    record.close()


@pytest.mark.parametrize("seed", range(3))
def test_a_kill_and_a_truncated_index_file_at_once(tmp_path: Path, seed: int) -> None:
    acknowledged = killed_after(start_writer(tmp_path), 0.3)
    chance = random.Random(seed)
    files = sorted(path for path in (tmp_path / "memory.lance").rglob("*") if path.is_file())
    newest = max(files, key=lambda path: path.stat().st_mtime_ns)
    for path in {newest, chance.choice(files)}:
        path.write_bytes(path.read_bytes()[: chance.randrange(path.stat().st_size + 1) // 2])
    record, memories = opened(tmp_path)
    memories.wait()
    assert memories.stats().turns >= len(acknowledged)
    wanted = record.turn(acknowledged[0])
    assert wanted is not None
    (memory,) = memories.search(wanted.text[:20], k=1, ranking="keyword")
    assert memory.id == wanted.id
    memories.close()
    record.close()


def test_with_the_real_embedder_a_fact_survives_the_loss_of_the_whole_index(tmp_path: Path) -> None:
    embedder = Embedder.load()
    record = Record(tmp_path / "spark.db")
    record.add_turn(Turn("zoe", "default", time.time(), "my name is Zoe", "Nice to meet you, Zoe."))
    memories = Memories.open(record, tmp_path / "memory.lance", embedder, MemorySettings())
    assert [m.id for m in memories.recall("what is my name?").memories] == ["zoe"]
    memories.close()
    shutil.rmtree(tmp_path / "memory.lance")
    memories = Memories.open(record, tmp_path / "memory.lance", embedder, MemorySettings())
    assert [m.id for m in memories.recall("what is my name?").memories] == ["zoe"]
    memories.close()
    record.close()
