"""What every part of the chat's behaviour works with: the widgets, the engine's thread, what a person prefers."""

from __future__ import annotations

from spark_tui.chat.attention.drawer import AttentionDrawer
from spark_tui.chat.conversation import Conversation
from spark_tui.chat.engine_worker import EngineWorker
from spark_tui.chat.frame import Hints, Title
from spark_tui.chat.grace import Grace
from spark_tui.chat.listener import Listener
from spark_tui.chat.menu import CommandMenu
from spark_tui.chat.mind import Open
from spark_tui.chat.panes.column import PaneColumn
from spark_tui.chat.prompt import Prompt
from spark_tui.chat.summary import Summary
from spark_tui.chat.turn import TurnView
from spark_tui.personal import PersonalApp
from spark_tui.preferences import Preferences


class ChatBase(PersonalApp[int]):
    """One screen, one mind, one person."""

    def __init__(self, open_mind: Open, session: str | None = None, preferences: Preferences | None = None) -> None:
        super().__init__(preferences)
        session = session or self.preferences.get("session", "default")
        self.worker = EngineWorker(open_mind, self.wake, session)
        self.line = Title(session)
        self.conversation = Conversation()
        self.panes = PaneColumn()
        self.summary = Summary()
        self.attention = AttentionDrawer()
        self.menu = CommandMenu()
        self.prompt = Prompt(self.menu)
        self.hints = Hints()
        self.grace = Grace(self)
        self.listener = Listener(self.line, self.conversation, self.panes, self.summary, self.prompt, self.settled)

    def wake(self) -> None:
        """The engine has said something; called in its thread."""

    def settled(self, busy: bool) -> None:
        """Whether anything is being written has changed, perhaps."""

    def chosen_turn(self) -> TurnView | None:
        """What a key means that says nothing else: the selected answer, or the last one."""
        return self.conversation.selected or self.conversation.last_answered()
