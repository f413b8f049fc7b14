"""Sessions: finding, resuming, naming and exporting them; what is older comes when a person scrolls to it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from spark_tui.chat.base import ChatBase
from spark_tui.chat.conversation import Conversation
from spark_tui.chat.mind import Mind, Past, before, last_of
from spark_tui.widgets.lines import one_line

if TYPE_CHECKING:
    from engine.record import Session

LONGEST_NAME = 60


class Places(ChatBase):
    _unnamed = ""  # the session of this run that is called after the moment alone

    async def on_conversation_earlier_wanted(self, message: Conversation.EarlierWanted) -> None:
        self.worker.call(lambda mind: before(mind, message.turn_id), self.listener.show_older)

    def action_sessions(self) -> None:
        from spark_tui.chat.sessions import SessionsScreen

        def chosen(name: str | None) -> None:
            if name is not None:
                self.enter_session(name)

        self.push_screen(SessionsScreen(self.worker.session, self._search), chosen)

    def _search(self, words: str, then: Callable[[list[Session]], Awaitable[None]]) -> None:
        self.worker.call(lambda mind: mind.record.find_sessions(words), then)

    def action_new(self, name: str = "") -> None:
        """Begin a session; without a name it is called after the moment and its first question."""
        from datetime import datetime

        moment = f"{datetime.now():%d %b %H:%M:%S}"
        self.enter_session(name or moment)
        self._unnamed = "" if name else moment

    def name_after(self, text: str) -> None:
        """A session that was begun without a name has one from its first question on, beside the moment."""
        if self._unnamed and self._unnamed == self.worker.session:
            self._call_it(f"{' '.join(one_line(text).split()[:6])[: LONGEST_NAME // 2]} · {self._unnamed}")
        self._unnamed = ""

    def _call_it(self, name: str) -> None:
        self.worker.session = name
        self.line.rename(name)
        self.preferences.put("session", name)

    def enter_session(self, name: str) -> None:
        """Go on with the session of that name, or begin it."""
        name = one_line(name, LONGEST_NAME)
        if not name:
            self.hints.say("A session needs a name.")
            return
        if next(self.conversation.running(), None) is not None:
            self.hints.say("An answer is still being written; esc stops it.")
            return
        self._call_it(name)
        self.worker.call(lambda mind: last_of(mind, name), partial(self._entered, name))

    async def _entered(self, name: str, past: Past) -> None:
        if name != self.worker.session:
            return  # another one has been chosen meanwhile
        await self.conversation.clear()
        self.panes.replay(())
        self.summary.begin()
        await self.listener.show_session(past)
        self.conversation.to_end()
        self.hints.say(f"Session {name}." if past else f"A new session: {name}.")

    def action_rename(self, name: str = "") -> None:
        old, new = self.worker.session, one_line(name, LONGEST_NAME)
        if not new:
            self.hints.say("Type the new name behind it: /rename paths on windows")
            return

        def rename(mind: Mind) -> bool:
            if new == old or all(session.name != new for session in mind.record.find_sessions(new)):
                mind.record.rename_session(old, new)
                return True
            return False

        async def renamed(done: bool) -> None:
            if done:
                self._call_it(new)
                self.hints.say(f"This session is called {new} now.")
            else:  # the record would join the two, and nobody could part them again
                self.hints.say(f"There is a session {new} already; choose another name.")

        self.worker.call(rename, renamed)

    def action_export(self, name: str = "") -> None:
        """Write the session as Markdown: to the file named, else into Spark's home."""
        from spark_tui.chat.export import export

        session, home = self.worker.session, self.preferences.home

        async def exported(path: Path) -> None:
            self.hints.say(f"Written to {path}")

        self.worker.call(lambda mind: export(mind.record, session, home, name), exported)
