"""The panes in one line, where there is no room for them; each part opens its pane."""

from __future__ import annotations

from dataclasses import dataclass

from textual import events
from textual.app import RenderResult
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

from engine.events import Answered, Assessed, Event, ProcedureFound, ProcedureMissed, Recalled, Wrote
from engine.routing.categories import Route
from spark_tui.chat.instead import INSTEAD
from spark_tui.theme import CATEGORY_NAME, DIM, FAINT, path_style
from spark_tui.widgets.bars import percent, share_text

_NO_SPEED = "– tok/s"


class Summary(Widget):
    """`core ▸ explain .93 │ miss │ 2 memories │ 41 tok/s │ 14% of core alone`"""

    ALLOW_SELECT = False

    @dataclass
    class PaneWanted(Message):
        name: str

    def __init__(self) -> None:
        super().__init__(id="summary")
        self._parts: dict[str, Content] = {}
        self._assessed: Assessed | None = None
        self.begin()

    def begin(self) -> None:
        idle = {"route": "path", "procedures": "learned?", "memory": "memories", "speed": _NO_SPEED, "compute": "cost"}
        self._parts = {name: Content.styled(text, FAINT) for name, text in idle.items()}
        self.refresh()

    def replay(self, said: list[Event]) -> None:
        self.begin()
        for event in said:
            self.hear(event)

    def hear(self, event: Event) -> None:
        parts = self._parts
        match event:
            case Assessed():
                self._assessed = event
                parts["route"] = _route(event, event.path)
            case ProcedureFound():
                parts["procedures"] = Content("hit")
            case ProcedureMissed():
                parts["procedures"] = Content("miss")
                if self._assessed is not None and self._assessed.path is Route.PROCEDURE:
                    parts["route"] = _route(self._assessed, INSTEAD.route)
            case Recalled():
                count = len(event.memories)
                parts["memory"] = Content(f"{count} memor{'y' if count == 1 else 'ies'}")
            case Wrote() if event.tokens_per_s > 0:
                parts["speed"] = Content(f"{event.tokens_per_s:.0f} tok/s")
            case Answered():
                share = percent(event.flops.total, event.flops.alone)
                if self._assessed is not None and self._assessed.path is not Route.PROCEDURE:
                    parts["route"] = _route(self._assessed, event.path)
                parts["compute"] = Content.assemble((share, "bold"), (" of core alone", DIM))
                if parts["speed"].plain == _NO_SPEED:
                    parts["speed"] = Content(
                        f"{event.tokens.generated} tokens" if event.tokens.generated else "at once"
                    )
            case _:
                return
        self.refresh()

    def line(self) -> Content:
        return Content.styled(" │ ", FAINT).join(self._parts.values())

    def render(self) -> RenderResult:
        return self.line().truncate(self.size.width, ellipsis=True)

    def on_click(self, event: events.Click) -> None:
        end = 0
        for name, part in self._parts.items():
            end += part.cell_length + 3
            if event.x < end:
                event.stop()
                self.post_message(self.PaneWanted("compute" if name == "speed" else name))
                return


def _route(assessed: Assessed, path: Route) -> Content:
    belief = f"{CATEGORY_NAME[assessed.category]} {share_text(assessed.confidence)}"
    return Content.assemble((path.value, f"{path_style(path)} bold"), (" ▸ ", FAINT), belief)
