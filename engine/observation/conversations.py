"""Labelled conversations: lines, and questions with the lines that answer them. A JSON list of
`{"turns": [{"id", "text", "answer"?, "speaker"?, "session"?, "when"?, "caption"?}], "questions": [{"question",
"evidence": [turn id], "category"?}]}`.

It is the shape of LoCoMo (Maharana et al. 2024), whose category 5 is adversarial; "when" is as there, "1:56 pm on 8
May, 2023", or ISO 8601. A turn with an answer is one of Spark's own, others are lines of somebody's conversation.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from engine.errors import SparkError
from engine.memory import Memories
from engine.record import ImportRow, Record, Turn
from engine.settings import MemorySettings

if TYPE_CHECKING:
    from engine.memory.reading import Embeds

ADVERSARIAL = 5


@dataclass(frozen=True, slots=True)
class Asked:
    text: str
    evidence: frozenset[str]
    adversarial: bool


@dataclass(frozen=True, slots=True)
class Conversation:
    lines: tuple[ImportRow | Turn, ...]
    questions: tuple[Asked, ...]

    @property
    def end(self) -> float:
        """When its last line was said."""
        return max((line.when for line in self.lines if line.when is not None), default=time.time())


def read_conversations(path: Path) -> list[Conversation]:
    """Questions without evidence are left out.

    Raises:
        SparkError: the file cannot be read or has another shape.
    """
    try:
        return [_conversation(one) for one in json.loads(path.read_text(encoding="utf-8"))]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise SparkError(f"{path} does not hold labelled conversations ({error!r}).") from error


@contextmanager
def remembered(conversation: Conversation, embedder: Embeds, homes: Path) -> Iterator[Memories]:
    """The memory of a conversation, made the first time and opened the next."""
    said = repr(
        [(line.id, line.speaker, line.session, line.when, line.text, _answer(line)) for line in conversation.lines]
    )
    home = homes / hashlib.sha256(said.encode()).hexdigest()[:16]
    home.mkdir(parents=True, exist_ok=True)
    record = Record(home / "spark.db")
    try:
        memories = Memories.open(record, home / "memory.lance", embedder, MemorySettings())
        try:
            memories.import_rows(line for line in conversation.lines if isinstance(line, ImportRow))
            for line in conversation.lines:
                if isinstance(line, Turn) and record.turn(line.id) is None:
                    record.add_turn(line)
            memories.wait()
            yield memories
        finally:
            memories.close()
    finally:
        record.close()


def _answer(line: ImportRow | Turn) -> str:
    return line.answer if isinstance(line, Turn) else ""


def _conversation(one: dict[str, list[dict[str, str | int | list[str] | None]]]) -> Conversation:
    lines: list[ImportRow | Turn] = []
    for turn in one["turns"]:
        shared = f" [shared {turn['caption']}]" if turn.get("caption") else ""
        name, session, speaker = str(turn["id"]), str(turn.get("session") or "default"), turn.get("speaker")
        when = _seconds(str(turn["when"])) if turn.get("when") else None
        if turn.get("answer"):
            lines.append(Turn(name, session, when or time.time(), str(turn["text"]), str(turn["answer"])))
        else:
            lines.append(ImportRow(f"{turn['text']}{shared}", name, str(speaker) if speaker else None, session, when))
    known = {str(turn["id"]) for turn in one["turns"]}
    questions = []
    for question in one["questions"]:
        listed = question["evidence"]
        evidence = frozenset(known & set(listed)) if isinstance(listed, list) else frozenset()
        if evidence:
            category = question.get("category")
            questions.append(Asked(str(question["question"]), evidence, category == ADVERSARIAL))
    return Conversation(tuple(lines), tuple(questions))


def _seconds(when: str) -> float:
    """Since the epoch, as if said in UTC.

    Raises:
        ValueError: neither ISO 8601 nor "1:56 pm on 8 May, 2023".
    """
    try:
        moment = datetime.fromisoformat(when)
    except ValueError:
        moment = datetime.strptime(when, "%I:%M %p on %d %B, %Y")
    return (moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)).timestamp()
