"""Memory: what did it read?"""

from __future__ import annotations

from textual.content import Content

from engine.events import Answered, Assessed, Attended, Event, Flag, Flagged, Memory, Recalled
from spark_tui.chat.panes.pane import Pane
from spark_tui.theme import CROSS, DIM, FAINT, IMPORTANT, STAR, WRONG
from spark_tui.widgets.bars import bar, share_text
from spark_tui.widgets.lines import one_line, wrapped
from spark_tui.widgets.rows import Line, more

_PARTS = ("meaning", "words", "recent", "weight")


class MemoryPane(Pane):
    """Each recalled item with the parts of its score, and where the writer looked."""

    NAME, QUESTION = "memory", "what did it read?"

    def __init__(self) -> None:
        super().__init__(id="memory")
        self._recalled: Recalled | None = None
        self._attended: Attended | None = None
        self._waiting = False
        self._finished = False
        self._flags: dict[str, Flag | None] = {}

    def begin(self) -> None:
        self._recalled, self._attended, self._waiting, self._finished = None, None, False, False
        self.refresh()

    def hear(self, event: Event) -> None:
        match event:
            case Assessed():
                self._waiting = True
            case Recalled():
                self._recalled = event
            case Attended():
                self._attended = event
            case Answered():
                self._finished = True
            case Flagged():
                self._flags[event.turn_id] = event.flag
            case _:
                return
        self.refresh()

    def lines(self, width: int) -> list[Line]:
        recalled = self._recalled
        if recalled is None or not recalled.memories:
            message = wrapped(self._empty_message(), width, 2, DIM)
            body = [Line(message[0], keep=9), Line(message[1], keep=8), *[Line(Content(""), keep=0)] * 3]
        else:
            body = [Line(_legend(width), keep=6)]
            for number, memory in enumerate(recalled.memories, start=1):
                body += [
                    Line(self._item(number, memory, width), keep=9 if number == 1 else 8),
                    Line(_parts(memory, width), keep=7 if number == 1 else 5),
                ]
        body += [Line(row, keep=4 - index) for index, row in enumerate(self._looked_at(width))]
        if recalled is not None and recalled.stored:
            ahead = f" · {recalled.ahead} of {len(recalled.memories)} fetched ahead" if recalled.ahead else ""
            stored = f"{recalled.stored:,} items{ahead or ' remembered'}"
            body.append(Line(Content.styled(stored, DIM), keep=2))
        return body + more(self._whole(width)) if self.has_class("-shown") else body

    def _whole(self, width: int) -> list[Content]:
        """What each item says, as far as there is room; F2 opens it with its links."""
        rows: list[Content] = []
        for number, memory in enumerate(self._recalled.memories if self._recalled is not None else (), start=1):
            text = Content.styled(one_line(memory.text, 4_000), DIM).wrap(max(1, width - 2))
            lead = Content.assemble((f"{number} ", "bold"))
            rows += [Content.assemble(lead if row == 0 else "  ", line) for row, line in enumerate(text)]
        return rows

    def _empty_message(self) -> str:
        if self._recalled is not None:
            return self._recalled.why or "Nothing in memory is close enough to help."
        if self._finished:
            return "Nothing was read for this answer."
        if self._waiting:
            return "searching …"
        return "Shows what is recalled for a question, and why each thing was chosen."

    def _item(self, number: int, memory: Memory, width: int) -> Content:
        kind = {"document": "doc "}.get(memory.kind, "turn")
        flag = self._flags.get(memory.id, memory.flag)
        mark = {Flag.IMPORTANT: (STAR, IMPORTANT), Flag.WRONG: (CROSS, WRONG)}.get(flag) if flag else None
        head = Content.assemble((f"{number} ", "bold"), (f"{kind} ", DIM))
        text = Content(one_line(memory.text)).truncate(max(0, width - 9), ellipsis=True, pad=True)
        return Content.assemble(head, text, " ", mark or " ")

    def _looked_at(self, width: int) -> list[Content]:
        attended = self._attended
        if attended is None:
            return [Content("")]
        pieces = [
            Content.assemble((f"{one_line(label, 14)} ", DIM), f"{100 * share:.0f}%")
            for label, share in attended.shares
            if share >= 0.005
        ]
        return Content.assemble(("looked at ", DIM), Content.styled(" · ", FAINT).join(pieces)).wrap(width)[:2]


def _column(width: int) -> int:
    """Cells for one part of a score: label, bar, gap."""
    return max(4, (width - 2) // len(_PARTS))


def _legend(width: int) -> Content:
    column = _column(width)
    return Content.styled("  " + "".join(name[: column - 1].ljust(column) for name in _PARTS), DIM)


def _parts(memory: Memory, width: int) -> Content:
    """Four bars under the legend, their figures beside them where there is room."""
    column = _column(width)
    parts = memory.parts
    pieces: list[Content] = [Content("  ")]
    for share in (parts.semantic, parts.keyword, parts.recency, parts.importance):
        room = column - 5 if column >= 9 else column - 1
        figure = f"{share_text(share):>3} " if column >= 9 else ""
        pieces.append(Content.assemble((bar(share, room), "$foreground 70%"), " ", (figure, DIM)))
    return Content("").join(pieces)
