"""The journal from within the chat: the summary of a session, questions and hypotheses."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from engine.errors import SparkError
from spark_tui.chat.base import ChatBase
from spark_tui.chat.mind import Mind

if TYPE_CHECKING:
    from engine.observation.journal import Journal

WORTH_KEEPING = 3
"""Questions asked in a run from which on leaving writes a draft of the summary by itself."""


class Keeping(ChatBase):
    draft: Path | None = None
    """The summary that was kept on leaving."""

    def on_mount(self) -> None:
        self.worker.parting = self._draft_on_leaving

    def action_journal(self) -> None:
        """Draft the summary of this session from the log, and let the person edit and keep it."""
        session, journal = self.worker.session, self._journal()

        async def drafted(draft: tuple[str, str] | None) -> None:
            from spark_tui.chat.journal_screen import JournalScreen

            if draft is None:
                self.hints.say("Nothing was asked in this session yet.")
                return
            text, until = draft

            def kept(edited: str | None) -> None:
                if edited is not None:
                    self._tell(lambda: f"Kept in {journal.save_summary(session, until, edited)}")

            self.push_screen(JournalScreen(text), kept)

        self.worker.call(lambda mind: journal.draft(mind.record, session), drafted)

    def action_question(self, text: str = "") -> None:
        if not text:
            self.hints.say("Type the question behind it: /question why does the second head look back?")
            return
        self._tell(lambda: f"Question {self._journal().add_question(text)} is in the journal.")

    def action_hypothesis(self, text: str = "") -> None:
        def note() -> str:
            one = self._journal().add_hypothesis(text)
            return f"Hypothesis {one.number} is noted; `spark study --hypothesis {one.number}` tests it."

        if not self._tell(note) and text and not self.prompt.text:
            self.prompt.put(f"/hypothesis {text}")  # it lacks a word or two

    def _tell(self, work: Callable[[], str]) -> bool:
        """Do a small thing to a file, and say in a line what came of it. False: it failed."""
        try:
            self.hints.say(work())
        except SparkError as error:
            self.hints.say(str(error))
            return False
        return True

    def _journal(self) -> Journal:
        from engine.observation.journal import Journal

        return Journal(self.preferences.home)

    def _draft_on_leaving(self, mind: Mind, asked: int) -> None:
        """Called in the engine's thread when the person has left; never fails."""
        if asked < WORTH_KEEPING:
            return
        journal = self._journal()
        draft = journal.draft(mind.record, self.worker.session)
        if draft is not None:
            self.draft = journal.save_summary(self.worker.session, draft[1], draft[0])
