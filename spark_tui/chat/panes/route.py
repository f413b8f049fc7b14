"""Route: why this path?"""

from __future__ import annotations

from dataclasses import replace

from textual.content import Content

from engine.events import Answered, Assessed, Event, ProcedureMissed, Recalled, Usage
from engine.routing.categories import Category, Route
from engine.routing.policy import POLICY, handed_over
from spark_tui.chat.instead import INSTEAD
from spark_tui.chat.panes.pane import Pane
from spark_tui.theme import CATEGORY_NAME, DIM, FAINT, LETTER, MARK, path_style
from spark_tui.widgets.bars import bar, share_text
from spark_tui.widgets.gauges import decisions, gauge
from spark_tui.widgets.lines import wrapped
from spark_tui.widgets.rows import Line, more

_LABEL = 9


class RoutePane(Pane):
    """The belief in each category, confidence against the threshold, the path and the reason, recent paths."""

    NAME, QUESTION = "route", "why this path?"

    def __init__(self, threshold: float = 0.8) -> None:
        super().__init__(id="route")
        self._threshold = threshold
        self._assessed: Assessed | None = None
        self._read_texts = False
        self._recent: tuple[Route, ...] = ()
        self._counts: dict[Route, int] = {}

    def begin(self) -> None:
        self._assessed, self._read_texts = None, False
        self.refresh()

    def hear(self, event: Event) -> None:
        if isinstance(event, Assessed):
            self._assessed = event
            self._threshold = event.threshold
        elif isinstance(event, ProcedureMissed) and self._assessed and self._assessed.path is Route.PROCEDURE:
            self._assessed = replace(self._assessed, path=INSTEAD.route, reason=INSTEAD.reason)
        elif isinstance(event, Recalled):
            self._read_texts = any(memory.is_text for memory in event.memories)
            return
        elif (
            isinstance(event, Answered)
            and self._assessed
            and (instead := handed_over(self._assessed.path, event.path, self._read_texts))
        ):
            self._assessed = replace(self._assessed, path=instead.route, reason=instead.reason)
        else:
            return
        self.refresh()

    def hear_usage(self, usage: Usage) -> None:
        self._recent, self._counts = usage.recent, usage.paths
        self.refresh()

    def lines(self, width: int) -> list[Line]:
        assessed = self._assessed
        rows = [self._row(category, width) for category in Category]
        outside = assessed.outside if assessed else None
        rows.append(Line(_bar_row("other", outside, width, DIM), keep=2))
        if assessed is None:
            dial = gauge(None, self._threshold, width, DIM)
            reason = wrapped("Bars will show what kind of question it is, and how sure Spark is.", width, 2, DIM)
        else:
            style = path_style(assessed.path)
            dial = gauge(assessed.confidence, assessed.threshold, width, style)
            head = f"{MARK}{assessed.path.value} "
            reason = wrapped(f"{head}{assessed.reason}", width, 2)
            reason[0] = reason[0].stylize(f"{style} bold", 0, len(head))
        return [
            *rows,
            Line(dial, keep=8),
            Line(reason[0], keep=10),
            Line(reason[1], keep=6),
            Line(self._strip(width), keep=5),
            Line(Content(""), keep=0),
            *more(self._table()),
        ]

    def _table(self) -> list[Content]:
        """Which path answers what, the row in force bold."""
        assessed = self._assessed
        sure = assessed is not None and assessed.confidence >= assessed.threshold
        rows = [Content.styled("what each kind of question gets", "bold")]
        for category, choice in POLICY.items():
            here = sure and assessed is not None and category is assessed.category
            name = Content.styled(CATEGORY_NAME[category].ljust(_LABEL + 1), "bold" if here else DIM)
            path = (f"{MARK}{choice.route.value} ", path_style(choice.route))
            rows.append(Content.assemble(name, path, (choice.reason, "$foreground" if here else DIM)))
        unsure = "bold" if assessed is not None and not sure else DIM
        core = (f"{MARK}{Route.CORE.value} ", path_style(Route.CORE))
        below = (f"below {share_text(self._threshold)} ", unsure)
        return [*rows, Content.assemble(below, core, ("whatever it is: when unsure, think", unsure))]

    def _row(self, category: Category, width: int) -> Line:
        assessed = self._assessed
        if assessed is None:
            return Line(_bar_row(CATEGORY_NAME[category], None, width, DIM), keep=7)
        best = category is assessed.category
        style = path_style(assessed.path) if best else "$foreground 60%"
        row = _bar_row(CATEGORY_NAME[category], assessed.probabilities.get(category, 0.0), width, style)
        return Line(row.stylize("bold", 0, _LABEL) if best else row, keep=9 if best else 7)

    def _strip(self, width: int) -> Content:
        """The last twenty paths, and where there is room how often each was taken in all."""
        strip = Content.assemble(("last 20  ", DIM), decisions(self._recent))
        counts = Content(" ").join(
            Content.styled(f"{self._counts.get(route, 0)}{LETTER[route]}", path_style(route)) for route in Route
        )
        whole = Content.assemble(strip, " ", counts)
        return whole if whole.cell_length <= width else strip


def _bar_row(label: str, share: float | None, width: int, style: str) -> Content:
    """ "explain  ███████▌      .93" """
    room = max(0, width - _LABEL - 4)
    if share is None:
        return Content.assemble((label.ljust(_LABEL), DIM), ("─" * room, FAINT), ("   –", FAINT))
    return Content.assemble((label.ljust(_LABEL)), (bar(share, room), style), (f" {share_text(share):>3}", DIM))
