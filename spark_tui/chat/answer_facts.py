"""The facts of an answer that fit on one line: which path, how sure, what was read, how long, which flag."""

from __future__ import annotations

from dataclasses import dataclass

from textual.content import Content

from engine.events import Answered, Assessed, Event, Flag, ProcedureFound, ProcedureMissed, Recalled, Wrote
from engine.routing.categories import Category, Route
from spark_tui.chat.instead import INSTEAD
from spark_tui.theme import CATEGORY_NAME, DIM, FAINT, MARK, WRONG, path_style
from spark_tui.widgets.bars import duration, share_text

_FIRST_TO_GO = ("memories", "category", "ms")


@dataclass
class Facts:
    """`doing` says what is going on, `ending` how it ended when it did not end well."""

    path: Route | None = None
    category: Category | None = None
    confidence: float | None = None
    memories: int = 0
    ms: float | None = None
    doing: str = ""
    ending: str = ""
    flag: Flag | None = None
    can_flag: bool = False

    def hear(self, event: Event) -> None:
        match event:
            case Assessed():
                self.path, self.category, self.confidence = event.path, event.category, event.confidence
                self.doing = "thinking"
            case ProcedureFound():
                self.path = Route.PROCEDURE
            case ProcedureMissed() if self.path is Route.PROCEDURE:
                self.path = INSTEAD.route
            case Recalled():
                self.memories = len(event.memories)
            case Wrote():
                self.doing = "writing"
            case Answered():
                self.path, self.category, self.confidence = event.path, event.category, event.confidence
                self.doing, self.ending = "", "stopped" if event.cancelled else ""
                self.ms, self.can_flag = event.ms.total, event.saved
            case _:
                pass

    def line(self, room: int = 1000) -> Content:
        """`▌core · explain .93 · 2 memories · 0.6 s`; what a pane tells too goes first where there is no room."""
        said: dict[str, Content] = {}
        if self.path is not None:
            said["path"] = Content.styled(self.path.value, f"{path_style(self.path)} bold")
        if self.category is not None:
            sure = f" {share_text(self.confidence)}" if self.confidence is not None else ""
            said["category"] = Content(f"{CATEGORY_NAME[self.category]}{sure}")
        if self.memories:
            said["memories"] = Content(f"{self.memories} memor{'y' if self.memories == 1 else 'ies'}")
        if self.ms is not None:
            said["ms"] = Content.styled(duration(self.ms), DIM)
        if self.doing:
            said["doing"] = Content.styled(f"{self.doing} …", DIM)
        if self.ending:
            said["ending"] = Content.styled(self.ending, WRONG)
        for name in _FIRST_TO_GO:
            if sum(piece.cell_length + 3 for piece in said.values()) - 2 <= room:
                break
            said.pop(name, None)
        return Content.assemble((MARK, path_style(self.path)), Content.styled(" · ", FAINT).join(said.values()))
