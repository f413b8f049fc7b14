"""Who asks for something by its name gets that document alone; documents leave room for what was said, and what Spark
says of itself gives way to it."""

import pytest

import engine.memory.search as search_module
from engine.memory import DOCUMENTS, Memories
from engine.memory.offering import may_be_another, offered
from engine.memory.recall import Match, Ranked
from engine.record import Document, Item, Record
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


def test_a_name_that_no_document_has_is_not_answered_from_its_neighbours(memories: Memories) -> None:
    text = "What is pathlib\nIt joins paths, so it reads better than os.path."
    memories.add_documents([Document("note:pathlib", "What is pathlib", text)])
    assert not memories.recall("what does os.path.join do?").memories
    assert not memories.recall("and what does it return? `os.path.join`").memories
    assert memories.recall("how do pathlib and os.path.join differ for paths?").memories
    memories.add_documents([Document("note:join", "Paths", "Paths\nCall os.path.join, or a slash of pathlib.")])
    assert [memory.id for memory in memories.recall("what does os.path.join do?").memories] == ["note:join"]


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


@pytest.mark.parametrize(
    ("asked", "score", "first"),
    [
        ("which mistake have I made", 0.9, "told"),
        ("which mistake did you make", 0.9, "spark"),  # it is asked about Spark
        ("which mistake have I made", 0.5, "spark"),  # nothing like it was surely told
        ("I made a mistake", 0.9, "spark"),  # the very heading
    ],
)
def test_what_spark_says_of_itself_comes_behind_what_the_person_told(asked: str, score: float, first: str) -> None:
    def ranked(kind: str, name: str, title: str, text: str, score: float) -> Ranked:
        item = Item(1, name, kind, "s", 0.0, text, "", None, title, "", None, 0, None)
        return Ranked(item, score, Match(0.5, 0.5), 1.0, 0.0)

    title = "I made a mistake"
    found = [
        ranked("document", "spark", title, f"{title}\nThat is all right. I make `mistakes` too.", 0.99),
        ranked("turn", "told", "", "I made the mistake of deleting the logs", score),
        ranked("document", "python", "Catch a mistake", "Catch a mistake\nWrite `try`. You see `I`.", 0.4),
    ]
    assert offered(found, 3, 0.35, asked=asked)[0].item.id == first
    python = [found[2], *found[1:2]]
    assert offered(python, 2, 0.35, asked=asked) == python, "a note of Python keeps its place"


@pytest.mark.parametrize(
    ("scores", "read"),
    [
        ((0.9, 0.85), ["first", "second"]),
        ((0.9, 0.5), ["first"]),
        ((0.99, 0.9), ["first"]),  # sure of both, and surer by far of the one
        ((0.5, 0.4), ["first", "second"]),
    ],
)
def test_a_document_that_is_clearly_beaten_is_not_read_beside_the_best(
    scores: tuple[float, float], read: list[str]
) -> None:
    def ranked(kind: str, name: str, score: float) -> Ranked:
        item = Item(1, name, kind, "s", 0.0, f"the {name} is this", "", None, name, "", None, 0, None)
        return Ranked(item, score, Match(0.5, 0.5), 1.0, 0.0)

    found = [ranked("document", "first", scores[0]), ranked("document", "second", scores[1])]
    assert [one.item.id for one in offered(found, 2, 0.35)] == read
    told = ranked("turn", "told", scores[1] - 0.01)
    assert [one.item.id for one in offered([*found, told], 2, 0.35)] == ["first", "told"]
    heard = [ranked("turn", "first", scores[0]), ranked("turn", "second", scores[1])]
    assert len(offered(heard, 2, 0.35)) == 2, "what was said is not beaten by what was said"


@pytest.mark.parametrize(
    ("asked", "answer", "score", "read"),
    [
        ("password hint?", "Got it: the password hint is fish.", 0.7, ["told"]),
        ("password hint?", "Got it: the password hint is fish.", 0.98, ["told", "note"]),
        ("how do i choose a password hint", "Got it: the password hint is fish.", 0.7, ["told", "note"]),
        ("why is a password hint bad?", "Got it: the password hint is fish.", 0.7, ["told", "note"]),
        ("password hint?", "Use `secrets`.", 0.7, ["told", "note"]),  # nothing was told
    ],
)
def test_a_note_that_is_clearly_beaten_is_not_read_beside_a_fact_that_was_told(
    asked: str, answer: str, score: float, read: list[str]
) -> None:
    turn = Item(1, "told", "turn", "s", 0.0, "password hint is fish", answer, None, "", "", None, 0, None)
    note = Item(2, "note", "document", "s", 0.0, "Tokens\nUse it.", "", None, "Tokens", "", None, 0, None)
    found = [Ranked(one, odds, Match(0.5, 0.5), 1.0, 0.0) for one, odds in ((turn, 0.99), (note, score))]
    assert [one.item.id for one in offered(found, 2, 0.35, asked=asked)] == read


@pytest.mark.parametrize(
    ("text", "answer", "stays"),
    [
        ("bubble sort", "Swap neighbours that stand in the wrong order.", False),
        ("how do i sort a list", "Call `sorted`.", False),
        ("can you show me what a heap is?", "A tree in a list.", False),
        ("our builds sort the files first", "I do not have an answer to that in my memory.", True),
        ("deadline friday", "Got it: the deadline is friday.", True),
        ("the order of our columns is fixed", "Noted.", True),
        ("sorted: by date", "Noted.", True),
    ],
)
def test_what_was_only_asked_is_beaten_by_a_document_and_what_was_told_is_not(
    text: str, answer: str, stays: bool
) -> None:
    note = Item(1, "note", "document", "s", 0.0, "Quicksort\nTake one.", "", None, "Quicksort", "", None, 0, None)
    turn = Item(2, "turn", "turn", "s", 0.0, text, answer, None, "", "", None, 0, None)
    found = [Ranked(one, score, Match(0.5, 0.5), 1.0, 0.0) for one, score in ((note, 0.99), (turn, 0.6))]
    assert [one.item.id for one in offered(found, 2, 0.35)] == (["note", "turn"] if stays else ["note"])


@pytest.mark.parametrize(
    ("source", "score", "strange"),
    [
        ("handbook", 0.5, True),
        ("handbook", 0.9, False),
        ("/usr/lib/python3.11/json/decoder.py", 0.5, True),
        ("C:\\Python\\Lib\\site-packages\\numpy\\core.py", 0.5, True),
        ("/home/zoe/shop/README.md", 0.5, False),
        ("C:\\shop\\prices.py", 0.5, False),
    ],
)
def test_what_a_person_had_read_of_their_own_is_no_other_subject(source: str, score: float, strange: bool) -> None:
    item = Item(1, "d", "document", "", 0.0, "text", "", None, "title", source, None, 0, None)
    assert may_be_another(Ranked(item, score, Match(0.5, 0.5), 0.5, 0.0)) is strange
