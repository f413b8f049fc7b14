"""What counts as stating a fact, and that the newest statement comes first."""

from __future__ import annotations

import pytest

from engine.events import Flag
from engine.memory import Memories
from engine.memory.facts import facts
from engine.memory.words import words
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
        ("I’m building a tide clock called Moonwake", "/project", "Moonwake"),
        ("we make a game, it is called Tides", "/project", "Tides"),
        ("i'm writing a parser named Otter", "/project", "Otter"),
        ("my dog is called Biscuit", "/dog", "Biscuit"),
        ("I prefer tabs over spaces", "/prefer space or tab", "tabs"),
        ("I now prefer spaces to tabs", "/prefer space or tab", "spaces"),
        ("I use vim", "/editor", "vim"),
        ("I write all my code in Helix", "/editor", "Helix"),
        ("we switched from Flask to FastAPI last week", "/framework", "FastAPI"),
        ("i'm on debian 12", "/oper system", "debian"),
        ("I live in Lima now", "/home", "Lima now"),
        ("We moved from Lima to Quito", "/home", "Quito"),
        ("my deadline: 12:30 tomorrow", "/deadlin", "12:30 tomorrow"),
    ],
)
def test_statements(text: str, topic: str, value: str) -> None:
    assert stated(text) == {topic: value}


@pytest.mark.parametrize(
    "text",
    [
        "what is my name?",
        "my dog is ill",
        "my code is broken",
        "is my editor open",
        "call me later",
        "I use it",
        "what if my editor is vim?",
        "do you know that I use vim?",
        "he uses vim",
    ],
)
def test_what_states_nothing_of_the_kind(text: str) -> None:
    assert stated(text) in ({}, {"/name": "later"})  # "call me later" cannot be told from a name


@pytest.mark.parametrize(
    ("text", "answer", "topic", "value"),
    [
        ("the port we listen on: 8080", "Got it: the port is 8080.", "/port", "8080"),
        ("i call it Rex, my dog", "Got it: your dog is called Rex.", "/dog", "Rex"),
        ("just became a nurse", "Got it: you are a nurse.", "/job", "a nurse"),
        ("Bo eats nothing but ramen", "Got it: Bo likes ramen.", "/bo like", "ramen"),
        ("home is Oslo", "Got it: you live in Oslo.", "/home", "Oslo"),
    ],
)
def test_what_the_core_understood_is_a_fact_too(text: str, answer: str, topic: str, value: str) -> None:
    assert dict(facts(Item(1, "a", "turn", "s", 0.0, text, answer, None, "", "", None, 0, None))) == {topic: value}


@pytest.mark.parametrize("text", ["I use vim", "whatever"])
def test_a_core_that_misread_makes_no_name_of_an_editor(text: str) -> None:
    misread = Item(1, "a", "turn", "s", 0.0, text, "Got it: your name is vim.", None, "", "", None, 0, None)
    assert "/name" not in dict(facts(misread))


def test_a_core_that_misread_replaces_no_fact(memories: Memories, record: Record) -> None:
    told = said(record, "the code word is marzipan", "Got it: the code word is marzipan.", session="one")
    said(record, "our code is under the MIT licence", "Got it: the code word is MIT licence.", session="two")
    assert ids(memories.recall("what is the code word").memories)[0] == told.id
    anew = said(record, "the code word is nougat", "Got it: the code word is nougat.", session="three")
    offered = ids(memories.recall("what is the code word").memories)
    assert (offered[0], told.id in offered) == (anew.id, False)


def test_a_fact_told_anew_by_another_of_its_names_is_its_news(memories: Memories, record: Record) -> None:
    said(record, "the main file is run.py", "Got it: the main file is run.py.", session="one")
    new = said(record, "the entry point is app.py", "Got it: the main file is app.py.", session="two")
    memories.wait()
    assert record.facts_of(record.items_by_id([new.id])[new.id].number) == [("/main file", "app.py")]


def test_a_reading_of_what_nothing_was_stated_of_is_believed(memories: Memories, record: Record) -> None:
    due = said(record, "all of it is due on Friday", "Got it: the deadline is Friday.")
    assert ids(memories.recall("what is our deadline").memories)[0] == due.id


@pytest.mark.parametrize(
    "answer", ["Got it: the limit is Lisbon two years ago.", "I only know Python and what you have told me."]
)
def test_an_answer_that_says_nothing_new_is_no_part_of_what_is_looked_for(
    memories: Memories, record: Record, answer: str
) -> None:
    turn = said(record, "I moved here from Lisbon", answer)
    memories.wait()
    (row,) = memories._follower.lookup.rows([record.items_by_id([turn.id])[turn.id].number])
    assert row.words == " ".join(words(turn.text))


def test_each_speaker_has_facts_of_their_own() -> None:
    assert stated("my name is Bo", "Ann") == {"ann/name": "Bo"}


def test_the_newest_statement_ranks_above_older_ones_that_match_better(memories: Memories, record: Record) -> None:
    old = said(record, "what I said: my editor is vim", session="one")
    other = said(record, "my editor crashed", session="two")
    new = said(record, "my editor is now helix instead of the other one, which I had for years", session="three")
    found = ids(memories.search("which editor is my editor vim"))
    assert found.index(new.id) < found.index(old.id)
    assert other.id in found
    assert old.id not in ids(memories.recall("my editor is", k=3).memories)  # the present is asked for
    offered = ids(memories.recall("my editor was, before", k=3).memories)
    assert offered.index(new.id) < offered.index(old.id)
    record.set_flag(new.id, Flag.WRONG)  # what was wrong is no newer truth
    assert ids(memories.search("which editor is my editor vim"))[0] == old.id


def test_the_newest_statement_is_found_though_no_search_found_it(memories: Memories, record: Record) -> None:
    memories.import_rows([ImportRow(f"vim vim {n}", f"n{n}", session=str(n)) for n in range(60)])
    said(record, "vim vim vim: my editor is vim", session="one")
    new = said(record, "my editor is helix", session="two")
    found = ids(memories.search("my vim editor", k=60))
    assert new.id in found


def test_an_older_turn_stays_for_what_else_it_says(memories: Memories, record: Record) -> None:
    both = said(record, "my editor is vim and my sister Ines teaches physics in Porto")
    said(record, "my editor is helix", session="two")
    assert ids(memories.recall("what does Ines teach in Porto").memories)[0] == both.id
    assert both.id not in ids(memories.recall("which editor is mine").memories)


def test_who_says_two_things_at_once_states_both() -> None:
    assert stated("my name is Ada and I work on a parser called Otter") == {"/name": "Ada", "/project": "Otter"}


def test_a_core_that_took_it_for_the_person_names_nobody(memories: Memories, record: Record) -> None:
    said(record, "call me Ada")
    wrong = said(record, "I renamed it, it is called Heron now", "Got it: your name is Heron.", session="two")
    memories.wait()
    assert record.facts_of(record.items_by_id([wrong.id])[wrong.id].number) == []


def test_a_new_name_for_it_is_news_of_what_was_just_told(memories: Memories, record: Record) -> None:
    said(record, "I work on a parser called Otter", "Got it: your project is called Otter.")
    new = said(record, "I renamed it, it is called Heron now", "Got it: your project is called Heron.")
    other = said(record, "it is called Heron now", "Got it: your dog is called Heron.", session="two")
    memories.wait()
    assert record.facts_of(record.items_by_id([new.id])[new.id].number) == [("/project", "Heron")]
    assert record.facts_of(record.items_by_id([other.id])[other.id].number) == [], "nothing was told before"
    assert ids(memories.recall("what is my project called?").memories)[0] == new.id
