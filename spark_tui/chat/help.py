"""F1: every key and command on one page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import ClassVar

from textual.app import ComposeResult, RenderResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.geometry import Size
from textual.widget import Widget

from engine.routing.categories import Route
from spark_tui.chat.commands import COMMANDS, KEYS
from spark_tui.chat.prompt import Prompt
from spark_tui.theme import CROSS, DIM, HUE, IMPORTANT, MARK, STAR, WRONG
from spark_tui.widgets.screens import Overlay

_COLUMN = 21
Row = tuple[Content, str]
"""What stands in the columns, and what it does."""


class HelpScreen(Overlay[None]):
    AUTO_FOCUS = "#help"  # so that the keys scroll it
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,f1,q,enter", "dismiss", "close")]

    def compose(self) -> ComposeResult:
        with VerticalScroll(id="help"):
            bindings = (*self.app.BINDINGS, *Prompt.BINDINGS)
            names = [one.id for one in bindings if isinstance(one, Binding) and one.id]
            yield _Page(_page(self.app._keymap, names))


class _Page(Widget):
    """Rows of one or two columns and an explanation, whose later lines stand under its first."""

    def __init__(self, rows: list[Row]) -> None:
        super().__init__()
        self._rows = rows

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return len(self._lines(width))

    def render(self) -> RenderResult:
        return Content("\n").join(self._lines(self.size.width))

    def _lines(self, width: int) -> list[Content]:
        lines: list[Content] = []
        for head, does in self._rows:
            indent = head.cell_length if head.cell_length < width * 2 // 3 or not does else _COLUMN
            if indent < head.cell_length and does:  # no room for all columns beside each other
                lines += head.wrap(max(1, width))
                head = Content(" " * indent)
            rest = Content.styled(does, DIM).wrap(max(1, width - indent)) or [Content("")]
            lines += [Content.assemble(head if row == 0 else " " * indent, line) for row, line in enumerate(rest)]
        return lines


def _page(keymap: Mapping[str, str], names: Iterable[str]) -> list[Row]:
    """`keymap`: the keys that a person has chosen, by the id of the binding; `names`: every id there is."""
    return [
        _title("Keys"),
        *(_row(keymap.get(binding, keys), "", does) for keys, does, binding in KEYS),
        _row("", "", ""),
        _title("Commands, and their keys"),
        *(
            _row(keymap.get(command.binding, command.keys), f"{command.name} {command.takes}".strip(), command.does)
            for command in COMMANDS
        ),
        _row("", "", ""),
        _title("Colours"),
        _colour(f"{MARK}procedure", HUE[Route.PROCEDURE], "a learned habit answered: no model ran"),
        _colour(f"{MARK}fast", HUE[Route.FAST], "the small model answered by reflex"),
        _colour(f"{MARK}core", HUE[Route.CORE], "the larger model thought, with memory"),
        _colour(f"{STAR} important", IMPORTANT, "remembered longer, recalled sooner"),
        _colour(f"{CROSS} wrong", WRONG, "never recalled, and its shortcut forgotten"),
        _row("", "", ""),
        (Content(""), 'Other keys: a table [keys] in config.toml, such as "chat.important" = "f8,ctrl+l".'),
        (Content(""), f"The ids: {', '.join(names)}."),
        _row("", "", ""),
        (Content(""), "esc closes this"),
    ]


def _title(text: str) -> Row:
    return Content.styled(text, "bold"), ""


def _colour(name: str, style: str, does: str) -> Row:
    return Content.styled(name.ljust(_COLUMN), style), does


def _row(keys: str, command: str, does: str) -> Row:
    head = keys.replace(",", "  ").ljust(_COLUMN) + (command.ljust(_COLUMN) if command else "")
    return Content.styled(head, "$foreground 85%"), does
