"""What a model is given to read: the one owner of the prompt format, for training and for talking.

<bos> (<memory> TEXT)*  (<user> TEXT <spark> ANSWER <end>)*  <user> TEXT <spark>  … ANSWER <end>
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine.models.tokenizer import Tokenizer

MEMORY_TOKENS = 200
"""Most tokens of one memory: a note or a short function, not whole pages."""


LONGEST_TOKEN = 64
"""Characters: with more of them for each token that may be read, a text is too long whatever its tokens are."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A labelled stretch of the prompt: "memory 1", "earlier", "question"; tokens [start, stop)."""

    label: str
    start: int
    stop: int


@dataclass(frozen=True, slots=True)
class Prompt:
    ids: list[int]
    segments: tuple[Segment, ...]
    shortened: bool
    """Something had to be left out: the middle of a long question, earlier turns."""

    @property
    def memories(self) -> list[list[int]]:
        """The tokens of each memory, without its mark."""
        spans = [segment for segment in self.segments if segment.label.startswith("memory")]
        return [self.ids[span.start + 1 : span.stop] for span in spans]

    @property
    def answered(self) -> list[int]:
        """What the answer begins with, where it is written in several goes."""
        return self.ids[self.segments[-1].stop :] if self.segments else []


def turn_as_memory(text: str, answer: str) -> str:
    """How a past turn reads when it is recalled."""
    return f"You: {text.strip()}\nSpark: {answer.strip()}"


def build_prompt(
    tokenizer: Tokenizer,
    text: str,
    memories: Sequence[str] = (),
    history: Sequence[tuple[str, str]] = (),
    budget: int = 1024,
) -> Prompt:
    """Lay out the context in at most `budget` tokens.

    The question comes first when space is short: it keeps its beginning and its end (a traceback's last line says
    most), then memories, best first, then the latest earlier turns.
    """
    outer = ends(text, budget)
    question = tokenizer.encode(outer)
    room = budget - 3  # <bos>, <user>, <spark>
    shortened = outer is not text
    if len(question) > room:
        shortened = True
        head = room // 3
        question = question[:head] + question[len(question) - (room - head) :]
    room -= len(question)
    remembered: list[list[int]] = []
    for memory in memories:
        piece = tokenizer.encode(memory[: LONGEST_TOKEN * MEMORY_TOKENS])[:MEMORY_TOKENS]
        if len(piece) + 1 <= room:
            remembered.append(piece)
            room -= len(piece) + 1
    earlier: list[tuple[list[int], list[int]]] = []
    for asked, answered in reversed(history):
        turn = (tokenizer.encode(asked), tokenizer.encode(answered))
        if len(turn[0]) + len(turn[1]) + 3 > room:
            shortened = True
            break
        earlier.insert(0, turn)
        room -= len(turn[0]) + len(turn[1]) + 3

    ids = [tokenizer.bos]
    segments: list[Segment] = []

    def add(label: str, piece: list[int]) -> None:
        segments.append(Segment(label, len(ids), len(ids) + len(piece)))
        ids.extend(piece)

    for number, piece in enumerate(remembered, start=1):
        add(f"memory {number}", [tokenizer.memory, *piece])
    for asked_ids, answered_ids in earlier:
        add("earlier", [tokenizer.user, *asked_ids, tokenizer.spark, *answered_ids, tokenizer.end])
    add("question", [tokenizer.user, *question, tokenizer.spark])
    return Prompt(ids, tuple(segments), shortened)


def ends(text: str, budget: int) -> str:
    """The text itself, or of a huge one the beginning and the end that may be read in `budget` tokens."""
    half = LONGEST_TOKEN * budget
    return text if len(text) <= 2 * half else text[:half] + text[-half:]


def prompt_ids(
    tokenizer: Tokenizer,
    text: str,
    memories: Sequence[str] = (),
    history: Sequence[tuple[str, str]] = (),
    budget: int = 1024,
) -> list[int]:
    """Just the ids of `build_prompt`."""
    return build_prompt(tokenizer, text, memories, history, budget).ids
