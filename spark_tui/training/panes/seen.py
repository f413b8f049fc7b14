"""Seen: what one of the observers found; `n` goes on to the next."""

from __future__ import annotations

import math

from textual.content import Content

from spark_tui.theme import DIM
from spark_tui.training.panes.pane import RunPane
from spark_tui.widgets.bars import bar
from spark_tui.widgets.lines import one_line
from spark_tui.widgets.rows import Line
from train.events import Observed

ABOUT = {
    "token kinds": ("loss by kind of token", True),
    "logit lens": ("loss after each layer", True),
    "induction heads": ("looks at what came next last time", False),
    "previous token": ("looks at the token before", False),
    "duplicate token": ("looks at the same token, earlier", False),
    "first token": ("rests on the first token", False),
    "entropy": ("1 looks everywhere, 0 at one place", False),
    "distance": ("how far back a head looks, tokens", True),
    "induction gain": ("loss on what repeats: first, again", True),
    "embedding pairs": ("cosine of two words", False),
    "neighbours": ("which tokens lie together", False),
    "effective rank": ("directions that embeddings use", True),
    "writing": ("of what it writes", False),
    "updates": ("last change over size", True),
    "weights": ("size by block", True),
}
"""What the title says, and whether bars are drawn against the largest figure (else against 1)."""


class SeenPane(RunPane):
    """One observer at a time, a bar a figure."""

    NAME = "seen"
    chosen = "token kinds"

    def what(self) -> str:
        return f"{self.chosen}: {ABOUT[self.chosen][0]}"

    def next(self) -> None:
        """The next observer that has found something."""
        names = list(ABOUT)
        start = names.index(self.chosen)
        for name in (*names[start + 1 :], *names[: start + 1]):
            if name in self.story.seen:
                self.chosen = name
                break
        self.refresh()

    def lines(self, width: int, height: int) -> list[Line]:
        seen = self.story.seen.get(self.chosen)
        if seen is None:
            idle = "Shows what observers find: kinds of tokens, heads, layers, embeddings; n for the next."
            return [Line(line) for line in Content.styled(idle, DIM).wrap(max(1, width))]
        rows = _words(seen) + _bars(seen, width, relative=ABOUT[self.chosen][1])
        return [Line(row) for row in rows[: max(0, height)]]


_NARROW = 44
"""Cells below which the bars need the room of a word."""


def _words(seen: Observed) -> list[Content]:
    return [
        Content.assemble((f"{one_line(word, 8):>8}  ", "bold"), (one_line(" ".join(near), 60), DIM))
        for word, near in seen.words.items()
    ]


def _bars(seen: Observed, width: int, relative: bool) -> list[Content]:
    """The figures as bars; of a figure per head only the highest six, of a rank or a share its neighbour's note."""
    figures = {n: v for n, v in seen.figures.items() if not n.endswith(" right") and not n.startswith("rank.")}
    if sum(name.replace(".", "").isdigit() for name in figures) > 6:
        order = sorted(figures, key=lambda name: -figures[name])[:6]
        figures = {name: figures[name] for name in order}
    top = max((abs(v) for v in figures.values() if math.isfinite(v)), default=0.0) if relative else 1.0
    longest = min(16, max((len(_label(name)) for name in figures), default=0))
    rows = []
    for name, value in figures.items():
        note = _note(seen, name, width < _NARROW)
        room = width - longest - 9 - len(note)
        drawn = Content.styled(bar(value / top if top else 0.0, max(0, room)), "$primary")
        rows.append(
            Content.assemble((f"{_label(name)[:longest]:>{longest}} ", DIM), drawn, f"{value:>7.3g} ", (note, DIM))
        )
    return rows


def _label(name: str) -> str:
    kind, _, layer = name.partition(".")
    if kind == "loss":
        return "embedding" if layer == "0" else f"layer {layer}"
    if kind.isdigit() and layer.isdigit():
        return f"layer {kind} head {layer}"
    return f"block {int(layer) + 1}" if kind == "blocks" and layer.isdigit() else name


def _note(seen: Observed, name: str, short: bool) -> str:
    """What stands beside a figure: the share that is right, the rank of the true token."""
    if f"{name} right" in seen.figures:
        return f"{seen.figures[f'{name} right']:>4.0%}" + ("" if short else " right")
    rank = seen.figures.get(name.replace("loss.", "rank."))
    return f"rank {rank:,.0f}" if rank is not None and name.startswith("loss.") else ""
