"""F1: the keys, and what the panes show."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from spark_tui.theme import DIM
from spark_tui.training.frame import key_now
from spark_tui.widgets.screens import Overlay

_LOOKING = (
    ("y", "loss on a logarithmic scale, and back"),
    ("z", "zoom: the newest half of the run, a quarter, a tenth, all"),
    ("l h", "attention: the next layer, the next head (after the last: all heads)"),
    ("n", "the next observation"),
    ("1 … 7", "hide or show loss, samples, speed, gradients, attention, observations, clicks"),
)

KEYS = (
    ("space", "pause after the running step, and go on"),
    ("g", "write samples now"),
    ("t", "type a prompt of your own; ? before it asks as in the chat"),
    ("s", "save a checkpoint now"),
    *_LOOKING,
    ("q", "stop after the running step, save, leave; again: leave at once, without saving"),
)

REPLAY_KEYS = (
    ("space", "stop the tape, and let it play"),
    ("← →", "wind by a hundredth of the run; a click on the slider goes there at once"),
    ("home end", "the first step, the last"),
    *_LOOKING,
    ("q", "leave"),
)

PANES = (
    ("loss", "nats a token: the training batches, and text held out from them"),
    ("samples", "what the model writes after a prompt, and whether it is Python"),
    ("speed", "tokens a second over the last steps, MFU (the share of the machine used), memory, time left"),
    ("gradients", "how strongly each block is told to change, and its last move over its size"),
    ("attention", "what each head looks at in a fixed text: rows look at columns, the brighter the more"),
    ("seen", "one observer at a time: kinds of tokens, heads, layers, embeddings, writing"),
    ("clicks", "the step at which an ability appeared: its rate passed a half"),
)


class HelpScreen(Overlay[None]):
    """What each key does, two columns."""

    AUTO_FOCUS = "#help"  # so that the keys scroll it
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,f1,q,enter", "dismiss", "close")]

    def __init__(self, keys: Sequence[tuple[str, str]], last_line: str) -> None:
        super().__init__()
        self._keys, self._last_line = keys, last_line

    def compose(self) -> ComposeResult:
        with VerticalScroll(id="help"):
            for title, rows in (("Keys", self._keys), ("Panes", PANES)):
                yield Static(Content.styled(title, "bold"))
                for left, right in rows:
                    with Horizontal(classes="row"):
                        yield Static(Content.styled(key_now(self.app, left), "$foreground 85%"), classes="left")
                        yield Static(Content.styled(right, DIM), classes="right")
                yield Static("")
            yield Static(Content.styled(self._last_line, DIM))
