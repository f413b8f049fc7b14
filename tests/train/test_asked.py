"""The fresh questions name notes that there are, and none of them is a question that a note is known by."""

import json
import re

from engine.assets import asset
from train.corpus.handbook import practised_notes, unseen_notes


def plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))


def test_fresh_questions_are_fresh_and_have_their_notes() -> None:
    notes = {note.title: note for note in [*unseen_notes(), *practised_notes()]}
    known = {plain(ask) for note in notes.values() for ask in (note.title, *note.asks)}
    rows = [json.loads(line) for line in asset("queries", "asked.jsonl").read_text(encoding="utf-8").splitlines()]
    assert len(rows) == len({plain(row["ask"]) for row in rows}) >= 200
    for row in rows:
        assert row["titles"] and set(row["titles"]) <= set(notes), row
        assert plain(row["ask"]) not in known, row
