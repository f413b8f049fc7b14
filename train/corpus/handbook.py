"""The handbook: short hand-written notes of everyday Python that Spark keeps in its memory rather than in its weights.

Two kinds: those of assets/curriculum, on which reading was practised, and those of assets/handbook, which no model was
ever trained on: what is read from them is read, not remembered.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from engine.assets import asset
from engine.procedures import tells_of_oneself
from engine.record.rows import Document
from train.corpus.seeds import TALK, load_seeds, note_text, note_title

HANDBOOK = "handbook"


@dataclass(frozen=True)
class Note:
    """One note, and ways in which people ask for it: the `known` ones are in its shipped vector
    (train/corpus/vectors.py), and so only the last, which is `held` back, may measure how well it is found."""

    title: str
    category: str
    asks: tuple[str, ...]
    answer: str

    @property
    def known(self) -> tuple[str, ...]:
        return self.asks[:-1]

    @property
    def held(self) -> str:
        return self.asks[-1]

    @property
    def document(self) -> Document:
        """As memory keeps it."""
        name = re.sub(r"\W+", "-", self.title.lower()).strip("-")
        return Document(f"note:{name}", self.title, note_text(self.title, self.answer), HANDBOOK)


def unseen_notes() -> list[Note]:
    """The notes of assets/handbook, in the order of their topics."""
    lines = (asset("handbook") / "notes.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines if line.strip()]
    return [Note(row["title"], row["category"], tuple(row["asks"]), row["answer"]) for row in rows]


def practised_notes() -> list[Note]:
    """The notes of assets/curriculum."""
    return [
        Note(seed.title, seed.category, tuple(seed.prompts[1:]), seed.answer) for seed in load_seeds() if seed.is_note
    ]


def fresh_questions() -> list[tuple[str, list[Note]]]:
    """assets/queries/asked.jsonl: questions by somebody who saw the titles of the notes alone, each with the notes that
    answer it."""
    notes = {note.title: note for note in [*unseen_notes(), *practised_notes()]}
    rows = [json.loads(line) for line in asset("queries", "asked.jsonl").read_text(encoding="utf-8").splitlines()]
    return [(row["ask"], [notes[title] for title in row["titles"]]) for row in rows]


def talk_notes() -> list[Note]:
    """What Spark says of itself and to a greeting, a note for each way to say the same: such texts are too short to be
    found by another. What a person tells is not among them."""
    talk = [seed for seed in load_seeds() if seed.category == TALK]
    talk = [seed for seed in talk if 2 * sum(map(tells_of_oneself, seed.prompts)) < len(seed.prompts)]
    return [Note(note_title(prompt), TALK, (), seed.answer) for seed in talk for prompt in seed.prompts]


def handbook_documents() -> Iterator[Document]:
    """What is said in small talk first, since people begin with it; every note; every hand-written function and class
    once."""
    for note in [*talk_notes(), *practised_notes(), *unseen_notes()]:
        yield note.document
    for name, source in functions().items():
        yield Document(f"code:{HANDBOOK}.{name}", name, source, HANDBOOK, kind="code")


def functions() -> dict[str, str]:
    """The hand-written functions and classes of assets/curriculum by name; of several forms the first."""
    found: dict[str, str] = {}
    for seed in load_seeds():
        if seed.category == "completion":
            source = re.sub(r"```python\n|```", "", seed.answer).strip()
            names = re.findall(r"^(?:def|class) (\w+)", source, re.MULTILINE)
            if len(names) == 1:
                found.setdefault(names[0], source)
    return found
