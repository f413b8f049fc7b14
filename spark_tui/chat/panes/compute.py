"""Compute: what did it cost?"""

from __future__ import annotations

from textual.content import Content

from engine.events import Answered, Assessed, Checked, Event, ProcedureFound, ProcedureMissed, Recalled, Usage, Wrote
from engine.routing.categories import Route
from spark_tui.chat.panes.pane import Pane
from spark_tui.theme import CROSS, DIM, FAINT, TICK, path_style
from spark_tui.widgets.bars import amount, bar, duration, percent, sparkline
from spark_tui.widgets.gauges import stage_tint, timeline
from spark_tui.widgets.lines import one_line, wrapped
from spark_tui.widgets.rows import Line, more

_STAGES = ("assess", "lookup", "recall", "first", "write")


class ComputePane(Pane):
    """Speed, the time of each stage, and the compute of this turn and of all turns against the core alone."""

    NAME, QUESTION = "compute", "what did it cost?"

    def __init__(self) -> None:
        super().__init__(id="compute")
        self._stages = dict.fromkeys(_STAGES, 0.0)
        self._speeds: list[float] = []
        self._tokens = self._drafted = self._accepted = 0
        self._checks: list[Checked] = []
        self._answered: Answered | None = None
        self._path: Route | None = None
        self._usage: Usage | None = None

    def begin(self) -> None:
        self._stages = dict.fromkeys(_STAGES, 0.0)
        self._speeds, self._checks, self._answered, self._path = [], [], None, None
        self._tokens = self._drafted = self._accepted = 0
        self.refresh()

    def hear(self, event: Event) -> None:
        match event:
            case Assessed():
                self._stages["assess"], self._path = event.ms, event.path
            case ProcedureFound() | ProcedureMissed():
                self._stages["lookup"] = event.ms
            case Recalled():
                self._stages["recall"] = event.ms
            case Wrote():
                self._tokens, self._drafted, self._accepted = event.tokens, event.drafted, event.accepted
                if event.tokens_per_s > 0:  # a piece that was held back comes without a speed
                    self._speeds.append(event.tokens_per_s)
            case Checked():
                self._checks.append(event)
            case Answered():
                self._drafted, self._accepted = event.tokens.drafted, event.tokens.accepted
                self._answered, self._path = event, event.path
                self._stages = stages_of(event)
            case _:
                return
        self.refresh()

    def hear_usage(self, usage: Usage) -> None:
        self._usage = usage
        self.refresh()

    def lines(self, width: int) -> list[Line]:
        words = [
            Content.assemble((name, stage_tint(index)), (f" {duration(self._stages[name])}", DIM))
            for index, name in enumerate(_STAGES)
        ]
        if any(self._stages.values()):
            legend = [Content(" ").join(words[:3]), Content(" ").join(words[3:])]
        else:
            legend = wrapped("Shows the time of each stage, and compute against the core alone.", width, 2, DIM)
        return [
            Line(self._speed(width), keep=10),
            Line(self._tries(width), keep=8 if self._checks else 4),
            Line(timeline([self._stages[name] for name in _STAGES], width), keep=7),
            Line(legend[0], keep=5),
            Line(legend[1], keep=6),
            Line(self._this_turn(width), keep=9),
            Line(self._so_far(), keep=8),
            *more([*self._each_stage(width), *self._went_into(width), *self._faults(width)]),
        ]

    def _each_stage(self, width: int) -> list[Content]:
        whole = sum(self._stages.values())
        if self._answered is None or not whole:
            return []
        rows = [Content.styled("where the time went", "bold")]
        for index, (name, ms) in enumerate(self._stages.items()):
            rows.append(_share_row(name, ms / whole, duration(ms), width, stage_tint(index)))
        return rows

    def _went_into(self, width: int) -> list[Content]:
        """What the operations were spent on, none counted twice, beside what the core would have taken."""
        flops = self._answered.flops if self._answered is not None else None
        if flops is None or not flops.total or not flops.assessing:  # an older turn does not say
            return []
        known = {
            "judging": flops.assessing, "reading": flops.reading, "guessing": flops.drafting,
            "refused": flops.refused, "keeping": flops.remembering,
        }  # fmt: skip
        known["writing"] = max(0.0, flops.total - sum(known.values()))
        rows = [Content(""), Content.styled("what the operations went into", "bold")]
        style = path_style(self._path)
        rows += [
            _share_row(name, spent / flops.total, amount(spent), width, style) for name, spent in known.items() if spent
        ]
        if flops.retried:
            rows.append(Content.styled(f"of all this, trying again took {amount(flops.retried)}", DIM))
        alone = f"the core alone, reading all that it can: {amount(flops.alone)}"
        kept = f"; if it kept whatever it ever read: {amount(flops.kept)}" if flops.kept else ""
        return [*rows, *Content.styled(alone + kept, DIM).wrap(width)]

    def _faults(self, width: int) -> list[Content]:
        """Every try, and what was wrong with it."""
        rows: list[Content] = []
        for one in self._checks if len(self._checks) > 1 else ():
            told = f"try {one.attempt} {TICK if one.fine else CROSS} {one_line(one.fault)}"
            rows += Content.styled(told, DIM).wrap(width)
        return [Content(""), *rows] if rows else []

    def _speed(self, width: int) -> Content:
        if not self._speeds:
            if self._answered is None:
                return Content.styled("– tok/s", DIM)
            if self._answered.tokens.generated:  # a turn of the past: the record keeps no speeds
                return Content.assemble((f"{self._answered.tokens.generated} tokens", "bold"))
            return Content.assemble("at once", (" · nothing had to be written", DIM))
        text = Content.assemble((f"{self._speeds[-1]:.0f} tok/s", "bold"), (f" · {self._tokens} tokens", DIM))
        tail = Content.styled(" " + sparkline(self._speeds, 10), path_style(self._path))
        return Content.assemble(text, tail) if text.cell_length + tail.cell_length <= width else text

    def _tries(self, width: int) -> Content:
        """How many tokens were guessed ahead, and how many copied from a memory; or what became of code that was looked
        at before it was shown."""
        told = ""
        if self._checks:
            marks = " ".join(TICK if one.fine else CROSS for one in self._checks)
            told = f"tries {marks} · {next((one.fault for one in self._checks if not one.fine), '')}"
        if self._drafted and not told:
            told = f"drafted {self._drafted}, kept {self._accepted} ({percent(self._accepted, self._drafted)})"
        if self._answered is not None and (copied := self._answered.tokens.copied) and not self._checks:
            told = f"{told}{' · ' * bool(told)}copied {copied}"
        return wrapped(told, width, 1, DIM)[0]

    def _this_turn(self, width: int) -> Content:
        if self._answered is None:
            return Content.styled("this turn", DIM)
        flops = self._answered.flops
        share = percent(flops.total, flops.alone)
        text = f"{share:>4} of the core alone"
        room = max(0, width - 10 - len(text) - 1)
        ratio = flops.total / flops.alone if flops.alone > 0 else 0.0
        return Content.assemble(
            ("this turn ", DIM),
            (bar(ratio, room), path_style(self._path)),
            (f" {share:>4}", "bold"),
            (" of the core alone", DIM),
        )

    def _so_far(self) -> Content:
        usage = self._usage
        if usage is None or not usage.turns:
            return Content.styled("all turns", FAINT)
        share = percent(usage.flops, usage.monolith)
        spent = f"{amount(usage.flops)} of {amount(usage.monolith)} operations"
        return Content.assemble(("all turns ", DIM), (share, "bold"), (f" · {spent}", DIM))


def _share_row(name: str, share: float, figure: str, width: int, style: str) -> Content:
    room = max(0, width - 21)
    return Content.assemble(
        (name.ljust(9), DIM), (bar(share, room), style), f" {figure:>6}", (f" {percent(share, 1):>4}", DIM)
    )


def stages_of(answered: Answered) -> dict[str, float]:
    """The stages as stretches of time that follow each other (milliseconds)."""
    ms = answered.ms
    before = ms.assess + ms.lookup + ms.recall
    first = max(0.0, ms.first_token - before)
    return {
        "assess": ms.assess,
        "lookup": ms.lookup,
        "recall": ms.recall,
        "first": first,
        "write": max(0.0, ms.total - before - first),
    }
