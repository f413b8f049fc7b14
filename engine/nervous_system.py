"""One turn, start to finish. Read this file and you know Spark:

    text ─► assess ─► look up ─► recall ─► write ─► remember ─► learn
            fast path  procedures  memory    fast path  the record  procedures
            + router   (cache)     (LanceDB) or core    + index

Every step speaks through the events of `engine.events`; nothing here prints or draws.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from engine.accounting import Clock, account, tokens_so_far
from engine.checking import owns_up
from engine.context import Prompt
from engine.decision import turn_as_json
from engine.errors import SparkError
from engine.events import (
    Answered,
    Assessed,
    Flag,
    FlagEvent,
    Learned,
    Memory,
    ProcedureFound,
    Recalled,
    TurnEvent,
    Usage,
    Wrote,
)
from engine.flagging import flag_turn, known_turn
from engine.follow_up import as_history, earlier_turns, spelled_out
from engine.memory.rows import turn_text
from engine.memory.topics import asked_topics
from engine.models.sampling import Sampling
from engine.parts import Parts
from engine.reading_list import reading_list
from engine.record import Turn, new_id
from engine.reflex import Assessment
from engine.routing.categories import Route
from engine.routing.policy import asked_for, having_read, without_procedure
from engine.speaking import Handover, Speaking, Write, named_in, reads_whole_code, to_mention
from engine.writing import Writing

if TYPE_CHECKING:
    from engine.observation.attention import AnswerAttention


class Spark(Parts):
    """A mind with a home: `Spark.open`. Turns come one at a time, from any thread, and wake the parts they need."""

    def assess(self, text: str, *, threshold: float | None = None) -> Assessed:
        """What the reflex makes of a text and the path the policy would choose; nothing is remembered."""
        return self.reflex.assess(_not_empty(text), self._threshold(threshold), new_id()).event

    def usage(self) -> Usage:
        return self.record.usage()

    def reply(
        self,
        text: str,
        *,
        path: Route | None = None,
        threshold: float | None = None,
        seed: int | None = None,
        max_tokens: int | None = None,
        use_memory: bool = True,
        use_cache: bool = True,
        session: str = "default",
        remember: bool = True,
        anew: str | None = None,
        cancel: threading.Event | None = None,
    ) -> Iterator[TurnEvent]:
        """Answer one message. Setting `cancel` stops between two tokens and keeps what was written.

        Without `remember` nothing stays of the turn: studies ask what a person did not. `anew` is the id of a turn
        with this text that is answered once more: what the new answer leans on is what was said before that one.

        Raises:
            SparkError: the message is empty, or a part of the mind failed.
        """
        told: list[TurnEvent] = []

        def tell(event: TurnEvent) -> TurnEvent:
            told.append(event)
            return event

        clock = Clock(lambda: self.woke_ms)
        turn = Turn(new_id(), session, time.time(), _not_empty(text))

        # Assess: what is asked, how sure, and so which path.
        assessment = self.reflex.assess(text, self._threshold(threshold), turn.id, asked_for(path) if path else None)
        choice = assessment.choice
        clock.assess = clock.lap()
        yield tell(assessment.event)

        # Look up: has this been done many times before?
        found, looked = self.habits.look_up(
            text, assessment, use_cache, lambda: self.memory.recall(text, assessment.embedding).memories
        )
        shortcut = found if isinstance(looked, ProcedureFound) else None
        clock.lookup = clock.lap()
        yield tell(looked)

        history: list[tuple[str, str]] = []
        memories: tuple[Memory, ...] = ()
        speaking: Speaking | None = None
        if shortcut is not None:
            answer, route = shortcut.answer, Route.PROCEDURE
            clock.first_token = clock.since_start()
            yield tell(Wrote(answer, 0, 0.0))
        else:
            choice = without_procedure(choice)
            route = choice.route

            # Recall: the few past turns and documents that matter; a follow-up also leans on the turns just before.
            earlier = earlier_turns(self.record, text, session, anew)
            history = as_history(earlier)
            if use_memory and choice.use_memory:
                known = [past.id for past in earlier] + ([anew] if anew else [])
                recalled = self._recall(text, spelled_out(text, earlier), assessment, known)
                memories = recalled.memories
                clock.recall = clock.lap()
                yield tell(recalled)
                route = route if path else having_read(choice, any(memory.is_text for memory in memories)).route

            # Write: by reflex, or by thinking. What a procedure may learn is written greedily, so that uses can agree.
            # What the fast path was not told to write, it hands over where it doubts its own words.
            greedy = assessment.choice.route is Route.PROCEDURE
            sampling = Sampling.of(self.settings.generation, max_tokens, seed, greedy)

            def begin(by: Route) -> tuple[Write, Prompt]:
                writer = self.writer(by)
                prompt = writer.prompt(text, memories, history, sampling.max_tokens)
                return lambda start, how: Writing(writer, start, how, cancel), prompt

            doubt = self.settings.routing.doubt if route is Route.FAST and path is None else 0.0
            read = [memory.text for memory in memories]
            speaking = Speaking(
                *begin(route),
                sampling,
                self.settings.generation.tries,
                mention=to_mention(text, read),
                handover=Handover(doubt, lambda: begin(Route.CORE)) if doubt else None,
                elsewhere=named_in(text),
                whole=reads_whole_code(read),
            )
            for piece in speaking:
                if isinstance(piece, Wrote) and piece.text:
                    clock.first_token = clock.first_token or clock.since_start()
                yield tell(piece)
            route = Route.CORE if speaking.doubted else route
            if route is Route.CORE and speaking.tokens:
                yield tell(speaking.attended())
            answer = speaking.text.strip()

        # Remember: on disk before the answer is called done.
        sound = speaking is None or speaking.sound
        turn = replace(
            turn,
            answer=answer,
            path=route,
            category=assessment.event.category,
            confidence=assessment.event.confidence,
            cacheable=assessment.choice.route is Route.PROCEDURE
            and sound
            and not (history or owns_up(answer))
            and _stable(memories),
        )
        before = tokens_so_far(self.record, session)
        keeping = self.reflex.embedder.cost([turn_text(text, answer)]) if remember else 0.0
        answered = account(self.core_config, self.core_tokenizer, turn, assessment, speaking, clock, before, keeping)
        answered = replace(answered, anew=anew)
        if answered.saved:
            used = [memory.id for memory in memories]
            answered = self._save(turn, answered, told, used) if remember else replace(answered, saved=False)
        yield answered

        # Learn: what this turn changes for the next ones. A memory that sleeps finds it when it wakes.
        if answered.saved and self.awake("memory"):
            self.memory.remember(turn)
        yield Learned(self.habits.learn(turn, assessment, found, memories) if answered.saved else ())

    def flag(self, turn_id: str, flag: Flag | None) -> Iterator[FlagEvent]:
        """Say that an answer was important or wrong; None takes the flag back.

        Raises:
            SparkError: there is no such turn, or the record cannot be written.
        """
        yield from flag_turn(self.record, self.procedures, turn_id, flag, lambda text: self.embedder.embed([text])[0])

    def again(self, turn_id: str, *, cancel: threading.Event | None = None) -> Iterator[TurnEvent]:
        """Answer a turn's text once more, by the core and past the procedures; both answers stay in the record.

        Raises:
            SparkError: there is no such turn, or a part of the mind failed.
        """
        turn = known_turn(self.record, turn_id)
        yield from self.reply(
            turn.text, path=Route.CORE, use_cache=False, session=turn.session, anew=turn_id, cancel=cancel
        )

    def attention(self, turn_id: str) -> AnswerAttention:
        """Where the model that wrote an answer looked, layer by layer; raises SparkError where no model wrote it."""
        from engine.observation.attention import attention_of

        return attention_of(self, turn_id)

    def _recall(self, text: str, meant: str, assessment: Assessment, known: Sequence[str]) -> Recalled:
        """What is worth reading for a text, looked for by what is `meant`; `known` turns are not offered."""
        told = bool(asked_topics(text, self.record.topics()))
        wanted, stored = reading_list(text, assessment, told), self.record.counts()
        if not self.awake("memory") and not wanted.kinds & stored.keys():  # it need not wake up to offer nothing
            return Recalled((), sum(stored.values()), "nothing of the kind is remembered yet", 0.0)
        vector = assessment.embedding if meant == text else None
        return self.memory.recall(meant, vector, exclude=known, kinds=wanted.kinds, surely=wanted.surely)

    def _save(self, turn: Turn, answered: Answered, told: list[TurnEvent], used: list[str]) -> Answered:
        try:
            self.record.add_turn(turn, json.dumps(turn_as_json([*told, answered])), used=used)
        except SparkError as error:  # the answer is there to read even when it cannot be kept
            return replace(answered, saved=False, note=f"This turn is not saved. {error}")
        return answered

    def _threshold(self, given: float | None) -> float:
        return self.reflex.threshold(self.settings.routing, self.record) if given is None else given


def _stable(memories: Sequence[Memory]) -> bool:
    """Whether what was read would be read tomorrow too: documents stay, what was talked about does not."""
    return all(memory.kind == "document" for memory in memories)


def _not_empty(text: str) -> str:
    if not text.strip():
        raise SparkError("The message is empty; type a question or some Python.")
    return text
