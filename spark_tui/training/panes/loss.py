"""Loss: does it learn, and does it learn what it has not seen?"""

from __future__ import annotations

import math

from textual.app import ComposeResult, RenderResult
from textual.containers import Vertical
from textual.content import Content
from textual.widget import Widget

from spark_tui.theme import DIM, FAINT
from spark_tui.training.story import Story
from spark_tui.widgets.line_chart import LineChart
from spark_tui.widgets.rows import titled

TRAIN, HELDOUT = "$foreground 75%", "$primary bold"


class LossPane(Vertical):
    """Both curves, with the newest figure of each above them."""

    NAME = "loss"

    def __init__(self, story: Story) -> None:
        super().__init__(id=self.NAME)
        self.story = story
        self.chart = LineChart(story.train, story.heldout, idle="  the curve begins with the first step")
        self._caption = _Caption(self)

    def compose(self) -> ComposeResult:
        yield self._caption
        yield self.chart

    def redraw(self) -> None:
        self.chart.curves = (self.story.train, self.story.heldout)  # a replay begins anew
        self._caption.refresh()
        self.chart.redraw()

    def toggle_log(self) -> bool:
        """The other scale; whether it is logarithmic now."""
        self.chart.toggle_log()
        self._caption.refresh()
        return self.chart.log_scale

    def zoom(self) -> float:
        """The next part of the run; the share of its steps that is shown now."""
        shown = self.chart.zoom()
        self._caption.refresh()
        return shown


class _Caption(Widget):
    ALLOW_SELECT = False

    def __init__(self, pane: LossPane) -> None:
        super().__init__(classes="caption")
        self._pane = pane

    def render(self) -> RenderResult:
        width, height = self.size
        story = self._pane.story
        missing = story.train.missing + story.heldout.missing
        what = f"{missing:,} not a number: gaps" if missing else "train and held-out"
        rows = [titled("loss", what, width), self._figures(width)]
        return Content("\n").join(row.truncate(width, ellipsis=True) for row in rows[:height])

    def _figures(self, width: int) -> Content:
        """The newest figures; what does not fit goes, the last first."""
        story, pieces = self._pane.story, []
        if story.train.count:
            pieces.append(Content.assemble(("─ train ", TRAIN), (_figure(story.train.last), TRAIN)))
        if story.heldout.count:
            pieces.append(Content.assemble(("━ held-out ", HELDOUT), (_figure(story.heldout.last), HELDOUT)))
        if self._pane.chart.log_scale:
            pieces.append(Content.styled("log scale", DIM))
        if self._pane.chart.newest < 1:
            pieces.append(Content.styled(f"newest {self._pane.chart.newest:.0%}", DIM))
        bits = story.evaluated.bits_per_byte if story.evaluated is not None else None
        if bits is not None:
            pieces.append(Content.styled(f"{bits:.3f} bits/byte", DIM))
        while len(pieces) > 1 and sum(piece.cell_length + 3 for piece in pieces) - 3 > width:
            pieces.pop()
        return Content.styled(" · ", FAINT).join(pieces) if pieces else Content.styled("nats a token", DIM)


def _figure(value: float) -> str:
    return f"{value:.3f}" if math.isfinite(value) else "not a number"
