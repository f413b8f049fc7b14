"""ctrl+t: every session, found by name or by what was said in it, to go on with; or a new one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from spark_tui.theme import DIM
from spark_tui.widgets.lines import one_line
from spark_tui.widgets.screens import Choices, Overlay

if TYPE_CHECKING:
    from engine.record import Session

Search = Callable[[str, "Callable[[list[Session]], Awaitable[None]]"], None]
_NAME = 34


class SessionsScreen(Overlay[str | None]):
    """Ends with the name of the session to go on with, or None."""

    AUTO_FOCUS = "#sought"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "close"),
        Binding("up", "move(-1)", "up"),
        Binding("down", "move(1)", "down"),
    ]

    def __init__(self, current: str, search: Search) -> None:
        super().__init__()
        self._current, self._search = current, search
        self._listed: str | None = None  # the words that the list is for
        self._entering = False  # enter came before the list was there
        # Held rather than queried: who leaves as this opens gets a screen whose widgets never come.
        self._sought = Input(placeholder="a name, or words that were said", id="sought")
        self._found = Choices(id="found", markup=False)
        self._found.can_focus = False  # the arrows work from the input

    def compose(self) -> ComposeResult:
        with Vertical(id="sessions"):
            yield Static(Content.styled("Sessions", "bold"), markup=False)
            yield self._sought
            yield self._found
            yield Static(Content.styled("enter go on  ↑↓ choose  esc close", DIM), markup=False)

    def on_mount(self) -> None:
        self._look_for("")

    def on_input_changed(self) -> None:
        self._look_for(self._words())

    def on_input_submitted(self) -> None:
        option = self._found.highlighted_option
        if self._listed == self._words():
            self.dismiss(option.id if option is not None else None)
        else:
            self._entering = True

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(event.option_id)

    def action_move(self, step: int) -> None:
        (self._found.action_cursor_up if step < 0 else self._found.action_cursor_down)()

    def _words(self) -> str:
        return one_line(self._sought.value, 60)

    def _look_for(self, words: str) -> None:
        async def show(sessions: list[Session]) -> None:
            if self.is_active and self._words() == words:
                self._show(words, sessions)

        self._search(words, show)

    def _show(self, words: str, sessions: list[Session]) -> None:
        """Each option's id is the name that it stands for."""
        rows = {session.name: _row(session, session.name == self._current) for session in sessions}
        if words:
            rows.setdefault(words, Content.assemble(("begin ", DIM), (words, "bold")))
        options = self._found
        options.clear_options()
        options.add_options([Option(row, id=name) for name, row in rows.items()])
        options.highlighted = 0 if rows else None
        self._listed = words
        if self._entering:
            self.on_input_submitted()


def _row(session: Session, current: bool) -> Content:
    name = Content(one_line(session.name, 60)).truncate(_NAME, ellipsis=True, pad=True)
    turns = f"{session.turns:>6,} turn{' ' if session.turns == 1 else 's'}"
    return Content.assemble("▸ " if current else "  ", name.stylize("bold"), (f" {turns}  {moment(session.last)}", DIM))


def moment(when: float, today: date | None = None) -> str:
    """A time as people say it: "today 14:02", "yesterday 9:15", "12 Nov 2026"."""
    try:
        then = datetime.fromtimestamp(when)
    except (OverflowError, OSError, ValueError):
        return ""
    today = today or date.today()
    if then.date() == today:
        return f"today {then:%H:%M}"
    if then.date() == today - timedelta(days=1):
        return f"yesterday {then:%H:%M}"
    return f"{then:%d %b %Y}"
