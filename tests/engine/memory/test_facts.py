"""What counts as stating a fact, and that the newest statement comes first."""

from __future__ import annotations

import pytest

from engine.events import Flag
from engine.memory import Memories
from engine.memory.facts import facts
from engine.record import ImportRow, Item, Record
from tests.engine.memory.support import ids, said


def stated(text: str, speaker: str | None = None) -> dict[str, str]:
    return dict(facts(Item(1, "a", "turn", "s", 0.0, text, "", speaker, "", "", None, 0, None)))


@pytest.mark.parametrize(
    ("text", "topic", "value"),
    [
        ("Hi! My name is Zoe.", "/name", "Zoe"),
        ("please call me Zo", "/name", "Zo"),
        ("my editor's now helix, by the way", "/editor", "helix"),
        ("I use neovim as my editor", "/editor", "neovim"),
        ("my favourite colour is dark green", "/colour", "dark green"),
        ("I’m building a tide clock called Moonwake", "/project", "a tide clock called Moonwake"),
        ("my dog is called Biscuit", "/dog", "Biscuit"),
        ("I prefer tabs over spaces", "/prefer space or tab", "tabs"),
        ("I now prefer spaces to tabs", "/prefer space or tab", "spaces"),
    ],
)
def test_statements(text: str, topic: str, value: str) -> None:
    assert stated(text) == {topic: value}


@pytest.mark.parametrize(
    "text", ["what is my name?", "my dog is ill", "my code is broken", "is my editor open", "call me later", "I use it"]
)
def test_what_states_nothing_of_the_kind(text: str) -> None:
    assert stated(text) in ({}, {"/name": "later"})  # "call me later" cannot be told from a name


def test_each_speaker_has_facts_of_their_own() -> None:
    assert stated("my name is Bo", "Ann") == {"ann/name": "Bo"}


def test_the_newest_statement_ranks_above_older_ones_that_match_better(memories: Memories, record: Record) -> None:
    old = said(record, "what I said: my editor is vim", session="one")
    other = said(record, "my editor crashed", session="two")
    new = said(record, "my editor is now helix instead of the other one, which I had for years", session="three")
    found = ids(memories.search("which editor is my editor vim"))
    assert found.index(new.id) < found.index(old.id)
    assert other.id in found
    offered = ids(memories.recall("my editor is", k=3).memories)
    assert offered.index(new.id) < offered.index(old.id)
    record.set_flag(new.id, Flag.WRONG)  # what was wrong is no newer truth
    assert ids(memories.search("which editor is my editor vim"))[0] == old.id


def test_the_newest_statement_is_found_though_no_search_found_it(memories: Memories, record: Record) -> None:
    memories.import_rows([ImportRow(f"vim vim {n}", f"n{n}", session=str(n)) for n in range(60)])
    said(record, "vim vim vim: my editor is vim", session="one")
    new = said(record, "my editor is helix", session="two")
    found = ids(memories.search("vim", k=60))
    assert new.id in found
