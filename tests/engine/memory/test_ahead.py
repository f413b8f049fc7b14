"""What is likely read next is there before it is asked for, as it is now and not as it was."""

from __future__ import annotations

import time

import pytest

from engine.events import Flag
from engine.memory import Memories
from engine.memory.search import Search
from engine.record import Document, Record, Turn
from tests.engine.memory.support import said


def prepared(memories: Memories, turn: Turn) -> None:
    """Remember a turn, and wait until what may follow it has been fetched."""
    memories.remember(turn)
    memories._behind.submit(lambda: None).result()  # it works in order


def test_what_the_turn_was_about_is_there_for_the_next(memories: Memories, record: Record) -> None:
    memories.add_documents([Document("doc:walnut", "walnut", "walnut: a nut that grows on trees")])
    told = said(record, "we eat walnut cake", "Enjoy the cake.")
    memories.wait()
    assert memories.recall("walnut nut trees").ahead == 0
    prepared(memories, told)
    recalled = memories.recall("walnut nut trees")
    assert recalled.memories[0].text == "walnut: a nut that grows on trees"
    assert recalled.ahead == len(recalled.memories) > 0


def test_what_was_read_is_there_and_its_flag_is_new(memories: Memories, record: Record) -> None:
    read = said(record, "a quince tree in the garden")
    turn = Turn("asked", "default", time.time(), "what else", "nothing")
    record.add_turn(turn, used=[read.id])
    prepared(memories, turn)
    record.set_flag(read.id, Flag.IMPORTANT)
    recalled = memories.recall("quince tree garden")
    assert recalled.ahead == 1
    assert recalled.memories[0].flag is Flag.IMPORTANT


def test_what_was_fetched_is_forgotten_with_the_rest(memories: Memories, record: Record) -> None:
    turn = said(record, "a quince tree")
    prepared(memories, turn)
    memories.forget([turn.id])
    assert memories._ahead._fetched == {}
    assert memories.recall("quince tree").memories == ()


def test_a_guess_that_fails_fails_nothing(memories: Memories, record: Record, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("no")

    told = said(record, "a quince tree")
    memories.wait()
    monkeypatch.setattr(Search, "ranked", broken)
    prepared(memories, told)
    monkeypatch.undo()
    assert len(memories.recall("quince tree").memories) == 1
    prepared(memories, said(record, "an apple tree"))
    assert len(memories.recall("apple tree").memories) > 0
