"""The commands that fit what is being typed, above the input; arrows choose, tab and enter take."""

from __future__ import annotations

from textual.app import RenderResult
from textual.content import Content
from textual.geometry import Size
from textual.widget import Widget

from spark_tui.chat.commands import Command
from spark_tui.personal import key_for
from spark_tui.theme import DIM

ROWS = 8
_NAME, _KEY = 19, 7


class CommandMenu(Widget):
    """Drawn only; the prompt, which has the focus, moves in it."""

    ALLOW_SELECT = False

    def __init__(self) -> None:
        super().__init__(id="menu")
        self.commands: list[Command] = []
        self._at = 0

    @property
    def chosen(self) -> Command | None:
        return self.commands[self._at] if self.commands else None

    def offer(self, commands: list[Command]) -> None:
        if commands != self.commands:
            self.commands, self._at = commands, 0
            self.display = bool(commands)
            self.refresh(layout=True)

    def move(self, step: int) -> None:
        self._at = (self._at + step) % len(self.commands)
        self.refresh()

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return min(ROWS, len(self.commands)) + (len(self.commands) > ROWS)

    def render(self) -> RenderResult:
        width, rows = self.size
        more = len(self.commands) > ROWS and rows > 1  # the last row says so
        rows -= more
        first = max(0, min(self._at - rows // 2, len(self.commands) - rows))
        lines = []
        for number, command in list(enumerate(self.commands))[first : first + rows]:
            name = f"{command.name} {command.takes}".strip()
            style = "reverse bold" if number == self._at else "bold"
            key = key_for(self.app, command.binding, command.keys)
            lines.append(Content.assemble((name.ljust(_NAME), style), " ", key.ljust(_KEY), (command.does, DIM)))
        if more:
            below = len(self.commands) - first - rows
            where = f"{below} more below" if below else f"{first} more above"
            lines.append(Content.styled(f"{where}: ↑ ↓, or type on", DIM))
        return Content("\n").join(line.truncate(width, ellipsis=True) for line in lines)
