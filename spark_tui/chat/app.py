"""The chat app: keys and clicks in, the engine's events out to the conversation and the panes.

    python -c "from spark_tui.chat.app import run; run(None)"

Nothing heavy is imported here. The first frame is drawn before the engine's thread begins to load torch; what is
typed and sent meanwhile waits in a queue and is answered as soon as Spark is awake.
"""

from __future__ import annotations

import gc
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual.app import App, ComposeResult, SystemCommand
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.screen import Screen
from textual.timer import Timer
from textual.widgets import Static

from engine.events import Flag
from engine.routing.categories import Route
from spark_tui.chat.attention.drawer import AttentionDrawer
from spark_tui.chat.commands import COMMANDS, Command, parse
from spark_tui.chat.conversation import Conversation
from spark_tui.chat.engine_worker import EngineWorker, Open, open_spark
from spark_tui.chat.exchange import Exchange
from spark_tui.chat.frame import Hints, Title
from spark_tui.chat.listener import Listener, Phase
from spark_tui.chat.panes.column import PaneColumn
from spark_tui.chat.prompt import Prompt
from spark_tui.chat.summary import Summary
from spark_tui.chat.terminal import driver_class
from spark_tui.chat.turn import TurnView
from spark_tui.theme import THEMES, path_variables

if TYPE_CHECKING:
    from engine.observation.attention import AnswerAttention

DRAIN_SECONDS = 0.1
"""How often pieces of an answer are shown: smooth to read, and the Markdown widget keeps up."""


class EngineSpoke(Message):
    """The engine's thread has said something that should not wait for the timer."""


class ChatApp(App[int]):
    """One session with one mind. `open_mind` wakes it up, in a thread of its own."""

    CSS_PATH = "style.tcss"
    TITLE = "Spark"
    AUTO_FOCUS = "#prompt"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide"), (140, "-wider")]  # noqa: RUF012  # Textual's type
    VERTICAL_BREAKPOINTS = [(0, "-tiny"), (8, "-low"), (14, "-high")]  # noqa: RUF012
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "stop", "stop", id="chat.stop"),
        Binding("f1", "help", "keys", id="chat.help"),
        Binding("f3", "attention", "attention", id="chat.attention"),
        Binding("f4", "panes", "panes", id="chat.panes"),
        Binding("f7", "copy_answer", "copy", id="chat.copy"),
        Binding("f8,ctrl+s", "flag('important')", "important", id="chat.important"),
        Binding("f9,ctrl+o", "flag('wrong')", "wrong", id="chat.wrong"),
        Binding("ctrl+r", "again", "other path", id="chat.again"),
        Binding("alt+up", "select(-1)", "answer above", id="chat.above", priority=True),
        Binding("alt+down", "select(1)", "answer below", id="chat.below", priority=True),
        Binding("ctrl+end", "newest", "newest line", id="chat.newest", priority=True),
    ]

    def __init__(self, open_mind: Open, session: str = "default") -> None:
        super().__init__(driver_class=driver_class())
        self.worker = EngineWorker(open_mind, self._wake, session)
        self.line = Title(session)
        self.conversation = Conversation()
        self.panes = PaneColumn()
        self.summary = Summary()
        self.attention = AttentionDrawer()
        self.prompt = Prompt([command.name for command in COMMANDS])
        self.hints = Hints()
        self.listener = Listener(self.line, self.conversation, self.panes, self.summary, self.prompt, self._settled)
        self._drain_timer: Timer | None = None
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = THEMES[0].name

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return path_variables(self.current_theme.dark)

    def compose(self) -> ComposeResult:
        yield self.line
        with Horizontal(id="body"):
            with Vertical(id="talk"):
                yield self.conversation
                yield self.attention
                yield self.summary
                with Horizontal(id="entry"):
                    yield Static(">", markup=False, classes="sign")
                    yield self.prompt
            yield self.panes
        yield self.hints

    def on_ready(self) -> None:
        """The first frame is drawn: let the terminal have it, then the engine may load."""
        gc.freeze()
        gc.enable()  # `spark` starts without it
        self._drain_timer = self.set_interval(DRAIN_SECONDS, self._tick, pause=True)
        self.set_timer(0.03, self.worker.start)

    def on_unmount(self) -> None:
        self.worker.stop(patience=0.0)

    # The engine's side

    def _wake(self) -> None:
        """Called in the engine's thread."""
        if self.is_running:
            self.post_message(EngineSpoke())

    async def on_engine_spoke(self) -> None:
        await self.listener.hear(self.worker.drain())

    def _tick(self) -> None:
        """A timer runs beside the message queue: what was written is heard in the queue, in its order."""
        self.post_message(EngineSpoke())
        for turn in self.conversation.running():
            turn.tick()

    def _settled(self, busy: bool) -> None:
        """The timer rests while nothing is being written."""
        if self._drain_timer is not None:
            (self._drain_timer.resume if busy else self._drain_timer.pause)()

    # The person's side

    async def on_prompt_submitted(self, message: Prompt.Submitted) -> None:
        wanted = parse(message.text)
        if isinstance(wanted, Command):
            await self.run_action(wanted.action)
        elif wanted is not None:
            if not self.prompt.text:
                self.prompt.put(message.text)
            self.hints.say(f"There is no command {wanted}; /help lists them all.")
        elif not message.text.strip():
            self.hints.say("Type a question, or / for commands.")
        else:
            await self.ask(message.text)

    async def ask(self, text: str, path: Route | None = None) -> None:
        """Put a question to Spark, by a path of one's choice or by the one that the policy finds."""
        exchange = Exchange.asked(next(self.listener.tickets), text, self._doing_first())
        self.conversation.select(None)
        await self.conversation.add(exchange)
        self.conversation.to_end()
        self.worker.ask(exchange.ticket, text, path)
        self.listener.settle()

    def _doing_first(self) -> str:
        if self.listener.phase is not Phase.AWAKE:
            return "waiting until Spark is awake"
        return "queued" if next(self.conversation.running(), None) else "reading the question"

    async def action_stop(self) -> None:
        """Stop the answer that is being written; else take back a queued question; else close and unselect."""
        running = list(self.conversation.running())
        if running:
            first = running[0]
            if self.worker.cancel(first.exchange.ticket):  # it had not begun
                await self.conversation.drop(first)
                if not self.prompt.text.strip():
                    self.prompt.put(first.exchange.text)
                self.listener.settle()
            else:
                first.doing("stopping")
        elif self.attention.open:
            self._close_attention()
        elif self.panes.open_pane is not None:
            self.panes.open(None)
        elif self.conversation.selected is not None:
            self._select(None)

    def action_flag(self, name: str) -> None:
        """Flag the selected or last answer; the same flag again clears it."""
        turn = self.conversation.selected or self.conversation.last_answered()
        self._toggle(turn, Flag(name))

    def _toggle(self, turn: TurnView | None, flag: Flag) -> None:
        if turn is None or turn.exchange.turn_id is None or not turn.exchange.can_flag:
            self.hints.say("There is no finished answer to flag yet.")
            return
        self.worker.flag(turn.exchange.turn_id, None if turn.exchange.flag is flag else flag)

    def on_turn_view_flag_wanted(self, message: TurnView.FlagWanted) -> None:
        self._toggle(message.turn, message.flag)

    def on_turn_view_chosen(self, message: TurnView.Chosen) -> None:
        self._select(None if message.turn is self.conversation.selected else message.turn)

    async def action_select(self, step: int) -> None:
        self._select(await self.conversation.neighbour(step))

    def _select(self, turn: TurnView | None) -> None:
        self.conversation.select(turn)
        self.listener.show(turn)
        if self.attention.open and turn is not None and turn.exchange.turn_id is not None:
            self._look_into(turn)
        if turn is None:
            self.conversation.to_end()

    async def action_again(self) -> None:
        """Answer the selected or last question once more, by the path that did not answer it."""
        turn = self.conversation.selected or self.conversation.last_answered()
        if turn is None or turn.exchange.running:
            self.hints.say("There is no answered question yet.")
            return
        await self.ask(turn.exchange.text, Route.FAST if turn.exchange.facts.path is Route.CORE else Route.CORE)

    def action_copy_answer(self) -> None:
        turn = self.conversation.selected or self.conversation.last_answered()
        if turn is None or not turn.exchange.answer:
            self.hints.say("There is no answer to copy yet.")
            return
        self.copy_to_clipboard(turn.exchange.answer)
        self.hints.say("Copied, if your terminal allows it (OSC 52).")

    def action_attention(self) -> None:
        """Open the drawer on the selected or last answer, or close it."""
        turn = self.conversation.selected or self.conversation.last_answered()
        if self.attention.open:
            self._close_attention()
        elif turn is None or turn.exchange.turn_id is None:
            self.hints.say("There is no finished answer to look into yet.")
        else:
            self._look_into(turn)

    def _look_into(self, turn: TurnView) -> None:
        turn_id = turn.exchange.turn_id
        assert turn_id is not None
        if turn.exchange.facts.path is Route.PROCEDURE:
            self.hints.say("A learned procedure gave this answer: no model looked at anything.")
            return
        self.attention.wait(turn_id)

        async def show(seen: AnswerAttention) -> None:
            self.attention.look_into(turn_id, seen)

        self.worker.call(lambda mind: mind.attention(turn_id), show)

    def _close_attention(self) -> None:
        self.attention.close()
        self.prompt.focus()

    def on_attention_drawer_typed(self, message: AttentionDrawer.Typed) -> None:
        self.prompt.focus()
        self.prompt.insert(message.character)

    def action_panes(self) -> None:
        """Wide: show or hide the column. Narrow: open one pane after the other over the conversation."""
        if self.screen.has_class("-narrow"):
            self.panes.open(self.panes.next_name())
        else:
            self.screen.toggle_class("-hidden")

    def on_summary_pane_wanted(self, message: Summary.PaneWanted) -> None:
        self.panes.open(None if self.panes.open_pane == message.name else message.name)

    async def action_clear(self) -> None:
        await self.conversation.clear()

    def action_page(self, step: int) -> None:
        (self.conversation.scroll_page_up if step < 0 else self.conversation.scroll_page_down)(animate=False)

    def action_newest(self) -> None:
        self.conversation.to_end()

    def action_help(self) -> None:
        from spark_tui.chat.help import HelpScreen

        self.push_screen(HelpScreen())

    def action_help_quit(self) -> None:
        """ctrl+c with nothing selected."""
        self.hints.say("ctrl+q quits; esc stops an answer.")

    async def action_quit(self) -> None:
        self.exit(0)

    def leave(self) -> None:
        """Quit; called from a signal handler."""
        if self.is_running:
            self.call_later(self.exit, 0)

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """The palette has everything that the slash commands have, and Textual's themes and screenshot."""
        for command in COMMANDS:
            name = command.name.removeprefix("/").capitalize()
            yield SystemCommand(name, command.does, self._runner(command.action))
        for theirs in super().get_system_commands(screen):
            if theirs.title in ("Theme", "Screenshot"):
                yield theirs

    def _runner(self, action: str) -> Callable[[], Awaitable[None]]:
        async def run_it() -> None:
            await self.run_action(action)

        return run_it


def run(home: Path | None, session: str = "default") -> int:
    """Open the chat on this terminal until it is quit; the exit status."""
    return run_app(open_spark(home), session)


def run_app(open_mind: Open, session: str = "default") -> int:
    """The same with any mind.

    An engine that is still busy when the person has left is not waited for: what was answered is on disk already.
    """
    app = ChatApp(open_mind, session)
    for name in ("SIGHUP", "SIGTERM"):  # the terminal is gone, or the machine goes down: leave in good order
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), lambda *_: app.leave())
    status = app.run()
    status = app.return_code or 0 if status is None else status
    if not app.worker.stop():
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)
    return status
