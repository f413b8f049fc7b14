"""A home survives kill -9 at any moment, and its search index any damage: no acknowledged turn is ever lost."""

from __future__ import annotations

import random
import shutil
import time
from pathlib import Path

import pytest

from engine.memory import Memories
from engine.memory.embedder import Embedder
from engine.record import Record, Turn
from engine.settings import MemorySettings
from tests.end_to_end.kills import cut_the_newest, faults, killed_after, start_writer


def test_kill_9_while_turns_are_added_loses_none_that_was_acknowledged(tmp_path: Path) -> None:
    chance = random.Random(2)
    acknowledged: list[str] = []
    for _ in range(4):
        acknowledged += killed_after(start_writer(tmp_path), chance.uniform(0.05, 0.6))
    assert len(acknowledged) > 10
    assert faults(tmp_path, acknowledged, kills=4) == []


def test_two_sparks_at_once_one_killed(tmp_path: Path) -> None:
    first, second = start_writer(tmp_path), start_writer(tmp_path)
    acknowledged = killed_after(first, 0.4)
    acknowledged += killed_after(second, 0.4)
    assert len(acknowledged) > 2
    assert faults(tmp_path, acknowledged, kills=2) == []


@pytest.mark.parametrize("seed", range(3))
def test_a_kill_and_a_truncated_index_file_at_once(tmp_path: Path, seed: int) -> None:
    acknowledged = killed_after(start_writer(tmp_path), 0.3)
    cut_the_newest(tmp_path, random.Random(seed))
    assert faults(tmp_path, acknowledged, kills=1) == []


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
