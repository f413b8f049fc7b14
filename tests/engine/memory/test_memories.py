"""Remembering and finding again: flags, use, restarts, documents, imports."""

from __future__ import annotations

import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine.events import Flag
from engine.memory import Memories
from engine.record import Document, ImportRow, Record
from tests.engine.memory.support import Open, WordEmbedder, ids, said


def test_a_fact_is_found_at_once_and_reads_as_the_core_reads_it(memories: Memories, record: Record) -> None:
    zoe = said(record, "my name is Zoe", "Nice to meet you, Zoe.")
    memories.remember(zoe)
    recalled = memories.recall("what is my name?")
    (memory,) = recalled.memories
    assert memory.id == zoe.id
    assert memory.text == "You: my name is Zoe\nSpark: Nice to meet you, Zoe."
    assert memory.kind == "turn"
    assert recalled.stored == 1
    assert memory.parts.keyword > 0.5
    assert 0.3 < memory.parts.semantic <= 1
    assert memory.parts.recency == pytest.approx(1, abs=0.01)
    assert memory.parts.importance == 0


def test_a_turn_that_nobody_announced_is_found_too(memories: Memories, record: Record) -> None:
    """The answer was saved, then the window closed before `remember`."""
    zoe = said(record, "my name is Zoe")
    assert ids(memories.recall("name Zoe").memories) == [zoe.id]


def test_nothing_is_better_than_noise(memories: Memories, record: Record) -> None:
    assert memories.recall("anything").memories == ()
    assert memories.recall("anything").why == "nothing is remembered yet"
    said(record, "my name is Zoe")
    recalled = memories.recall("capital of Australia")
    assert recalled.memories == ()
    assert recalled.why.startswith("nothing remembered is relevant")


def test_memory_survives_a_restart_without_embedding_again(
    open_memories: Open, record: Record, embedder: WordEmbedder
) -> None:
    zoe = said(record, "my name is Zoe")
    first = open_memories()
    first.wait()
    first.close()
    embedder.embedded.clear()
    again = open_memories()
    assert ids(again.search("Zoe")) == [zoe.id]
    assert embedder.embedded == ["Zoe"]


def test_a_wrong_turn_is_kept_and_marked_but_never_offered(memories: Memories, record: Record) -> None:
    wrong, right = said(record, "the port is 8000", "8000"), said(record, "the port is 9000", "9000")
    record.set_flag(wrong.id, Flag.WRONG)
    assert ids(memories.recall("which port").memories) == [right.id]
    assert {m.id: m.flag for m in memories.search("which port")} == {wrong.id: Flag.WRONG, right.id: None}
    record.set_flag(wrong.id, None)
    assert set(ids(memories.recall("which port").memories)) == {right.id, wrong.id}
    record.set_flag(wrong.id, Flag.WRONG)
    record.set_flag(right.id, Flag.WRONG)
    assert memories.recall("which port").why == "what is relevant is in the conversation already or flagged wrong"


def test_a_flag_ranks_up_at_once(memories: Memories, record: Record) -> None:
    starred = said(record, "port 8000 server", session="one")  # two sessions: neighbours would speak for each other
    newer = said(record, "port 9000 server", session="two")
    assert ids(memories.recall("server port").memories) == [newer.id, starred.id]
    record.set_flag(starred.id, Flag.IMPORTANT)
    first, _ = memories.recall("server port").memories
    assert first.id == starred.id
    assert first.flag is Flag.IMPORTANT
    assert first.parts.importance == 1


def test_what_was_used_ranks_up(memories: Memories, record: Record) -> None:
    used = said(record, "port 8000 server", session="one")
    newer = said(record, "port 8000 server", session="two")
    assert ids(memories.search("server port")) == [newer.id, used.id]
    record.touch([used.id], time.time())
    assert ids(memories.search("server port")) == [used.id, newer.id]


def test_the_newer_of_two_equal_facts_ranks_above(memories: Memories, record: Record) -> None:
    old, new = said(record, "my editor: vim", when=1.0e9), said(record, "my editor: joe", when=1.5e9)
    assert ids(memories.search("editor", now=1.5e9 + 5)) == [new.id, old.id]


def test_k_and_exclude(memories: Memories, record: Record) -> None:
    turns = [said(record, f"server port {n}") for n in (1, 2, 3, 4)]
    assert len(memories.recall("server port").memories) == 2
    assert len(memories.recall("server port", k=3).memories) == 3
    assert memories.recall("server port", k=0).memories == ()
    shown = [turn.id for turn in turns[1:]]
    assert ids(memories.recall("server port", exclude=shown).memories) == [turns[0].id]


def test_the_same_question_asked_often_does_not_crowd_out_the_fact(memories: Memories, record: Record) -> None:
    fact = said(record, "my name is Zoe")
    for _ in range(5):
        said(record, "what is my name?", "I do not know.")
    assert fact.id in ids(memories.recall("what is my name?").memories)


def test_a_vector_that_is_known_is_not_computed_again(
    memories: Memories, record: Record, embedder: WordEmbedder
) -> None:
    said(record, "my name is Zoe")
    memories.wait()
    vector = embedder.embed(["what is my name?"])[0]
    embedder.embedded.clear()
    assert memories.recall("what is my name?", vector).memories
    assert embedder.embedded == []


def test_a_query_of_filler_words_falls_back_to_the_meaning(memories: Memories, record: Record) -> None:
    said(record, "what is it")
    (memory,) = memories.search("what is it?")
    assert memory.parts.keyword == 0
    assert memory.parts.semantic == pytest.approx(1, abs=1e-4)
    assert memories.search("what is it?", ranking="keyword") == []


@pytest.mark.parametrize("query", ["", "   ", '"', "a AND (b", "'; DROP", "[/x] {y} \\", "\x00", "∀ x: 北京?", "+-*~^"])
@pytest.mark.parametrize("ranking", ["semantic", "keyword", "hybrid"])
def test_no_query_is_a_syntax_error(memories: Memories, record: Record, query: str, ranking: str) -> None:
    said(record, 'a AND (b: "quoted" 北京')
    memories.search(query, ranking=ranking)


@pytest.mark.parametrize("query", ["getUserId", "get_user_id", "get user id", "user id"])
@pytest.mark.parametrize("name", ["getUserId", "get_user_id", "GetUserID"])
def test_an_identifier_is_found_by_its_parts_and_its_other_spellings(
    memories: Memories, record: Record, query: str, name: str
) -> None:
    turn = said(record, f"def {name}(token): return token")
    said(record, "def parse(token): return token")
    assert memories.search(query, ranking="keyword")[0].id == turn.id


def test_documents_are_recalled_beside_turns(memories: Memories, record: Record) -> None:
    join = Document("doc:os.path.join", "os.path.join", "os.path.join(a, *p): Join two or more path components", "os")
    assert memories.add_documents([join]) == (1, 0)
    assert memories.add_documents([join]) == (0, 1)
    (memory,) = memories.recall("what does os.path.join do?").memories
    assert (memory.id, memory.kind, memory.text) == (join.id, "document", join.text)
    untitled = replace(join, id="doc:2", title="shutil.rmtree", text="Delete a whole directory.")
    memories.add_documents([untitled])
    assert memories.search("rmtree", ranking="keyword")[0].id == "doc:2"


def test_a_renewed_document_is_found_by_what_it_says_now(memories: Memories, record: Record) -> None:
    memories.add_documents([Document("d", "f", "f(): sorts apples")])
    memories.add_documents([Document("d", "f", "f(): peels oranges")])
    assert memories.search("apples", ranking="keyword") == []
    assert ids(memories.search("oranges", ranking="keyword")) == ["d"]
    assert memories.stats().documents == 1


def test_imports_speak_for_their_neighbours(memories: Memories, record: Record) -> None:
    rows = [
        ImportRow("Which instrument does your brother play?", "q", "Ann", "s"),
        ImportRow("Cello!", "a", "Bob", "s"),
        *(ImportRow(f"Filler number {n} about gardening", f"x{n}", "Ann", "s") for n in range(20)),
    ]
    left: list[int] = []
    assert memories.import_rows(rows, progress=left.append) == (22, 0)
    assert left[0] == 22
    assert memories.import_rows(rows) == (0, 22)
    first, second, *_ = memories.search("what instrument does Ann's brother play", k=5)
    assert (first.id, second.id) == ("q", "a")
    assert first.text == "Ann: Which instrument does your brother play?"
    assert first.kind == "turn"
    stats = memories.stats()
    assert (stats.turns, stats.imported, stats.documents, stats.pending) == (0, 22, 0, 0)


def test_a_neighbour_that_no_search_found_still_shows_its_parts(memories: Memories, record: Record) -> None:
    memories.import_rows(
        [
            ImportRow("zebra quagga okapi", "hit", session="s"),
            ImportRow("always somewhat otherwise", "beside", session="s"),
        ]
        + [ImportRow("always", f"n{n}", session=f"other {n}") for n in range(60)]
    )
    found = {memory.id: memory for memory in memories.search("zebra quagga okapi", k=3)}
    assert found["beside"].parts.semantic > 0


def test_search_gives_as_many_as_asked_for(memories: Memories, record: Record) -> None:
    memories.import_rows([ImportRow(f"apple {n}", str(n), session=str(n)) for n in range(120)])
    assert len(set(ids(memories.search("apple", k=100)))) == 100


def test_a_megabyte_is_stored_whole_and_found_by_its_beginning(memories: Memories, record: Record) -> None:
    paste = "moonwake tides\n" + "value = compute(value)\n" * 45_000
    turn = said(record, paste, "A lot of computing.")
    began = time.perf_counter()
    (memory,) = memories.recall("moonwake tides", now=turn.when).memories[:1] or memories.search("moonwake")
    assert memory.text.startswith("You: moonwake tides")
    assert len(memory.text) > 1_000_000
    assert record.turn(turn.id).text == paste  # type: ignore[union-attr]
    assert time.perf_counter() - began < 10


def test_scores_are_absolute_they_do_not_depend_on_the_company(memories: Memories, record: Record) -> None:
    said(record, "my name is Zoe", session="a")
    alone = memories.search("name")[0]
    for n in range(5):
        said(record, f"something else entirely {n}", session=f"b{n}")
    assert memories.search("name")[0].parts.semantic == pytest.approx(alone.parts.semantic, abs=1e-6)
    assert memories.search("name")[0].score == pytest.approx(alone.score, abs=0.05)


def test_importing_memory_loads_nothing_heavy() -> None:
    code = "import sys, engine.memory; print(sorted({'torch', 'numpy', 'lancedb', 'pyarrow'} & set(sys.modules)))"
    root = Path(__file__).parents[3]
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=root, check=True)
    assert out.stdout.strip() == "[]"


def test_vectors_of_any_scale_are_read_as_directions(memories: Memories, record: Record) -> None:
    said(record, "my name is Zoe")
    (memory,) = memories.search("my name is Zoe")
    assert memory.parts.semantic == pytest.approx(1, abs=1e-4)
    assert np.isfinite(memory.score)
