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
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from engine.accounting import Clock, account
from engine.bundle import Bundle, chosen
from engine.context import Prompt
from engine.decision import turn_as_json
from engine.errors import SparkError
from engine.events import (
    Answered,
    Assessed,
    Flag,
    FlagEvent,
    Flagged,
    Learned,
    Loading,
    Memory,
    ProcedureFound,
    ProcedureMissed,
    TurnEvent,
    Usage,
    Wrote,
)
from engine.memory import CODE, DOCUMENTS, EVERYTHING, Memories
from engine.models.sampling import Sampling
from engine.procedures import (
    Found,
    Missed,
    Procedures,
    leans_on_conversation,
    speaks_of_oneself,
    why_not_cacheable,
)
from engine.record import Record, Turn, new_id
from engine.reflex import Assessment, Reflex
from engine.routing.categories import Category, Route
from engine.routing.policy import asked_for, without_procedure
from engine.settings import Home, Settings
from engine.speaking import Speaking, to_mention
from engine.writing import Writer, Writing, writers

if TYPE_CHECKING:
    from engine.observation.attention import AnswerAttention

STAGES = ("the record", "the fast path", "the core", "the memory")
HISTORY = 2
"""Earlier turns that a follow-up question may lean on."""


class Spark:
    """A mind with a home. Turns come one at a time, from any thread."""

    def __init__(self, settings: Settings, bundle: Bundle, reflex: Reflex, record: Record, memory: Memories) -> None:
        self.settings = settings
        self.bundle = bundle
        self.reflex = reflex
        self.core = bundle.core()
        self.writers = writers(bundle, self.core, reflex.model)
        self.record = record
        self.memory = memory
        self.procedures = Procedures(record, settings.cache)

    @classmethod
    def open(
        cls,
        home: Home,
        settings: Settings,
        *,
        bundle: Path | None = None,
        progress: Callable[[Loading], None] = lambda _: None,
    ) -> Spark:
        """Wake up: `progress` hears of each stage as it begins, and of "ready".

        Raises:
            SparkError: the home cannot be written, or something in it or in the bundle is damaged.
        """
        stages = iter([*STAGES, "ready"])

        def begin() -> None:
            stage = next(stages)
            progress(Loading(stage, STAGES.index(stage) if stage in STAGES else len(STAGES), len(STAGES)))

        begin()
        home.create()
        record = Record(home.record)
        begin()
        opened = Bundle.load(bundle or chosen(home))
        reflex = Reflex.load(opened, home.router)
        begin()
        memory = Memories.open(record, home.memory, reflex.embedder, settings.memory)
        begin()
        spark = cls(settings, opened, reflex, record, memory)
        begin()
        return spark

    def close(self) -> None:
        self.memory.close()
        self.record.close()

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
        cancel: threading.Event | None = None,
    ) -> Iterator[TurnEvent]:
        """Answer one message. Setting `cancel` stops between two tokens and keeps what was written.

        Without `remember` nothing stays of the turn: studies ask what a person did not.

        Raises:
            SparkError: the message is empty, or a part of the mind failed.
        """
        told: list[TurnEvent] = []

        def tell(event: TurnEvent) -> TurnEvent:
            told.append(event)
            return event

        clock = Clock()
        turn = Turn(new_id(), session, time.time(), _not_empty(text))

        # Assess: what is asked, how sure, and so which path.
        assessment = self.reflex.assess(text, self._threshold(threshold), turn.id, asked_for(path) if path else None)
        choice = assessment.choice
        clock.assess = clock.lap()
        yield tell(assessment.event)

        # Look up: has this been done many times before?
        found, looked = self._look_up(text, assessment, use_cache)
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
            earlier = self.record.last_turns(session, HISTORY) if leans_on_conversation(text) else []
            history = as_history(earlier)
            if use_memory and choice.use_memory:
                kinds = _readable(text, assessment)
                known = [past.id for past in earlier]
                recalled = self.memory.recall(text, assessment.embedding, exclude=known, kinds=kinds)
                memories = recalled.memories
                clock.recall = clock.lap()
                yield tell(recalled)

            # Write: by reflex, or by thinking. What a procedure may learn is written greedily, so that uses can agree.
            writer = self.writers[route]
            sampling = self._sampling(seed, max_tokens, greedy=assessment.choice.route is Route.PROCEDURE)
            texts = [memory.text for memory in memories]
            prompt = self.prompt(writer, text, texts, history, sampling.max_tokens)
            speaking = Speaking(
                lambda start, how: Writing(writer, start, how, cancel),
                prompt,
                sampling,
                self.settings.generation.tries,
                mention=to_mention(text, texts),
            )
            for piece in speaking:
                if isinstance(piece, Wrote) and piece.text:
                    clock.first_token = clock.first_token or clock.since_start()
                yield tell(piece)
            if route is Route.CORE and speaking.tokens:
                yield tell(speaking.attended())
            answer = speaking.text.strip()

        # Remember: on disk before the answer is called done.
        whole = speaking is None or not speaking.cancelled
        turn = replace(
            turn,
            answer=answer,
            path=route,
            category=assessment.event.category,
            confidence=assessment.event.confidence,
            cacheable=assessment.choice.route is Route.PROCEDURE and whole and not history and _stable(memories),
        )
        answered = account(
            self.core.config,
            self.writers[Route.CORE].tokenizer,
            turn,
            assessment,
            speaking,
            clock,
            self._conversation(session),
        )
        if answered.saved:
            used = [memory.id for memory in memories]
            answered = self._save(turn, answered, told, used) if remember else replace(answered, saved=False)
        yield answered

        # Learn: what this turn changes for the next ones.
        yield Learned(self._learn(turn, assessment, found) if answered.saved else ())

    def flag(self, turn_id: str, flag: Flag | None) -> Iterator[FlagEvent]:
        """Say that an answer was important or wrong; None takes the flag back.

        Raises:
            SparkError: there is no such turn, or the record cannot be written.
        """
        turn = self._turn(turn_id)
        source, meaning = self._answered_by(turn), self.reflex.embedder.embed([turn.text])[0]
        # Whatever forgets comes first: if the machine stops between the two, an answer is gone rather than served.
        if flag is Flag.WRONG:
            changes = self.procedures.on_flag(turn, flag, source, meaning)
            self.record.set_flag(turn_id, flag)
        else:
            self.record.set_flag(turn_id, flag)
            changes = self.procedures.on_flag(turn, flag, source, meaning)
        yield Flagged(turn_id, flag, again=flag is Flag.WRONG)
        yield Learned((_FLAG_IN_MEMORY[flag], *changes))

    def again(self, turn_id: str, *, cancel: threading.Event | None = None) -> Iterator[TurnEvent]:
        """Answer a turn's text once more, by the core and past the procedures; both answers stay in the record.

        Raises:
            SparkError: there is no such turn, or a part of the mind failed.
        """
        turn = self._turn(turn_id)
        yield from self.reply(turn.text, path=Route.CORE, use_cache=False, session=turn.session, cancel=cancel)

    def attention(self, turn_id: str) -> AnswerAttention:
        """Where the model that wrote an answer looked, layer by layer; raises SparkError where no model wrote it."""
        from engine.observation.attention import attention_of

        return attention_of(self, turn_id)

    def prompt(
        self, writer: Writer, text: str, memories: list[str], history: list[tuple[str, str]], max_tokens: int
    ) -> Prompt:
        """The context of one answer, with as much room left for writing as it may take."""
        room = writer.config.context - min(max_tokens, writer.config.context // 2)
        return writer.lay_out(text, memories, history, room)

    def _turn(self, turn_id: str) -> Turn:
        turn = self.record.turn(turn_id)
        if turn is None:
            raise SparkError(f"There is no turn {turn_id}; `spark memory list` shows the ids.")
        return turn

    def _look_up(
        self, text: str, assessment: Assessment, use_cache: bool
    ) -> tuple[Found | None, ProcedureFound | ProcedureMissed]:
        """The procedure for this turn, if any, and what is said about it: `ProcedureFound` where it answers."""
        began = time.perf_counter()
        looked = self.procedures.lookup(text, assessment.event.category, assessment.embedding)
        spent = (time.perf_counter() - began) * 1000
        usage = self.record.usage()
        hit_rate = usage.procedure_hits / usage.turns if usage.turns else 0.0

        def missed(why: str, near: Found | Missed) -> ProcedureMissed:
            name = near.nearest if isinstance(near, Missed) else near.pattern
            return ProcedureMissed(why, name, near.similarity, near.learned, hit_rate, spent)

        if isinstance(looked, Missed):
            return None, missed(looked.why, looked)
        if not use_cache:
            return None, missed("the cache is switched off for this turn", looked)
        if assessment.choice.route is not Route.PROCEDURE:
            return None, missed("learned, but this turn takes another path", looked)
        known = self.memory.recall(text, assessment.embedding).memories if looked.personal else ()
        if any(memory.kind != "document" for memory in known):
            return None, missed("memory knows something about it, so it is thought through", looked)
        if looked.explore:
            return looked, missed(looked.explore, looked)
        return looked, ProcedureFound(
            looked.pattern, looked.similarity, looked.why, looked.uses, looked.learned, hit_rate, spent, looked.family
        )

    def _save(self, turn: Turn, answered: Answered, told: list[TurnEvent], used: list[str]) -> Answered:
        try:
            self.record.add_turn(turn, json.dumps(turn_as_json([*told, answered])), used=used)
        except SparkError as error:  # the answer is there to read even when it cannot be kept
            return replace(answered, saved=False, note=f"This turn is not saved. {error}")
        return answered

    def _learn(self, turn: Turn, assessment: Assessment, found: Found | None) -> tuple[str, ...]:
        self.memory.remember(turn)
        source = found.pattern if found is not None else None
        changes = self.procedures.observe(turn, turn.cacheable, assessment.embedding, source)
        if found is not None and turn.cacheable and turn.path is Route.CORE:  # a hit that was put to the core as well
            changes += self.procedures.compare(found, turn.answer)
        return tuple(changes)

    def _answered_by(self, turn: Turn) -> str | None:
        """The pattern of the procedure that answered a turn."""
        decision = self.record.decision(turn.id) if turn.path is Route.PROCEDURE else None
        return json.loads(decision.json).get("procedure", {}).get("pattern") if decision is not None else None

    def _conversation(self, session: str) -> int:
        """Tokens of the session so far, as its last turn counted them."""
        for last in self.record.last_turns(session, 1):
            decision = self.record.decision(last.id)
            if decision is not None:
                return int(json.loads(decision.json).get("tokens", {}).get("conversation", 0))
        return 0

    def _sampling(self, seed: int | None, max_tokens: int | None, greedy: bool) -> Sampling:
        chosen = self.settings.generation
        return Sampling(
            temperature=0.0 if greedy else chosen.temperature,
            top_p=chosen.top_p,
            repetition_penalty=chosen.repetition_penalty,
            max_tokens=max_tokens or chosen.max_tokens,
            seed=seed,
        )

    def _threshold(self, given: float | None) -> float:
        return self.reflex.threshold(self.settings.routing, self.record) if given is None else given


_FLAG_IN_MEMORY = {
    Flag.IMPORTANT: "Memory ranks this turn higher, and it will not fade.",
    Flag.WRONG: "Memory keeps this turn but will not offer it again; it is on the list of failures.",
    None: "Memory treats this turn like any other again.",
}


def as_history(earlier: list[Turn]) -> list[tuple[str, str]]:
    """The turns just before as a prompt wants them: answers flagged wrong are not read again."""
    return [(past.text, past.answer) for past in earlier if past.answer and past.flag is not Flag.WRONG]


def _readable(text: str, assessment: Assessment) -> frozenset[str]:
    """Kinds of memories for whom: what is to become a procedure leans on nothing that was talked about, and code is
    for writing code; but a question about oneself is answered by what one said, whatever it is taken for."""
    if speaks_of_oneself(text) or why_not_cacheable(text) is not None:
        return EVERYTHING
    if assessment.choice.route is Route.PROCEDURE:
        return DOCUMENTS
    return CODE if assessment.event.category is Category.COMPLETION else EVERYTHING


def _stable(memories: Sequence[Memory]) -> bool:
    """Whether what was read would be read tomorrow too: documents stay, what was talked about does not."""
    return all(memory.kind == "document" for memory in memories)


def _not_empty(text: str) -> str:
    if not text.strip():
        raise SparkError("The message is empty; type a question or some Python.")
    return text
