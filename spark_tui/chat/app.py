"""The chat app: keys and clicks in, the engine's events out to the conversation and the panes.

    python -c "from spark_tui.chat.app import run; run(None)"

Nothing heavy is imported here. The first frame is drawn before the engine's thread begins to load torch; what is
typed and sent meanwhile waits in a queue and is answered as soon as Spark is awake.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import ClassVar

from textual.app import ComposeResult, SystemCommand
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.screen import Screen
from textual.timer import Timer
from textual.widgets import Static, TextArea

from engine.settings import Home
from spark_tui.chat import pace
from spark_tui.chat.answers import Answers
from spark_tui.chat.commands import COMMANDS, Called, parse
from spark_tui.chat.keeping import Keeping
from spark_tui.chat.mind import Open, open_spark
from spark_tui.chat.pace import Pace
from spark_tui.chat.places import Places
from spark_tui.chat.prompt import Prompt
from spark_tui.chat.viewing import Viewing
from spark_tui.first_reading import FirstReading
from spark_tui.personal import key_for
from spark_tui.plain import note
from spark_tui.preferences import Preferences


class EngineSpoke(Message):
    """The engine's thread has said something that should not wait for the timer."""


class ChatApp(Viewing, Answers, Places, Keeping):
    """One session with one mind. `open_mind` wakes it up, in a thread of its own."""

    CSS_PATH = "style.tcss"
    TITLE = "Spark"
    AUTO_FOCUS = "#prompt"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "stop", "stop", id="chat.stop"),
        Binding("f1", "help", "keys", id="chat.help"),
        Binding("f2", "memory", "memory", id="chat.memory"),
        Binding("f3", "attention", "attention", id="chat.attention"),
        Binding("f4", "panes", "panes", id="chat.panes"),
        Binding("f5", "zoom", "zoom", id="chat.zoom"),
        Binding("f6", "copy_code", "copy code", id="chat.copy_code"),
        Binding("f7", "copy_answer", "copy", id="chat.copy"),
        Binding("f8,ctrl+s", "flag('important')", "important", id="chat.important"),
        Binding("f9,ctrl+o", "flag('wrong')", "wrong", id="chat.wrong"),
        Binding("f10", "edit", "edit", id="chat.edit"),
        Binding("ctrl+g", "editor", "editor", id="chat.editor"),
        Binding("ctrl+n", "new", "new session", id="chat.new"),
        Binding("ctrl+r", "again", "other path", id="chat.again"),
        Binding("ctrl+t", "sessions", "sessions", id="chat.sessions"),
        Binding("alt+up", "select(-1)", "answer above", id="chat.above", priority=True),
        Binding("alt+down", "select(1)", "answer below", id="chat.below", priority=True),
        Binding("ctrl+q", "quit", "quit", id="chat.quit", priority=True),
        Binding("ctrl+end", "newest", "newest line", id="chat.newest", priority=True),
    ]

    def __init__(self, open_mind: Open, session: str | None = None, preferences: Preferences | None = None) -> None:
        super().__init__(open_mind, session, preferences)
        self._drain_timer: Timer | None = None
        self._pace = Pace()
        self.prompt.elsewhere |= frozenset(
            key.strip()
            for name, some in self.chosen_keys.items()
            if not name.startswith("prompt.")
            for key in some.split(",")
        )

    def compose(self) -> ComposeResult:
        yield self.line
        with Horizontal(id="body"):
            with Vertical(id="talk"):
                yield self.conversation
                yield self.attention
                yield self.summary
                yield self.menu
                with Horizontal(id="entry"):
                    yield Static(">", markup=False, classes="sign")
                    yield self.prompt
            yield self.panes
        yield self.hints

    def on_ready(self) -> None:
        """The first frame is drawn: let the terminal have it, then the engine may load."""
        self._drain_timer = self.set_interval(pace.SECONDS, self._tick, pause=True)
        self.keep_theme()
        self.set_timer(0.03, self.worker.start)

    def on_unmount(self) -> None:
        self.worker.stop(patience=0.0)

    # The engine's side

    def wake(self) -> None:
        """Called in the engine's thread."""
        if self.is_running:
            self.post_message(EngineSpoke())

    def say_from_thread(self, sentence: str) -> None:
        """Called in whatever thread; nobody minds if the screen is gone by then."""
        with suppress(RuntimeError):
            self.call_from_thread(self.notify, sentence, markup=False)

    def reading_from_thread(self, going_on: bool) -> None:
        """The same; until the first reading is over, answers about Python lack what it is about."""
        with suppress(RuntimeError):
            self.call_from_thread(self.line.show_beside, "reading its library" if going_on else "")
            self.listener.reading = going_on

    async def on_engine_spoke(self) -> None:
        self.grace.end()
        await self.listener.hear(self.worker.drain())
        self.worker.shown()

    def on_text_area_changed(self, message: TextArea.Changed) -> None:
        if message.text_area is self.prompt:
            self._pace.typed()

    def _tick(self) -> None:
        """A timer runs beside the message queue: what was written is heard in the queue, in its order."""
        if self._pace.due():
            self.post_message(EngineSpoke())
            for turn in self.conversation.running():
                turn.tick()

    def settled(self, busy: bool) -> None:
        """The timer rests while nothing is being written."""
        if self._drain_timer is not None:
            (self._drain_timer.resume if busy else self._drain_timer.pause)()

    # The person's side

    async def on_prompt_submitted(self, message: Prompt.Submitted) -> None:
        wanted = parse(message.text)
        if isinstance(wanted, Called):
            await self.run_action(wanted.action)
        elif wanted is not None:
            if not self.prompt.text:
                self.prompt.put(message.text)
            self.hints.say(f"There is no command {wanted}; /help lists them all.")
        elif message.text.strip():
            self.name_after(message.text)
            await self.ask(message.text)
        elif self.conversation.selected is not None:
            self.action_edit()
        else:
            self.hints.say("Type a question, or / for commands.")

    async def action_stop(self) -> None:
        """Stop the answer that is being written, or take back a queued question; else close and unselect."""
        running = list(self.conversation.running())
        if running:
            first = running[0]
            if self.worker.cancel(first.exchange.ticket):  # it had not begun
                await self.conversation.drop(first)
                self.listener.settle()
            else:
                first.doing("stopping")
            if not self.prompt.text.strip():
                self.prompt.put(first.exchange.text)
        elif self.attention.open:
            self.close_attention()
        elif self.panes.open_pane is not None:
            self.panes.open(None)
        elif self.conversation.selected is not None:
            self._select(None)
            self.conversation.to_end()

    def action_editor(self) -> None:
        """Let the person write in their own editor; what they save comes back into the input."""
        from spark_tui.chat.editor import edited

        text = edited(self, self.prompt.message(), ".md")
        if text is not None:
            self.prompt.put(text.rstrip("\n"))

    def action_help(self) -> None:
        from spark_tui.chat.help import HelpScreen

        self.push_screen(HelpScreen())

    def action_help_quit(self) -> None:
        """ctrl+c with nothing selected: stops an answer, as it stops a program; leaving is another key."""
        if next(self.conversation.running(), None) is not None:
            self.call_later(self.action_stop)
            return
        leave, stop = key_for(self, "chat.quit", "ctrl+q"), key_for(self, "chat.stop", "esc")
        self.hints.say(f"{leave} quits; {stop} stops an answer.")

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
            yield SystemCommand(name, command.does, self._runner(Called(command).action))
        for theirs in super().get_system_commands(screen):
            if theirs.title in ("Theme", "Screenshot"):
                yield theirs if theirs.title != "Theme" else theirs._replace(title="Themes, all")

    def _runner(self, action: str) -> Callable[[], Awaitable[None]]:
        async def run_it() -> None:
            await self.run_action(action)

        return run_it


def run(home: Path | None, session: str | None = None) -> int:
    """Open the chat on this terminal until it is quit; the exit status. Without a session: the last one again."""
    place = Home.find(home)
    with FirstReading(place) as reading:
        return run_app(open_spark(home, reading.begin), session, Preferences(place), reading)


def run_app(
    open_mind: Open,
    session: str | None = None,
    preferences: Preferences | None = None,
    reading: FirstReading | None = None,
) -> int:
    """The same with any mind.

    An engine that is still busy when the person has left is not waited for: what was answered is on disk already.
    """
    app = ChatApp(open_mind, session, preferences)
    if reading is not None:
        reading.said, reading.going_on = app.say_from_thread, app.reading_from_thread
    for name in ("SIGHUP", "SIGTERM"):  # the terminal is gone, or the machine goes down: leave in good order
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), lambda *_: app.leave())
    status = app.run()
    status = app.return_code or 0 if status is None else status
    ended = app.worker.stop()
    if app.draft is not None:
        note(f"A summary of this session is in {app.draft}; `spark journal` lists them all.")
    if not ended:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)
    return status
