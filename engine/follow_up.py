"""What a follow-up question leans on: the turns just before it, and the name that its "it" stands for."""

from __future__ import annotations

from collections.abc import Sequence

from engine.events import Flag
from engine.memory.words import code_names
from engine.procedures import leans_on_conversation
from engine.record import Record, Turn

HISTORY = 2
"""Earlier turns that a follow-up question may lean on."""
_OPENING = 20_000
"""Characters in which a text says so; what follows in a longer one was pasted."""


def earlier_turns(record: Record, text: str, session: str, before: str | None) -> list[Turn]:
    """What a follow-up leans on: the last turns of the session, or those before one of them; other texts on nothing."""
    if not leans_on_conversation(text[:_OPENING]):
        return []
    return record.turns_before(before, HISTORY) if before else record.last_turns(session, HISTORY)


def as_history(earlier: Sequence[Turn]) -> list[tuple[str, str]]:
    """The turns just before as a prompt wants them: answers flagged wrong are not read again."""
    return [(past.text, past.answer) for past in earlier if past.answer and past.flag is not Flag.WRONG]


def spelled_out(text: str, earlier: Sequence[Turn]) -> str:
    """A follow-up with the names of code that the last question before it asked about, if it has none of its own.

    "and what does it return?" is answered by the document that the question before was about, and memory finds that by
    its name. Pasted code mentions names by the way, so only a question of one line is taken to be about its names.
    """
    if code_names(text):
        return text
    asked = (code_names(past.text) for past in reversed(earlier) if "\n" not in past.text.strip())
    names = next(filter(None, asked), frozenset())
    return " ".join([text, *(f"`{name}`" for name in sorted(names))])
