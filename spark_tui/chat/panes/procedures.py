"""Procedures: done before?"""

from __future__ import annotations

from textual.content import Content

from engine.events import Assessed, Event, Flagged, Learned, ProcedureFound, ProcedureMissed, Usage
from engine.routing.categories import Route
from spark_tui.chat.panes.pane import Pane
from spark_tui.theme import DIM, FAINT, MARK, path_style
from spark_tui.widgets.bars import percent, share_text, sparkline
from spark_tui.widgets.lines import one_line, quoted, wrapped
from spark_tui.widgets.rows import Line, more


class ProceduresPane(Pane):
    """Hit or miss, which pattern, why; what has been learned over time, and what this turn or flag changed."""

    NAME, QUESTION = "procedures", "done before?"

    def __init__(self) -> None:
        super().__init__(id="procedures")
        self._looked: ProcedureFound | ProcedureMissed | None = None
        self._looking = False
        self._changes: tuple[str, ...] = ()
        self._learned: int | None = None
        self._hit_rate = 0.0
        self._wrong = 0
        self._growth: tuple[int, ...] = ()

    def begin(self) -> None:
        self._looked, self._looking, self._changes = None, False, ()
        self.refresh()

    def hear(self, event: Event) -> None:
        match event:
            case Assessed():
                self._looking = True
            case ProcedureFound() | ProcedureMissed():
                self._looked = event
            case Flagged():
                self._changes = ()
            case Learned(changes) if changes:
                self._changes = changes
            case _:
                return
        self.refresh()

    def hear_usage(self, usage: Usage) -> None:
        self._learned, self._wrong, self._growth = usage.procedures, usage.wrong, usage.growth
        self._hit_rate = usage.procedure_hits / usage.turns if usage.turns else 0.0
        self.refresh()

    def lines(self, width: int) -> list[Line]:
        verdict = self._verdict(width)
        change = wrapped(self._changes[-1] if self._changes else "", width - 2, 1)[0]
        news = Content.assemble(("+ ", "bold"), change) if self._changes else Content("")
        return [
            *(Line(row, keep) for row, keep in zip(verdict, (10, 7, 6, 3), strict=True)),
            Line(self._counts(width), keep=8),
            Line(news, keep=9 if self._changes else 0),
            *more(self._told_whole(width)),
        ]

    def _told_whole(self, width: int) -> list[Content]:
        """Every change of this turn or flag, the reason to its end, and how the number of procedures grew."""
        rows: list[Content] = []
        shown = self._changes[-1:] if all(len(change) < width - 2 for change in self._changes) else ()
        for change in self._changes if self._changes != shown else ():
            rows += Content.assemble(("+ ", "bold"), one_line(change)).wrap(width)
        why = self._looked.why if self._looked is not None else ""
        if Content(why).cell_length > 2 * width:
            rows += Content.styled(one_line(why), DIM).wrap(width)
        if self._growth and self._learned:
            rows.append(
                Content.styled(f"how {self._learned} came to be learned, from the first turn to the last", "bold")
            )
            rows.append(Content.styled(sparkline(self._growth, len(self._growth)), path_style(Route.PROCEDURE)))
        return rows

    def _verdict(self, width: int) -> list[Content]:
        """Four rows: hit or miss, and of which pattern, and why."""
        match self._looked:
            case ProcedureFound() as hit:
                head = Content.assemble(
                    (f"{MARK}hit ", f"{path_style(Route.PROCEDURE)} bold"),
                    (f"like {share_text(hit.similarity)} · used {hit.uses}×", DIM),
                )
                return [head, Content(quoted(hit.pattern, width)), *wrapped(hit.why, width, 2, DIM)]
            case ProcedureMissed(nearest=None) as miss:
                return [Content.styled("miss", "bold"), *wrapped(miss.why, width, 3, DIM)]
            case ProcedureMissed(nearest=str(nearest)) as miss:
                like = f" · nearest {share_text(miss.similarity)}" if miss.similarity is not None else " · nearest"
                head = Content.assemble(("miss", "bold"), (like, DIM))
                return [head, *wrapped(miss.why, width, 2, DIM), Content.styled(quoted(nearest, width), DIM)]
            case _:
                idle = "Says whether a learned shortcut answers, which one, and why or why not."
                return [
                    Content.styled("looking …" if self._looking else "–", DIM),
                    *wrapped("" if self._looking else idle, width, 3, DIM),
                ]

    def _counts(self, width: int) -> Content:
        if self._learned is None:
            return Content.styled("nothing counted yet", FAINT)
        rate = percent(self._hit_rate, 1.0)
        counts = Content.styled(f"{self._learned} learned · {rate} of turns · {self._wrong} wrong", DIM)
        room = min(len(self._growth), width - counts.cell_length - 1)
        if room < 4:
            return counts
        return Content.assemble(counts, " ", (sparkline(self._growth, room), path_style(Route.PROCEDURE)))
