"""Clicks: which abilities have appeared, and when?"""

from __future__ import annotations

from textual.content import Content

from spark_tui.theme import DIM, FAINT
from spark_tui.training.panes.pane import RunPane
from spark_tui.widgets.rows import Line
from train.clicks import ABILITIES


class ClicksPane(RunPane):
    """`640 brackets match · 910 samples parse`, and what is still awaited, quietly."""

    NAME = "clicks"

    def what(self) -> str:
        return f"{len(self.story.clicks)} of {len(ABILITIES)}"

    def lines(self, width: int, height: int) -> list[Line]:
        came = [
            Content.assemble((f"{click.step:,} ", "$success bold"), click.what) for click in self.story.clicks
        ]  # fmt: skip
        names = {click.what for click in self.story.clicks}
        awaited = [Content.styled(what, DIM) for what in ABILITIES if what not in names]
        line = Content.styled(" · ", FAINT).join([*came, *awaited])
        return [Line(row) for row in line.wrap(max(1, width))[: max(1, height)]]
