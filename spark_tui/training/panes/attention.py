"""Attention: what does each head look at?"""

from __future__ import annotations

from textual.content import Content

from spark_tui.theme import DIM, FAINT
from spark_tui.training.panes.pane import RunPane
from spark_tui.widgets.heat_map import heat_map
from spark_tui.widgets.lines import one_line
from spark_tui.widgets.rows import Line
from train.thumbnail import read

_SMALLEST = 8
"""Cells of a map below which the heads are not told apart; those that do not fit wait for `h`."""


class AttentionPane(RunPane):
    """All heads of one layer side by side, or one head large with the strongest looks in words."""

    NAME = "attention"

    shown_layer = 1
    shown_head = 0
    """0: all heads of the layer."""

    def what(self) -> str:
        seen = self.story.attention
        if seen is None:
            return "what does each head look at?"
        heads = self._heads()
        who = f"head {self.shown_head}" if self.shown_head else f"{len(heads)} heads"
        return f"layer {self.shown_layer}, {who} · step {seen.step:,}"

    def next_layer(self) -> None:
        layers = sorted({_place(name)[0] for name in self._maps()})
        if layers:
            self.shown_layer = (
                layers[(layers.index(self.shown_layer) + 1) % len(layers)] if self.shown_layer in layers else layers[0]
            )
        self.refresh()

    def next_head(self) -> None:
        """One head after the other, then all of them again."""
        self.shown_head = (self.shown_head + 1) % (len(self._heads()) + 1)
        self.refresh()

    def lines(self, width: int, height: int) -> list[Line]:
        heads = self._heads()
        if not heads:
            idle = "Shows each head's attention: rows look at columns, the brighter the more."
            return [Line(line) for line in Content.styled(idle, DIM).wrap(max(1, width))]
        if self.shown_head:
            return self._one(heads[min(self.shown_head, len(heads)) - 1], width, height)
        return self._all(heads, width, height)

    def _all(self, heads: list[str], width: int, height: int) -> list[Line]:
        """Small multiples: a row of maps, each with its head's number and what kind of head it is below."""
        each = max(_SMALLEST, min((width + 1) // len(heads) - 1, 2 * (height - 1)))
        shown = heads[: max(1, (width + 1) // (each + 1))]
        maps = [heat_map(read(self._maps()[name]), each, max(1, height - 1), self._dark()) for name in shown]
        drawn = max((len(lines) for lines in maps), default=0)
        rows = []
        for index in range(drawn):
            cells = [_cell(lines[index] if index < len(lines) else Content(""), each) for lines in maps]
            rows.append(Line(Content(" ").join(cells)))
        captions = [_cell(Content.styled(self._caption(name, each), DIM), each) for name in shown]
        left = len(heads) - len(shown)
        more = Content.styled(f" +{left}", FAINT) if left else Content("")
        return [*rows, Line(Content.assemble(Content(" ").join(captions), more), keep=9)]

    def _one(self, name: str, width: int, height: int) -> list[Line]:
        """One map, and beside it where it looks most."""
        rows = read(self._maps()[name])
        drawn = heat_map(rows, width // 2, height, self._dark())
        words = self.story.attention.words.get("tokens", []) if self.story.attention is not None else []
        looks = sorted(
            ((value, i, j) for i, row in enumerate(rows) for j, value in enumerate(row) if i), reverse=True
        )  # fmt: skip
        told = [Content.styled(self.story.kind_of_head(name) or "no kind of head that we know", "bold")]
        for value, i, j in looks[: max(0, height - 1)]:
            pair = f"{_word(words, i)} → {_word(words, j)}" if i != j else f"{_word(words, i)} → itself"
            told.append(Content.assemble((f"{value:.2f} ", DIM), pair))
        side = max((line.cell_length for line in drawn), default=0)
        count = min(height, max(len(drawn), len(told)))
        blank = Content("")
        return [
            Line(
                Content.assemble(
                    _cell(drawn[i] if i < len(drawn) else blank, side), "  ", told[i] if i < len(told) else blank
                )
            )
            for i in range(count)
        ]

    def _caption(self, name: str, room: int) -> str:
        number = str(_place(name)[1])
        kind = self.story.kind_of_head(name)
        return f"{number} {kind}" if kind and len(number) + 1 + len(kind) <= room else number

    def _maps(self) -> dict[str, str]:
        return self.story.attention.maps if self.story.attention is not None else {}

    def _heads(self) -> list[str]:
        """The heads of the layer that is shown."""
        return sorted((name for name in self._maps() if _place(name)[0] == self.shown_layer), key=_place)

    def _dark(self) -> bool:
        return self.app.current_theme.dark


def _place(name: str) -> tuple[int, int]:
    """(layer, head) of "2.3"."""
    layer, _, head = name.partition(".")
    return (int(layer), int(head)) if layer.isdigit() and head.isdigit() else (0, 0)


def _cell(content: Content, width: int) -> Content:
    return content.truncate(width, pad=True)


def _word(words: list[str], index: int) -> str:
    text = words[index] if index < len(words) else "?"
    return one_line(text.strip(), 12) or ("start" if not text else repr(text)[1:-1][:6])
