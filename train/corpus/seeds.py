"""The hand-written questions and answers of assets/curriculum: to learn from, and to remember as notes."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from engine.assets import asset

OUTSIDE = "outside"
TALK = "chat"


@dataclass(frozen=True)
class Seed:
    """A hand-written answer and the phrasings that ask for it."""

    category: str
    prompts: list[str]
    answer: str
    title: str
    """The first phrasing, as the heading of a note."""

    @property
    def is_note(self) -> bool:
        """Knowledge worth looking up, rather than talk, a refusal or a function."""
        return self.category not in (OUTSIDE, TALK, "completion")


def load_seeds() -> list[Seed]:
    """Every hand-written line of assets/curriculum/*.jsonl."""
    seeds: list[Seed] = []
    for path in sorted(asset("curriculum").glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.strip():
                row = json.loads(line)
                prompts = [str(prompt) for prompt in row["prompts"]]
                seeds.append(Seed(str(row["category"]), prompts, str(row["answer"]), note_title(prompts[0])))
    return seeds


def note_title(prompt: str) -> str:
    """A phrasing as a title: `how do i reverse a list` → `How do I reverse a list`."""
    text = re.sub(r"\bi\b", "I", re.sub(r"\bwhats\b", "what's", prompt.strip()))
    return text if re.match(r"\w+(?:Error|Exception)\b|[^a-z]", text) else text[:1].upper() + text[1:]


def note_text(title: str, answer: str) -> str:
    """How a note reads in memory."""
    return f"{title}\n{answer}"
