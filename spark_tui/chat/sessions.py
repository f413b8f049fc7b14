"""ctrl+t: every session, found by name or by what was said in it, to go on with; or a new one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from spark_tui.theme import DIM
from spark_tui.widgets.lines import one_line

if TYPE_CHECKING:
    from engine.record import Session

Search = Callable[[str, "Callable[[list[Session]], Awaitable[None]]"], None]
_NAME = 34


class SessionsScreen(ModalScreen[str | None]):
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
        self._names: list[str] = []

    def compose(self) -> ComposeResult:
        with Vertical(id="sessions"):
            yield Static(Content.styled("Sessions", "bold"), markup=False)
            yield Input(placeholder="a name, or words that were said", id="sought")
            yield OptionList(id="found", markup=False)
            yield Static(Content.styled("enter go on  ↑↓ choose  esc close", DIM), markup=False)

    def on_mount(self) -> None:
        self.query_one(OptionList).can_focus = False  # the arrows work from the input
        self._look_for("")

    def on_input_changed(self, event: Input.Changed) -> None:
        self._look_for(event.value)

    def on_input_submitted(self) -> None:
        at = self.query_one(OptionList).highlighted
        self.dismiss(self._names[at] if at is not None and at < len(self._names) else None)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(self._names[event.option_index])

    def action_move(self, step: int) -> None:
        options = self.query_one(OptionList)
        (options.action_cursor_up if step < 0 else options.action_cursor_down)()

    def _look_for(self, words: str) -> None:
        wanted = one_line(words, 60)

        async def show(sessions: list[Session]) -> None:
            if self.is_running and one_line(self.query_one(Input).value, 60) == wanted:
                self._show(wanted, sessions)

        self._search(wanted, show)

    def _show(self, wanted: str, sessions: list[Session]) -> None:
        options = self.query_one(OptionList)
        options.clear_options()
        rows = [_row(session, session.name == self._current) for session in sessions]
        self._names = [session.name for session in sessions]
        if wanted and wanted not in self._names:
            self._names.append(wanted)
            rows.append(Content.assemble(("begin ", DIM), (wanted, "bold")))
        options.add_options([Option(row) for row in rows])
        options.highlighted = 0 if rows else None


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
