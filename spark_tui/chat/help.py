"""F1: every key and command on one page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from engine.routing.categories import Route
from spark_tui.chat.commands import COMMANDS, KEYS
from spark_tui.theme import CROSS, DIM, HUE, IMPORTANT, MARK, STAR, WRONG
from spark_tui.widgets.screens import Overlay

_COLUMN = 21


class HelpScreen(Overlay[None]):
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,f1,q,enter", "dismiss", "close")]

    def compose(self) -> ComposeResult:
        with VerticalScroll(id="help"):
            yield Static(_page(self.app._keymap), markup=False)


def _page(keymap: Mapping[str, str]) -> Content:
    """`keymap`: the keys that a person has chosen, by the id of the binding."""
    rows = [Content.styled("Keys", "bold")]
    rows += [_row(keymap.get(binding, keys), "", does) for keys, does, binding in KEYS]
    rows += [Content(""), Content.styled("Commands, and their keys", "bold")]
    rows += [
        _row(keymap.get(command.binding, command.keys), f"{command.name} {command.takes}".strip(), command.does)
        for command in COMMANDS
    ]
    rows += [Content(""), Content.styled("Colours", "bold")]
    rows += [
        Content.assemble(
            (f"{MARK}procedure".ljust(_COLUMN), HUE[Route.PROCEDURE]), "a learned habit answered: no model ran"
        ),
        Content.assemble((f"{MARK}fast".ljust(_COLUMN), HUE[Route.FAST]), "the small model answered by reflex"),
        Content.assemble((f"{MARK}core".ljust(_COLUMN), HUE[Route.CORE]), "the larger model thought, with memory"),
        Content.assemble((f"{STAR} important".ljust(_COLUMN), IMPORTANT), "remembered longer, recalled sooner"),
        Content.assemble((f"{CROSS} wrong".ljust(_COLUMN), WRONG), "never recalled, and its shortcut forgotten"),
        Content(""),
        Content.styled('Other keys: a table [keys] in config.toml, such as "chat.important" = "f8,ctrl+l".', DIM),
        Content.styled("The ids: " + ", ".join(command.binding for command in COMMANDS if command.binding) + ".", DIM),
        Content(""),
        Content.styled("esc closes this", DIM),
    ]
    return Content("\n").join(rows)


def _row(keys: str, command: str, does: str) -> Content:
    name = (command.ljust(_COLUMN), "$foreground 85%") if command else ""
    return Content.assemble((keys.replace(",", "  ").ljust(_COLUMN), "$foreground 85%"), name, (does, DIM))
