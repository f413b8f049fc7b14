"""The draft of a session summary, for the person to edit and keep."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, cast

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from engine.text import sanitize
from spark_tui.theme import DIM
from spark_tui.widgets.editable import Editable
from spark_tui.widgets.screens import Overlay

if TYPE_CHECKING:
    from spark_tui.chat.base import ChatBase


class JournalScreen(Overlay[str | None]):
    """Ends with the text to keep, or None."""

    AUTO_FOCUS = "#page"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "keep", "keep", priority=True),
        Binding("ctrl+g", "editor", "editor", priority=True),
        Binding("escape", "dismiss(None)", "leave", priority=True),
    ]

    def __init__(self, draft: str) -> None:
        super().__init__()
        self._page = Editable(draft, id="page", highlight_cursor_line=False, soft_wrap=True)

    def compose(self) -> ComposeResult:
        with Vertical(id="journal"):
            yield Static(Content.styled("Journal: this session, drafted from the log", "bold"), markup=False)
            yield self._page
            yield Static(Content.styled("ctrl+s keep   ctrl+g your editor   esc leave it", DIM), markup=False)

    def action_keep(self) -> None:
        self.dismiss(self._page.text)

    def action_editor(self) -> None:
        from spark_tui.chat.editor import edited

        text = edited(cast("ChatBase", self.app), self._page.text, ".md")
        if text is not None:
            self._page.text = sanitize(text)
