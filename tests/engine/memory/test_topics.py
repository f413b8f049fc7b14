"""Which facts a question asks for, in whatever words."""

from __future__ import annotations

import pytest

from engine.memory import Memories
from engine.memory.topics import asked_topics, topic_of
from engine.record import ImportRow, Record
from tests.engine.memory.support import ids, said

KNOWN = [
    topic_of(name)
    for name in (
        "name",
        "dog",
        "editor",
        "system",
        "home",
        "job",
        "deadline",
        "test tool",
        "project",
        "batch size",
        "colleague",
        "entry point",
    )
]


@pytest.mark.parametrize(
    ("question", "topics"),
    [
        ("What is my name?", ["name"]),
        ("who am i", ["name"]),
        ("what am I called?", ["name"]),
        ("what's the name of my dog", ["dog"]),
        ("what is my dog's name?", ["dog"]),
        ("which editor do I use", ["editor"]),
        ("what do I write code in?", ["editor"]),
        ("what's my OS?", ["oper system"]),
        ("which town am I in", ["home"]),
        ("when do we have to be done", ["deadlin"]),
        ("deadline?", ["deadlin"]),
        ("What do we test with?", ["test tool"]),
        ("whats my batch size", ["batch size"]),
        ("what is the capital of France?", []),
        ("how do python programmers usually name their projects and tests", []),
        ("who is there", []),
        ("who am i married to", []),
        ("who am i again", ["name"]),
        ("def name(self):", []),
        ("what is my cat called", []),
        ("where does my sister live?", []),
        ("what does my wife do for a living?", []),
        ("where do I live these days?", ["home"]),
        ("what do I do for a living?", ["job"]),
        ("what am I building at the moment?", ["project"]),
        ("who do i work with", ["colleagu"]),
        ("who works with me", ["colleagu"]),
        ("who works for the bank on the corner", []),
        ("what is the entry point", ["main file"]),
        ("what did I say about the deadline of the paper", []),
        ("tell me the name of the project", ["project"]),
        ("do you know what colour I like?", []),
        ("tell me the size of the batch", ["batch size"]),
        ("what is the name of my dog", ["dog"]),
        ("what is an entry point of a package", []),
    ],
)
def test_topics(question: str, topics: list[str]) -> None:
    assert asked_topics(question, KNOWN) == topics


def test_a_living_is_no_home() -> None:
    assert asked_topics("what do I do for a living?", ["home"]) == []


def test_a_fact_is_found_by_other_words_than_it_was_told_in(memories: Memories, record: Record) -> None:
    told = said(record, "call me Zo")
    for n in range(20):
        said(record, f"what am I to do about number {n}", session=str(n))
    first = memories.recall("who am i").memories[0]
    assert (first.id, first.score > 0.9) == (told.id, True)
    newer = said(record, "my name is Zoe now", session="later")
    offered = ids(memories.recall("who am i").memories)
    assert offered[0] == newer.id
    assert told.id not in offered


def test_a_correction_is_the_newest_statement(memories: Memories, record: Record) -> None:
    old = said(record, "call me Sam")
    new = said(record, "no, it's Samuel")
    said(record, "no, it's not that")
    offered = ids(memories.recall("what should you call me?").memories)
    assert offered[0] == new.id
    assert old.id not in offered
    memories.wait()
    assert record.facts_of(record.items_by_id([new.id])[new.id].number) == [("/name", "Samuel")]


def test_facts_of_others_are_not_ones_own(memories: Memories, record: Record) -> None:
    said(record, "my dog is called Rex")
    memories.wait()
    assert record.topics() == ["dog"]
    assert record.topics("ann") == []
    assert record.newest_facts(["dog"], "ann") == []


def test_a_fact_in_other_words_is_found_among_a_hundred_lines_that_promise_more(
    memories: Memories, record: Record
) -> None:
    told = said(record, "Funas works with me", "Got it: your colleague is Funas.")
    memories.import_rows([ImportRow(f"the name of colleague {n}", f"n{n}", session=str(n)) for n in range(150)])
    memories.wait()
    assert ids(memories.recall("what's the name of my colleague").memories)[0] == told.id
