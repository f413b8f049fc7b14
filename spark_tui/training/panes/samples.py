"""Samples: what does it write now, and is it Python?"""

from __future__ import annotations

import re

from textual.content import Content

from engine.text import sanitize
from spark_tui.theme import CROSS, DIM, FAINT
from spark_tui.training.panes.pane import RunPane
from spark_tui.widgets.lines import quoted
from spark_tui.widgets.rows import Line
from train.events import Sample

_LINES = 12
"""Of one sample; models that know nothing yet write long columns of nothing."""
_CHARACTERS = 2000


class SamplesPane(RunPane):
    """The newest first: its prompt, whether it parses, and the text, the prompt quieter than what was written."""

    NAME = "samples"
    idle = "Shows what the model writes, every so many steps; g asks for some now."

    def what(self) -> str:
        samples = self.story.samples
        if not samples:
            return "what it writes"
        return f"{sum(sample.parses for sample in samples)} of the last {len(samples)} parse"

    def lines(self, width: int, height: int) -> list[Line]:
        if not self.story.samples:
            return [Line(line) for line in Content.styled(self.idle, DIM).wrap(max(1, width))]
        rows: list[Line] = []
        for sample in self.story.samples:
            rows.append(Line(head(sample, width)))
            rows += [Line(row) for row in body(sample, width)]
            if len(rows) >= height:
                break
        return rows[: max(0, height)]


def head(sample: Sample, width: int) -> Content:
    """`step 1,200 · “def add(” · ✗ line 2`"""
    where = re.search(r"\(line (\d+)\)\s*$", sample.why)
    status = "✓ parses" if sample.parses else f"{CROSS} {f'line {where[1]}' if where else sample.why}"
    look = "$success" if sample.parses else "$error"
    status = sanitize(status).replace("\n", " ")
    step = f"step {sample.step:,}"
    room = width - len(step) - min(len(status), width // 2) - 6
    prompt = quoted(sample.prompt, room) if room >= 6 else ""
    middle = (f" · {prompt} · " if prompt else " · ", FAINT if not prompt else DIM)
    return Content.assemble((step, "bold"), middle, (status, look)).truncate(width, ellipsis=True)


def body(sample: Sample, width: int) -> list[Content]:
    """The prompt and what was written, indented, cut at the pane's edge rather than wrapped: code keeps its shape."""
    prompt, text = (sanitize(part[:_CHARACTERS]).replace("\t", "    ") for part in (sample.prompt, sample.text))
    whole = Content.assemble((prompt, "$foreground 60%"), (text, "$foreground"))
    rows = [line.rstrip() for line in whole.split("\n", allow_blank=True)]
    while rows and not rows[-1].plain.strip():
        rows.pop()
    kept = rows[:_LINES]
    if len(rows) > _LINES:
        kept[-1] = Content.styled(f"… {len(rows) - _LINES + 1} lines more", DIM)
    return [Content.assemble("  ", row).truncate(width, ellipsis=True) for row in kept]
