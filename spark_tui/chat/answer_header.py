"""The line above an answer: which path, how sure, what was read, how long; and the two marks to click."""

from __future__ import annotations

from dataclasses import dataclass

from textual import events
from textual.app import RenderResult
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

from engine.events import Answered, Assessed, Event, Flag, ProcedureFound, ProcedureMissed, Recalled, Wrote
from engine.routing.categories import Category, Route
from spark_tui.chat.instead import INSTEAD
from spark_tui.theme import CATEGORY_NAME, CROSS, DIM, FAINT, IMPORTANT, MARK, STAR, WRONG, path_style
from spark_tui.widgets.bars import duration, share_text

_MARKS = 4  # cells at the right end: "★ ✗ "


class AnswerHeader(Widget):
    """`▌core · explain .93 · 2 memories · 0.6 s                         ★ ✗`"""

    ALLOW_SELECT = False

    @dataclass
    class Marked(Message):
        """A mark was clicked."""

        flag: Flag

    def __init__(self, doing: str) -> None:
        super().__init__(classes="header")
        self.path: Route | None = None
        self.flag: Flag | None = None
        self.can_flag = False
        self._doing = doing
        self._category: Category | None = None
        self._confidence: float | None = None
        self._memories: int | None = None
        self._ms: float | None = None
        self._ending = ""

    def hear(self, event: Event) -> None:
        match event:
            case Assessed():
                self.path, self._category, self._confidence = event.path, event.category, event.confidence
                self._doing = "thinking"
            case ProcedureFound():
                self.path = Route.PROCEDURE
            case ProcedureMissed() if self.path is Route.PROCEDURE:
                self.path = INSTEAD.route
            case Recalled():
                self._memories = len(event.memories)
            case Wrote():
                self._doing = "writing"
            case Answered():
                self.path, self._category, self._confidence = event.path, event.category, event.confidence
                self.end("stopped" if event.cancelled else "", event.ms.total)
                self.can_flag = event.saved
            case _:
                return
        self.refresh()

    def recall(
        self, path: Route | None, category: Category | None, confidence: float | None, flag: Flag | None
    ) -> None:
        """A turn of an earlier run, of which the record kept this much."""
        self.path, self._category, self._confidence, self.flag = path, category, confidence, flag
        self.can_flag = True
        self.end("")

    def doing(self, what: str, ms: float | None = None) -> None:
        """What is going on, and for how long."""
        self._doing, self._ms = what, ms
        self.refresh()

    def tick(self, ms: float) -> None:
        """The answer has been under way for this long."""
        self._ms = ms
        self.refresh()

    def end(self, how: str, ms: float | None = None) -> None:
        """Nothing more will come; `how` says so when it did not end well."""
        self._doing, self._ending = "", how
        if ms is not None:
            self._ms = ms
        self.refresh()

    def set_flag(self, flag: Flag | None) -> None:
        self.flag = flag
        self.refresh()

    def render(self) -> RenderResult:
        width = self.size.width
        room = width - _MARKS
        text = self._text()
        if room < 8:
            return text.truncate(width, ellipsis=True)
        return Content.assemble(text.truncate(room, ellipsis=True, pad=True), self._marks())

    def on_click(self, event: events.Click) -> None:
        if not self.can_flag:
            return
        from_right = self.size.width - event.x
        if from_right in (4, 3):
            event.stop()
            self.post_message(self.Marked(Flag.IMPORTANT))
        elif from_right in (2, 1):
            event.stop()
            self.post_message(self.Marked(Flag.WRONG))

    def _text(self) -> Content:
        pieces: list[Content] = []
        if self.path is not None:
            pieces.append(Content.styled(self.path.value, f"{path_style(self.path)} bold"))
        if self._category is not None:
            sure = f" {share_text(self._confidence)}" if self._confidence is not None else ""
            pieces.append(Content.styled(f"{CATEGORY_NAME[self._category]}{sure}"))
        if self._memories:
            pieces.append(Content(f"{self._memories} memor{'y' if self._memories == 1 else 'ies'}"))
        if self._ms is not None:
            pieces.append(Content.styled(duration(self._ms), DIM))
        if self._doing:
            pieces.append(Content.styled(f"{self._doing} …", DIM))
        if self._ending:
            pieces.append(Content.styled(self._ending, WRONG))
        return Content.assemble((MARK, path_style(self.path)), Content.styled(" · ", FAINT).join(pieces))

    def _marks(self) -> Content:
        if not self.can_flag:
            return Content(" " * _MARKS)
        return Content.assemble(
            (STAR, f"{IMPORTANT} bold" if self.flag is Flag.IMPORTANT else FAINT),
            " ",
            (CROSS, f"{WRONG} bold" if self.flag is Flag.WRONG else FAINT),
            " ",
        )
