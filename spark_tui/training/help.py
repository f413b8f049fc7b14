"""F1: the keys, and what the panes show."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from spark_tui.theme import DIM

KEYS = (
    ("space", "pause after the running step, and go on"),
    ("g", "write samples now"),
    ("s", "save a checkpoint now"),
    ("y", "loss on a logarithmic scale, and back"),
    ("1 2 3 4", "hide or show loss, samples, speed, gradients"),
    ("q", "stop after the running step, save, leave; again: leave at once, without saving"),
)

PANES = (
    ("loss", "nats a token: the training batches, and text held out from them"),
    ("samples", "what the model writes after a prompt, and whether it is Python"),
    ("speed", "tokens a second over the last steps, time left, learning rate"),
    ("gradients", "how strongly each block is told to change, before clipping"),
)


class HelpScreen(ModalScreen[None]):
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,f1,q,enter", "dismiss", "close")]

    def compose(self) -> ComposeResult:
        with VerticalScroll(id="help"):
            yield Static(_page(), markup=False)


def _page() -> Content:
    rows = [Content.styled("Keys", "bold"), *(_row(*row) for row in KEYS), Content("")]
    rows += [Content.styled("Panes", "bold"), *(_row(*row) for row in PANES), Content("")]
    rows.append(Content.styled("The run goes on while you read; esc closes this", DIM))
    return Content("\n").join(rows)


def _row(left: str, right: str) -> Content:
    return Content.assemble((left.ljust(12), "$foreground 85%"), (right, DIM))
