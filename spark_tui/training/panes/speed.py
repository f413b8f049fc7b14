"""Speed: how fast, how long still, and at what rate does it learn?"""

from __future__ import annotations

from textual.content import Content

from spark_tui.theme import DIM, FAINT
from spark_tui.training.panes.pane import RunPane
from spark_tui.widgets.bars import amount, bar, sparkline
from spark_tui.widgets.rows import Line
from train.plain import duration


class SpeedPane(RunPane):
    """Tokens a second, what is left, memory, learning rate and the norm of the gradient."""

    NAME = "speed"

    def what(self) -> str:
        started = self.story.started
        if started is None:
            return "how fast?"
        threads = f", {started.threads} thread{'s' if started.threads != 1 else ''}" if started.device == "cpu" else ""
        return f"{amount(started.parameters)} parameters on {started.device}{threads}"

    def lines(self, width: int, height: int) -> list[Line]:
        step = self.story.step
        if step is None:
            idle = "Shows tokens a second, memory, learning rate and time left."
            return [Line(line) for line in Content.styled(idle, DIM).wrap(max(1, width))]
        used = f"· {step.mfu:.0%} MFU " if step.mfu > 0 else ""
        speed = f"{step.tokens_per_s:>7,.0f} tok/s {used}"
        room = max(0, width - len(speed))
        done = f"{step.progress:>4.0%} {duration(step.seconds_left)} left"
        return [
            Line(Content.assemble((speed, "bold"), (sparkline(list(self.story.speeds), min(room, 30)), DIM)), keep=9),
            Line(Content.assemble((bar(step.progress, width - 17), "$primary"), (f" {done}", DIM)), keep=8),
            Line(_pairs(("lr", f"{step.lr:.1e}"), ("gradient", f"{step.grad_norm:.2f}")), keep=7),
            Line(_pairs(("tokens", amount(step.tokens)), ("memory", _bytes(step.memory))), keep=6),
        ]


def _pairs(*pairs: tuple[str, str]) -> Content:
    """`lr 2.0e-02  ·  gradient 0.83` in columns that stay where they are."""
    cells = [Content.assemble((f"{name} ", DIM), value.ljust(10 if index == 0 else 0)) for index, (name, value) in
             enumerate(pairs)]  # fmt: skip
    return Content.styled("· ", FAINT).join(cells)


def _bytes(count: int) -> str:
    if count <= 0:
        return "?"
    return f"{count / 2**30:.1f} GB" if count >= 0.95 * 2**30 else f"{count / 2**20:.0f} MB"
