"""What a turn took: time and compute of each part, beside what the core alone would have spent."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass

from engine.events import Answered, Flops, Milliseconds, TokenCounts
from engine.models.config import ModelConfig, forward_flops
from engine.models.tokenizer import TextTokenizer
from engine.record import Record, Turn
from engine.reflex import Assessment
from engine.routing.categories import Route
from engine.speaking import Speaking


@dataclass
class Clock:
    """Milliseconds of the stages of one turn, from the moment it was made.

    `apart`: milliseconds spent so far on what is no part of a turn, such as waking up for it.
    """

    apart: Callable[[], float] = lambda: 0.0
    assess: float = 0.0
    lookup: float = 0.0
    recall: float = 0.0
    first_token: float = 0.0
    _start: float = 0.0
    _last: float = 0.0

    def __post_init__(self) -> None:
        self._start = self._now()

    def since_start(self) -> float:
        return self._now() - self._start

    def lap(self) -> float:
        """Time since the last lap."""
        now = self.since_start()
        lap, self._last = now - self._last, now
        return lap

    def _now(self) -> float:
        return time.perf_counter() * 1000 - self.apart()


def tokens_so_far(record: Record, session: str) -> int:
    """Tokens of a session's turns, as the last of them counted."""
    for last in record.last_turns(session, 1):
        decision = record.decision(last.id)
        if decision is not None:
            return int(json.loads(decision.json).get("tokens", {}).get("conversation", 0))
    return 0


def account(
    core: ModelConfig,
    tokenizer: TextTokenizer,
    turn: Turn,
    assessment: Assessment,
    writing: Speaking | None,
    clock: Clock,
    before: int,
    remembering: float,
) -> Answered:
    """The closing event of a turn. `writing` is None when a procedure answered; `before`: tokens of the session so far;
    `remembering`: operations that making the turn findable will take.

    The monolith is the core with the whole session, the question and its answer as one context.
    """
    asked = len(tokenizer.encode(turn.text)) + 2  # <user> and <spark>
    said = len(tokenizer.encode(turn.answer)) + 1  # <end>
    read = 1 + before + asked  # <bos>
    spent = writing.flops if writing is not None else 0.0
    guessed = writing.draft_flops if writing is not None else 0.0
    doubted = writing.doubted_flops if writing is not None else 0.0
    held = max(0, min(read, core.context - said))
    remembering = remembering if turn.answer else 0.0
    return Answered(
        turn_id=turn.id,
        answer=turn.answer,
        path=turn.path or Route.CORE,
        category=assessment.event.category,
        confidence=assessment.event.confidence,
        tokens=TokenCounts(
            prompt=len(writing.prompt.ids) if writing is not None else 0,
            generated=len(writing.tokens) if writing is not None else 0,
            drafted=writing.drafted if writing is not None else 0,
            accepted=writing.accepted if writing is not None else 0,
            conversation=before + asked + said,
            copied=writing.copied if writing is not None else 0,
        ),
        ms=Milliseconds(clock.assess, clock.lookup, clock.recall, clock.first_token, clock.since_start()),
        flops=Flops(
            fast=assessment.fast_flops + guessed + doubted + (spent if turn.path is Route.FAST else 0.0),
            core=spent if turn.path is Route.CORE else 0.0,
            embed=assessment.embed_flops + remembering,
            monolith=forward_flops(core, read, logits=1) + forward_flops(core, said, past=read),
            window=forward_flops(core, held, logits=1) + forward_flops(core, said, past=held),
            kept=forward_flops(core, read - before, past=before, logits=1) + forward_flops(core, said, past=read),
            assessing=assessment.fast_flops,
            reading=writing.reading if writing is not None else 0.0,
            refused=writing.refused if writing is not None else 0.0,
            drafting=guessed,
            retried=writing.retried + doubted if writing is not None else 0.0,
            remembering=remembering,
        ),
        cancelled=writing is not None and writing.cancelled,
        saved=bool(turn.answer),
        note=None if writing is None else _note(turn, writing),
    )


def _note(turn: Turn, writing: Speaking) -> str | None:
    """What a person should know about this answer, in a sentence."""
    if writing.cancelled:
        return (
            "Stopped; what was written is kept." if turn.answer else "Stopped before the first word; nothing is kept."
        )
    if not turn.answer:
        return "The model had nothing to say; ask in other words."
    if writing.prompt.shortened:
        return "The message is longer than the model can read at once, so its middle was left out."
    return None
