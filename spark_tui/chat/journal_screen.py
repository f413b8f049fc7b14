"""The draft of a session summary, for the person to edit and keep."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, cast

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static, TextArea

from engine.text import sanitize
from spark_tui.theme import DIM

if TYPE_CHECKING:
    from spark_tui.chat.base import ChatBase


class Page(TextArea):
    """What is pasted here is text too, whatever bytes are in it."""

    async def _on_paste(self, event: events.Paste) -> None:
        event.prevent_default()
        event.stop()
        self.insert(sanitize(event.text))


class JournalScreen(ModalScreen[str | None]):
    """Ends with the text to keep, or None."""

    AUTO_FOCUS = "#page"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "keep", "keep", priority=True),
        Binding("ctrl+g", "editor", "editor", priority=True),
        Binding("escape", "dismiss(None)", "leave", priority=True),
    ]

    def __init__(self, draft: str) -> None:
        super().__init__()
        self._draft = draft

    def compose(self) -> ComposeResult:
        with Vertical(id="journal"):
            yield Static(Content.styled("Journal: this session, drafted from the log", "bold"), markup=False)
            yield Page(self._draft, id="page", highlight_cursor_line=False, soft_wrap=True)
            yield Static(Content.styled("ctrl+s keep   ctrl+g your editor   esc leave it", DIM), markup=False)

    def action_keep(self) -> None:
        self.dismiss(self.query_one(Page).text)

    def action_editor(self) -> None:
        from spark_tui.chat.editor import edited

        page = self.query_one(Page)
        text = edited(cast("ChatBase", self.app), page.text, ".md")
        if text is not None:
            page.text = sanitize(text)
