"""Who asks for something by its name gets that document, and no others beside it."""

from engine.memory import DOCUMENTS, Memories
from engine.record import Document


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
