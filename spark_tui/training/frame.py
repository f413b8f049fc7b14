"""The first and the last lines of the screen: how far the run is, what went wrong, the keys."""

from __future__ import annotations

from typing import Any, ClassVar

from textual.app import App, RenderResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Input, Static

from spark_tui.personal import key_for
from spark_tui.theme import DIM, FAINT
from spark_tui.training.story import Story
from spark_tui.widgets.lines import one_line
from train.plain import duration


class Title(Widget):
    """`spark train core · 1m · toy · run brisk-otter          step 1,240 / 4,000 · 31% · 4 min left`"""

    ALLOW_SELECT = False

    def __init__(self, story: Story, model: str) -> None:
        super().__init__(id="title")
        self._story, self._model = story, model
        self._doing = ""

    def doing(self, what: str) -> None:
        """What takes the place of the time left: "paused", "stopping"; empty while it simply trains."""
        if what != self._doing:
            self._doing = what
            self.refresh()

    def render(self) -> RenderResult:
        width = self.size.width
        right = self._right()
        room = width - right.cell_length - 1
        if room < 6:
            return right.truncate(width, ellipsis=True)
        left = Content.styled(" · ", FAINT).join(self._left()).truncate(room, ellipsis=True, pad=True)
        return Content.assemble(left, " ", right)

    def _left(self) -> list[Content]:
        pieces = [Content.styled(f"spark train {self._model}", "bold")]
        started = self._story.started
        if started is not None:
            names = " + ".join(str(source.get("name", "?")) for source in started.data)
            pieces += [Content.styled(one_line(text, 40), DIM) for text in (started.size, names) if text]
            pieces.append(Content.assemble(("run ", DIM), one_line(started.run, 40)))
        return pieces

    def _right(self) -> Content:
        story, pieces = self._story, []
        if story.started is not None:
            total = story.started.total_steps
            pieces.append(Content(f"step {story.at:,}" + (f" / {total:,}" if total is not None else "")))
        if story.step is not None:
            pieces.append(Content.styled(f"{story.step.progress:.0%}", DIM))
        if self._doing:
            pieces.append(Content.styled(self._doing, "bold $warning"))
        elif story.step is not None:
            pieces.append(Content.styled(f"{duration(story.step.seconds_left)} left", DIM))
        return Content.styled(" · ", FAINT).join(pieces)


HINTS: tuple[tuple[str, str], ...] = (
    ("space", "pause"),
    ("g", "sample"),
    ("t", "your prompt"),
    ("s", "save"),
    ("y", "log"),
    ("z", "zoom"),
    ("l", "layer"),
    ("h", "head"),
    ("n", "next"),
    ("1–7", "panes"),
    ("F1", "keys"),
    ("q", "stop safely"),
)
_IDS = {
    "space": "train.pause", "g": "train.sample", "t": "train.prompt", "s": "train.save", "y": "train.log",
    "z": "train.zoom", "l": "train.layer", "h": "train.head", "n": "train.next", "F1": "train.help", "q": "train.stop",
}  # fmt: skip
"""The bindings of these keys, to which a person may have given others."""
_OF_THE_RUN = ("space", "g", "t", "s")
"""Keys that have nothing to do once the run is over."""
_FIRST_TO_GO = ("z", "y", "s", "t", "1–7", "h", "n", "l", "g", "F1", "space")


class Hints(Widget):
    """The keys, or for a few seconds something worth saying."""

    ALLOW_SELECT = False
    SECONDS = 5.0

    def __init__(self) -> None:
        super().__init__(id="hints")
        self.said = ""
        self._hints = HINTS
        self._timer: Timer | None = None

    def say(self, sentence: str) -> None:
        self.said = one_line(sentence)
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_timer(self.SECONDS, self._forget)
        self.refresh()

    def replay(self) -> None:
        """A run of the past: the keys of a tape instead of those of a trainer."""
        keys = [hint for hint in HINTS[:-1] if hint[0] not in _OF_THE_RUN]
        self._hints = (("space", "play"), ("← →", "wind"), *keys, ("q", "leave"))
        self.refresh()

    def only_leaving(self) -> None:
        """The run is over: most keys have nothing to do any more."""
        self.said = ""
        self._hints = (*(hint for hint in HINTS[:-1] if hint[0] not in _OF_THE_RUN), ("q", "leave"))
        self.refresh()

    def render(self) -> RenderResult:
        width = self.size.width
        if self.said:
            return Content(self.said).truncate(width, ellipsis=True)
        shown = list(self._hints)
        for key in _FIRST_TO_GO:
            named = [(key_now(self.app, key), what) for key, what in shown]
            line = Content("  ").join(Content.assemble((key, "bold"), (f" {what}", DIM)) for key, what in named)
            if line.cell_length <= width:
                break
            shown = [hint for hint in shown if hint[0] != key]
        return line.truncate(width)

    def _forget(self) -> None:
        self.said = ""
        self.refresh()


def key_now(app: App[Any], key: str) -> str:
    """What a person has chosen in the place of this key."""
    return key_for(app, _IDS[key], key) if key in _IDS else key


class Ask(Input):
    """A line for a prompt of one's own; hidden until it is asked for. esc closes it."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "close", "close")]

    def __init__(self) -> None:
        super().__init__(id="ask", placeholder="a prompt to continue, ?question to ask, \\n for a line break")
        self.display = False

    def open(self) -> None:
        self.display = True
        self.focus()

    def action_close(self) -> None:
        self.display = False
        self.screen.set_focus(None)

    async def action_submit(self) -> None:
        await super().action_submit()
        self.value = ""
        self.action_close()


class Notice(Static):
    """Lines that appear when there is something to tell: the last problem, and what came of the run."""

    def __init__(self, id: str) -> None:
        super().__init__("", id=id, markup=False)
        self.display = False

    def tell(self, lines: list[str]) -> None:
        self.display = bool(lines)
        self.update(Content("\n".join(one_line(line, 1000) for line in lines)))
