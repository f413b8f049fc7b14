"""Who asks for something by its name gets that document alone; documents leave room for what was said."""

import pytest

import engine.memory.search as search_module
from engine.memory import DOCUMENTS, Memories
from engine.record import Document, Record
from tests.engine.memory.support import said


def test_a_named_document_stands_alone(memories: Memories) -> None:
    memories.add_documents(
        [
            Document("doc:os.path.join", "os.path.join", "os.path.join(a, *p): Join path components with separators."),
            Document("doc:os.path.split", "os.path.split", "os.path.split(p): Split path components with separators."),
            Document("note:paths", "Join paths", "Join paths: os.path join path components with separators nicely."),
        ]
    )
    named = memories.recall("what does os.path.join do", kinds=DOCUMENTS)
    assert [memory.id for memory in named.memories] == ["doc:os.path.join"]
    unnamed = memories.recall("join path components with separators", kinds=DOCUMENTS)
    assert len(unnamed.memories) == 2


def test_documents_leave_a_place_for_what_was_said(memories: Memories, record: Record) -> None:
    names = ("set", "get", "show")
    documents = [Document(f"doc:{n}", f"{n}_name", f"{n}_name(name): the name of a name {n}") for n in names]
    memories.add_documents(documents)
    told = said(record, "the name of the project is Tides", "Got it.").id
    memories.wait()
    recalled = memories.recall("name of the project name")
    assert told in [memory.id for memory in recalled.memories]
    assert len(recalled.memories) == 2


def test_a_hundred_documents_do_not_hide_a_line(
    memories: Memories, record: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search_module, "_CLOSELY", 20)  # fewer than the documents that are found
    memories.add_documents(
        [Document(f"doc:{n}", f"cat{n}", f"cat{n}: what a cat is called in place {n}") for n in range(150)]
    )
    told = said(record, "My cat is called Zanul.", "Got it: your cat is called Zanul.").id
    memories.wait()
    recalled = memories.recall("what is my cat called")
    assert told in [memory.id for memory in recalled.memories]
