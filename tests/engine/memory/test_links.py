"""The neighbourhood of a memory, one step along its links, and forgetting for good."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from engine.errors import SparkError
from engine.events import Flag
from engine.memory import Memories
from engine.record import Record, Turn
from tests.engine.memory.support import Open, ids, said


def test_where_one_can_go_from_a_memory(memories: Memories, record: Record) -> None:
    first = said(record, "walnut boats float")
    wrong = said(record, "my name is Zo")
    right = said(record, "my name is Zoe, not Zo")
    far = said(record, "walnut boats float too", session="other")
    record.set_flag(wrong.id, Flag.WRONG)
    record.add_turn(Turn("reader", "other", time.time(), "what?"), used=[first.id, right.id])
    memories.wait()

    def relations(item_id: str) -> dict[str, str]:
        return {link.item.id: link.relation for link in memories.neighbourhood(item_id).links}

    assert relations(first.id) == {wrong.id: "after", "reader": "read by", right.id: "read together", far.id: "near"}
    around = memories.neighbourhood(right.id)
    assert around.links[0].relation == "corrects"
    assert around.links[0].item.id == wrong.id
    assert around.importance.correction == 0.5
    assert around.importance.referred == pytest.approx(1 / 3)
    assert around.facts == (("name", "Zoe"),)
    assert relations("reader")[first.id] == "read"
    with pytest.raises(SparkError, match="nothing-here"):
        memories.neighbourhood("nothing-here")


def test_what_was_read_together_is_a_candidate(memories: Memories, record: Record) -> None:
    fact = said(record, "quince", session="a")
    beside = said(record, "olive", session="b")
    for n in range(120):
        said(record, f"quince quince {n}", session=f"s{n}")
    assert beside.id not in ids(memories.search("quince", k=50, ranking="keyword"))
    record.add_turn(Turn("reader", "c", time.time(), "?"), used=[fact.id, beside.id])
    record.add_turn(Turn("again", "d", time.time(), "?"), used=[f.id for f in record.turns("s119")] + [beside.id])
    assert beside.id in ids(memories.search("quince", k=200))


def test_nothing_of_what_is_forgotten_is_left_in_any_file(open_memories: Open, record: Record, tmp_path: Path) -> None:
    memories = open_memories()
    keep = [said(record, f"common words {n}", session=str(n)) for n in range(3)]
    memories.wait()
    secret = said(record, "xylophone password", "xylophone it is")
    memories.wait()
    assert ids(memories.search("xylophone password", k=1)) == [secret.id]
    left = said(record, "more common words")
    memories.wait()
    gone = memories.forget([secret.id, "unknown"])
    assert len(gone.numbers) == 1
    assert set(ids(memories.search("xylophone password", k=9))) == {left.id, *(turn.id for turn in keep)}
    assert ids(memories.search("xylophon", ranking="keyword")) == []
    assert memories.recall("xylophone").stored == 4
    for path in tmp_path.rglob("*"):
        if path.is_file():
            assert b"xylophon" not in path.read_bytes(), path
    memories.close()
    again = open_memories()
    assert len(again.search("words", k=9)) == 4


def test_what_one_spark_forgets_the_other_does_not_find(open_memories: Open, record: Record) -> None:
    one, other = open_memories(), open_memories()
    turn, kept = said(record, "a rare quince"), said(record, "an apple", session="b")
    assert ids(other.search("quince", k=1)) == [turn.id]
    one.wait()
    one.forget([turn.id])
    assert ids(other.search("quince", k=5)) == [kept.id]
    later = said(record, "a pear", session="c")
    assert set(ids(other.search("quince", k=5))) == {kept.id, later.id}
    assert other.recall("pear").stored == 2
