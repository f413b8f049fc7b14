"""What becomes of everything the engine says: text to the conversation, facts to the panes, state to the title."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from enum import Enum, auto
from itertools import count

from engine.events import Answered, Event, Flagged, Learned, Loading, Recalled, Wrote
from engine.routing.categories import Route
from spark_tui.chat.conversation import Conversation
from spark_tui.chat.engine_worker import Called, Failed, Finished, Heard, Ready, Said
from spark_tui.chat.exchange import Exchange
from spark_tui.chat.frame import Title
from spark_tui.chat.mind import HISTORY, Past
from spark_tui.chat.panes.column import PaneColumn
from spark_tui.chat.prompt import Prompt
from spark_tui.chat.summary import Summary
from spark_tui.chat.turn import TurnView


class Phase(Enum):
    LOADING = auto()
    AWAKE = auto()
    ASLEEP = auto()
    """Spark could not be opened; the next message tries again."""


class Listener:
    """Hears the engine on behalf of the widgets. `settled` is told whether anything is still going on."""

    def __init__(
        self,
        title: Title,
        conversation: Conversation,
        panes: PaneColumn,
        summary: Summary,
        prompt: Prompt,
        settled: Callable[[bool], None],
    ) -> None:
        self.phase = Phase.LOADING
        self.tickets = count()
        self._title = title
        self._conversation = conversation
        self._panes = panes
        self._summary = summary
        self._prompt = prompt
        self._settled = settled
        self._unexplained: list[Event | None] = []
        self._flagging: str | None = None
        self.reading = False
        """The first reading goes on: what is asked now may be in what is not read yet."""

    async def hear(self, heard: list[Heard]) -> None:
        """Deal with everything in order, but with all pieces of text that follow each other at once."""
        pieces: list[Wrote] = []
        writer: int | None = None
        for item in heard:
            if isinstance(item, Said) and isinstance(item.event, Wrote):
                pieces.append(item.event)
                writer = item.ticket
                continue
            await self._write(writer, pieces)
            pieces = []
            match item:
                case Said(event, None):
                    self._aside(event)
                case Said(event, int(ticket)):
                    await self._turn_said(event, ticket)
                case Ready():
                    await self._awake(item)
                case Finished():
                    self._panes.hear_usage(item.usage)
                    await self._finish(item.ticket)
                case Called(then):
                    await then()
                case Failed():
                    await self._fail(item)
        await self._write(writer, pieces)
        if self._unexplained:
            self._conversation.call_after_refresh(self._explain)

    def show(self, turn: TurnView | None) -> None:
        """Let the panes explain this turn (None: the newest)."""
        turn = turn or self._conversation.newest()
        self._replay(turn.exchange.events if turn is not None else [])

    def settle(self) -> None:
        """Say in the title what is going on."""
        running = next(self._conversation.running(), None)
        if self.phase is Phase.ASLEEP and running is None:
            self._title.show_state("asleep", alarm=True)
        elif self.phase is Phase.AWAKE:
            self._title.show_state("thinking …" if running is not None else "ready")
        self._settled(running is not None)

    # Pieces of the above

    async def _write(self, ticket: int | None, pieces: list[Wrote]) -> None:
        turn = self._conversation.by_ticket(ticket) if ticket is not None and pieces else None
        if turn is None:
            return
        first = not turn.exchange.answer
        with self._conversation.app.batch_update():  # nothing else is drawn in between
            await turn.write(pieces)
        if first:
            self._conversation.draw()
        self._title.show_state("writing …")
        if self._shows(turn):
            for piece in pieces:
                self._show(piece)

    async def _turn_said(self, event: Event, ticket: int) -> None:
        turn = self._conversation.by_ticket(ticket)
        if turn is None:
            return
        if not turn.exchange.events and self._conversation.selected is None:
            self._show(None)
        await turn.hear(event)
        if isinstance(event, Learned) and event.changes:
            turn.note(in_one((turn.exchange.note, *event.changes)))
        if self._shows(turn):
            self._show(event)
        if isinstance(event, Answered):
            if self.reading and _found_nothing(turn.exchange.events):
                turn.note("Spark is still reading its library; what it did not know now it may know in a minute")
            self.settle()  # what is remembered and learned now is nothing to wait for
            self._conversation.call_after_refresh(self._conversation.make_ready)

    def _aside(self, event: Event) -> None:
        """What belongs to no running turn: waking up, and flags."""
        if isinstance(event, Loading):
            if self.phase is Phase.AWAKE:
                return  # a part that was needed first now
            self.phase = Phase.LOADING
            self._title.show_state(f"loading {event.done}/{event.total} {event.stage} …")
            self._conversation.welcome.hear(event)
            return
        self._show(event)
        if isinstance(event, Flagged):
            self._flagging = event.turn_id
        turn = self._conversation.by_id(self._flagging) if self._flagging else None
        if turn is None:
            return
        if isinstance(event, Flagged):
            turn.set_flag(event.flag)
            other = "fast path" if turn.exchange.facts.path is Route.CORE else "core"
            again = event.again and not turn.beside
            turn.note(f"/again has the {other} answer it too, side by side" if again else "")
        elif isinstance(event, Learned) and event.changes:
            turn.note(in_one((*event.changes, turn.exchange.note)))

    async def _awake(self, ready: Ready) -> None:
        self.phase = Phase.AWAKE
        self._title.describe(ready.described)
        self._conversation.welcome.awake()
        self._panes.hear_usage(ready.usage)
        if ready.past and all(turn.exchange.running for turn in self._conversation.turns):
            await self.show_session(ready.past)
        for turn in self._conversation.running():
            turn.doing("queued")
        self.settle()
        self._conversation.call_after_refresh(self._conversation.make_ready)

    async def show_session(self, past: Past) -> None:
        """The end of a session that was opened; earlier turns come when a person scrolls to them."""
        if not past:
            return
        exchanges = self._exchanges(past)
        await self._conversation.begin_with(exchanges, more=len(past) == HISTORY)
        self._prompt.remember([exchange.text for exchange in exchanges])
        self._replay(exchanges[-1].events)

    async def show_older(self, past: Past) -> None:
        """What the record has before the first turn on the screen."""
        await self._conversation.older(self._exchanges(past), more=len(past) == HISTORY)

    def _exchanges(self, past: Past) -> list[Exchange]:
        from spark_tui.chat.past import events_of

        return [Exchange.from_record(next(self.tickets), turn, events_of(turn, why)) for turn, why in past]

    async def _finish(self, ticket: int | None) -> None:
        turn = self._conversation.by_ticket(ticket) if ticket is not None else None
        if turn is not None:
            exchange = turn.exchange
            if exchange.running:
                turn.give_up("stopped")
            if exchange.facts.ending and not exchange.answer.strip():
                await self._put_back(turn)
        self.settle()

    async def _fail(self, failed: Failed) -> None:
        if failed.asleep:
            self.phase = Phase.ASLEEP
            self._conversation.welcome.failed()
        turn = self._conversation.by_ticket(failed.ticket) if failed.ticket is not None else None
        if turn is not None:
            turn.give_up("broken off")
            if not turn.exchange.answer.strip():
                await self._put_back(turn)
        if failed.sentence:
            self._conversation.say(failed.sentence)
        self.settle()

    async def _put_back(self, turn: TurnView) -> None:
        """Nothing came of it: the question goes back where it was typed, if nothing else is there by now."""
        await self._conversation.drop(turn)
        if not self._prompt.text.strip():
            self._prompt.put(turn.exchange.text)

    def _replay(self, said: list[Event]) -> None:
        self._unexplained.clear()  # it is among these
        self._panes.replay(said)
        self._summary.replay(said)

    def _show(self, event: Event | None) -> None:
        """Let the panes hear this (None: a turn begins), once the conversation is drawn: the answer comes first."""
        self._unexplained.append(event)

    def _explain(self) -> None:
        unexplained, self._unexplained = self._unexplained, []
        for event in unexplained:
            if event is None:
                self._panes.replay(())
                self._summary.begin()
            else:
                self._panes.hear(event)
                self._summary.hear(event)

    def _shows(self, turn: TurnView) -> bool:
        """Do the panes explain this turn? The selected one, else whichever speaks."""
        return self._conversation.selected in (None, turn)


def in_one(sentences: Iterable[str]) -> str:
    """Several sentences as one."""
    return "; ".join(sentence.rstrip(".") for sentence in sentences if sentence)


def _found_nothing(events: Iterable[Event]) -> bool:
    """Whether memory was asked, and had nothing to read."""
    return any(isinstance(event, Recalled) and not event.memories for event in events)
