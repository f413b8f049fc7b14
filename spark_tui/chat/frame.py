"""The first and the last line of the screen."""

from __future__ import annotations

from textual.app import RenderResult
from textual.content import Content
from textual.geometry import Size
from textual.timer import Timer
from textual.widget import Widget

from spark_tui.personal import key_for
from spark_tui.theme import CROSS, DIM, FAINT, STAR, WRONG
from spark_tui.widgets.lines import one_line, wrapped


class Title(Widget):
    """`Spark · default · bundle default (core 12M, fast 2M)                    ready`"""

    ALLOW_SELECT = False

    def __init__(self, session: str) -> None:
        super().__init__(id="title")
        self._session = session
        self._described = ""
        self._state = "loading …"
        self._alarm = False
        self._beside = ""

    @property
    def state(self) -> str:
        return self._state

    def rename(self, session: str) -> None:
        self._session = session
        self.refresh()

    def describe(self, described: str) -> None:
        self._described = one_line(described, 80)
        self.refresh()

    def show_state(self, state: str, alarm: bool = False) -> None:
        self._state, self._alarm = state, alarm
        self.refresh()

    def show_beside(self, what: str) -> None:
        """What goes on in the background, whatever the state; nothing if empty."""
        self._beside = what
        self.refresh()

    def render(self) -> RenderResult:
        width = self.size.width
        right = Content.styled(self._state, WRONG if self._alarm else DIM)
        if self._beside and width >= 60:
            right = Content.assemble((self._beside, DIM), (" · ", FAINT), right)
        parts = [Content.styled("Spark", "bold"), Content(one_line(self._session, 40))]
        if self._described:
            parts.append(Content.styled(self._described, DIM))
        room = width - right.cell_length - 1
        if room < 6:
            return right.truncate(width, ellipsis=True)
        left = Content.styled(" · ", FAINT).join(parts).truncate(room, ellipsis=True, pad=True)
        return Content.assemble(left, " ", right)


HINTS = (
    ("enter", "send", ""),
    ("esc", "stop", "chat.stop"),
    ("F8", STAR, "chat.important"),
    ("F9", CROSS, "chat.wrong"),
    ("F3", "attention", "chat.attention"),
    ("F4", "panes", "chat.panes"),
    ("alt+↑↓", "answers", ""),
    ("ctrl+r", "other path", "chat.again"),
    ("F1", "keys", "chat.help"),
    ("ctrl+q", "quit", "chat.quit"),
)
"""Key, what it does, and the id of the binding, to which a person may have given another key."""
_AWAY = ("ctrl+end", "newest ↓", "chat.newest")
"""In the place of "send" while a person reads further up."""
_FIRST_TO_GO = ("answers", "other path", "attention", "stop", "send", "panes", "quit", CROSS, STAR)


class Hints(Widget):
    """The keys, or for a few seconds something worth saying, in as many lines as it takes."""

    ALLOW_SELECT = False
    SECONDS = 5.0
    MOST_ROWS = 3

    def __init__(self) -> None:
        super().__init__(id="hints")
        self._said = ""
        self._away = False
        self._timer: Timer | None = None

    @property
    def said(self) -> str:
        return self._said

    def say(self, sentence: str) -> None:
        self._show(one_line(sentence))
        if self._timer is not None:
            self._timer.stop()
        seconds = max(self.SECONDS, len(self._said) / 16)  # a long one takes longer to read
        self._timer = self.set_timer(seconds, lambda: self._show(""))

    def read_above(self, away: bool) -> None:
        """Whether a person reads further up, and wants to know the way back."""
        self._away = away
        self.refresh()

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return min(self.MOST_ROWS, len(Content(self._said).wrap(max(1, width)))) if self._said else 1

    def render(self) -> RenderResult:
        width = self.size.width
        if self._said:
            return Content("\n").join(wrapped(self._said, width, max(1, self.size.height)))
        shown = [(key_for(self.app, name, key), what) for key, what, name in self._hints()]
        for what in _FIRST_TO_GO:
            if _width(shown) <= width:
                break
            shown = [hint for hint in shown if hint[1] != what]
        pieces = [Content.assemble((key, "bold"), (f" {what}", DIM)) for key, what in shown]
        return Content("  ").join(pieces).truncate(width)

    def _hints(self) -> tuple[tuple[str, str, str], ...]:
        return (_AWAY, *HINTS[1:]) if self._away else HINTS

    def _show(self, sentence: str) -> None:
        self._said = sentence
        self.set_class(bool(sentence), "-said")
        self.refresh(layout=True)


def _width(hints: list[tuple[str, str]]) -> int:
    return sum(len(key) + 1 + len(what) for key, what in hints) + 2 * (len(hints) - 1)
