"""The drawer over the lower half: one answer token at a time, its layer and head chosen with the arrow keys."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.app import RenderResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.geometry import Size
from textual.message import Message
from textual.widget import Widget

from engine.routing.categories import Route
from spark_tui.chat.attention.layout import FIGURE, LABEL, Row, chosen_rows, draw, rows_of, shown
from spark_tui.chat.attention.lens import lens_rows
from spark_tui.theme import DIM, FAINT, HUE
from spark_tui.widgets.lines import wrapped
from spark_tui.widgets.rows import titled

if TYPE_CHECKING:
    from engine.observation.attention import AnswerAttention

HINT = (("← →", "word"), ("↑ ↓", "layer"), ("h", "head"), ("a", "all heads"), ("esc", "close"))


class AttentionDrawer(Widget, can_focus=True):
    """`look_into` shows a finished answer, `wait` that one is being looked into."""

    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "token(-1)", "word before", id="attention.left"),
        Binding("right", "token(1)", "word after", id="attention.right"),
        Binding("home", "token(-100000)", "first word", id="attention.first"),
        Binding("end", "token(100000)", "last word", id="attention.last"),
        Binding("up", "layer(1)", "layer above", id="attention.up"),
        Binding("down", "layer(-1)", "layer below", id="attention.down"),
        Binding("h", "head(1)", "next head", id="attention.head"),
        Binding("H", "head(-1)", "head before", id="attention.head_back"),
        Binding("a", "all_heads", "all heads", id="attention.all_heads"),
    ]

    class Typed(Message):
        """A letter that means nothing here: it is for the prompt."""

        def __init__(self, character: str) -> None:
            super().__init__()
            self.character = character

    def __init__(self) -> None:
        super().__init__(id="attention")
        self._seen: AnswerAttention | None = None
        self._message = ""
        self.turn_id: str | None = None
        self.token = self.depth = 0
        self.head: int | None = None
        self._rows: list[Row] = []
        self._typing = False  # a letter went to the prompt; until the focus has followed it, all others do too

    @property
    def open(self) -> bool:
        return self.has_class("-open")

    @property
    def ready(self) -> bool:
        """Is there something to look at?"""
        return self._seen is not None

    def wait(self, turn_id: str) -> None:
        """Open, and say that it is being worked out."""
        self.turn_id, self._seen, self._message = turn_id, None, "looking …"
        self.add_class("-open")
        self.focus()
        self.refresh()

    def look_into(self, turn_id: str, seen: AnswerAttention) -> None:
        """Show this answer, at its first word and two thirds up the model, where small ones do their reading."""
        if turn_id != self.turn_id or not self.open:
            return
        self._seen, self._message = seen, ""
        self.token, self.depth, self.head = 0, seen.layers * 2 // 3, None
        self.refresh(layout=True)

    def say(self, sentence: str) -> None:
        """There is nothing to see, and why."""
        self._seen, self._message = None, sentence
        self.refresh()

    def close(self) -> None:
        self.remove_class("-open")
        self._seen, self.turn_id = None, None

    # Keys and clicks

    def action_token(self, step: int) -> None:
        if self._seen is not None:
            self.token = min(max(0, self.token + step), max(0, self._seen.tokens - 1))
            self.refresh()

    def action_layer(self, step: int) -> None:
        if self._seen is not None:
            self.depth = min(max(0, self.depth + step), self._seen.layers - 1)
            self.refresh()

    def action_head(self, step: int) -> None:
        """Each head in turn, then all of them together."""
        if self._seen is not None:
            position = (-1 if self.head is None else self.head) + 1 + step
            position %= self._seen.heads + 1
            self.head = None if position == 0 else position - 1
            self.refresh()

    def action_all_heads(self) -> None:
        self.head = None
        self.refresh()

    def on_key(self, event: events.Key) -> None:
        if event.is_printable and event.character and (self._typing or event.key not in ("h", "H", "a")):
            event.stop()
            self._typing = True
            self.post_message(self.Typed(event.character))

    def on_focus(self) -> None:
        self._typing = False

    def on_click(self, event: events.Click) -> None:
        event.stop()
        self.focus()
        row = event.y - 1  # below the title
        if self._seen is None or not 0 <= row < len(self._rows):
            return
        for start, end, index in self._rows[row].places:
            if start <= event.x - LABEL < end and index >= self._seen.read:
                self.token = index - self._seen.read
                self.refresh()

    # Drawing

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """What the whole context takes; the style sheet says how much of the screen it may have."""
        if self._seen is None:
            return 3
        rows = rows_of(self._seen.words, max(8, width - LABEL - FIGURE))
        return 1 + len(rows) + len(self._below(self._seen, width))

    def render(self) -> RenderResult:
        width, height = self.size
        if width < 4 or height < 1:
            return Content("")
        title = titled("attention", "where did it look, and which layer knew?", width)
        seen = self._seen
        if seen is None or not seen.tokens:
            lines = wrapped(self._message or "There are no words in this answer.", width, 2, DIM)
            return Content("\n").join([title, *lines])
        hue = HUE[Route(seen.model)]
        look = seen.look(self.token, self.depth, self.head)
        below = self._below(seen, width)
        room = max(1, height - 1 - len(below))
        words = seen.words[: seen.read + seen.tokens]
        self._rows = chosen_rows(rows_of(words, max(8, width - LABEL - FIGURE)), look, seen.read + self.token, room)
        above = draw(self._rows, words, look, seen.read + self.token, hue, width)
        above += [Content("")] * (room - len(above))
        return Content("\n").join(row.truncate(width, ellipsis=True) for row in [title, *above, *below][:height])

    def _below(self, seen: AnswerAttention, width: int) -> list[Content]:
        hue = HUE[Route(seen.model)]
        return [self._where(seen), *lens_rows(seen, self.token, self.depth, hue, width), self._hint(width)]

    def _where(self, seen: AnswerAttention) -> Content:
        head = f"head {self.head + 1}/{seen.heads}" if self.head is not None else f"all {seen.heads} heads"
        word = shown(seen.words[seen.read + self.token].text).strip() or "␣"
        look = seen.look(self.token, self.depth, self.head)
        most = sorted(range(len(look)), key=lambda index: -look[index])[:3]
        looked = ", ".join(f"{shown(seen.words[index].text).strip() or '␣'} {100 * look[index]:.0f}%" for index in most)
        return Content.assemble(
            (f"{seen.model} ", f"{HUE[Route(seen.model)]} bold"),
            (f"“{word}”", "bold"),
            (f" word {self.token + 1}/{seen.tokens} · layer {self.depth + 1}/{seen.layers} · {head}", DIM),
            (" · looked at ", FAINT),
            looked,
        )

    def _hint(self, width: int) -> Content:
        pieces = [Content.assemble((key, "bold"), (f" {what}", DIM)) for key, what in HINT]
        return Content("  ").join(pieces).truncate(width)
