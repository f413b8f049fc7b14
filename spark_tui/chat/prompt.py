"""Where a person types: grows with the text, folds big pastes, remembers what was asked."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import TextArea

from engine.text import sanitize

FOLD_CHARACTERS = 1_500
FOLD_LINES = 16
"""A paste longer than this is shown as a chip and put back whole when the message is sent."""

_CHIP = re.compile(r"⟦paste (\d+): [^⟧\n]*⟧")


class Prompt(TextArea):
    """The input. Enter sends; what is typed never blocks on the engine."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+j,shift+enter,alt+enter", "newline", "new line", show=False, id="prompt.newline"),
        Binding("tab", "complete", "complete a command", show=False, id="prompt.complete"),
        Binding("pageup", "app.page(-1)", "scroll up", show=False, id="chat.page_up"),
        Binding("pagedown", "app.page(1)", "scroll down", show=False, id="chat.page_down"),
    ]

    @dataclass
    class Submitted(Message):
        text: str

    def __init__(self, commands: Sequence[str] = ()) -> None:
        super().__init__(
            id="prompt",
            compact=True,
            highlight_cursor_line=False,
            placeholder="ask, or / for commands",
            tab_behavior="focus",
        )
        self._commands = commands
        self._folded: dict[int, str] = {}
        self._pastes = 0
        self._asked: list[str] = []
        self._browsing: int | None = None
        self._draft = ""

    # What is in it

    def message(self) -> str:
        """The text with every chip replaced by what it stands for."""
        return _CHIP.sub(lambda match: self._folded.get(int(match[1]), match[0]), self.text)

    def put(self, text: str) -> None:
        """Replace the text (folded if it is long), the cursor at its end."""
        text = sanitize(text)
        self.text = self._fold(text) if _is_long(text) else text
        self.move_cursor(self.document.end)

    def take(self) -> str:
        """The message; the prompt is empty afterwards and remembers it for the up key."""
        message = self.message()
        if message.strip() and (not self._asked or self._asked[-1] != message):
            self._asked.append(message)
        self.remember(())
        self._folded.clear()
        self.text = ""
        return message

    def remember(self, earlier: Sequence[str]) -> None:
        """Put questions of earlier runs before those of this one."""
        self._asked[:0] = earlier
        self._browsing = None

    # Keys

    async def _on_key(self, event: events.Key) -> None:
        """Send on enter, and run this widget's own bindings at once.

        Textual runs a binding only after its key has bubbled up to the app, by when letters typed behind it are in
        the text already: `ab`, ctrl+u, `c` in one read would become nothing. Fast typists and scripts notice.
        """
        if event.key == "enter":
            self.post_message(self.Submitted(self.take()))
        elif event.key == "shift+\r":  # xterm's shift+enter; a Binding would lose the \r
            self.action_newline()
        elif not await self._run_binding(event.key):
            await super()._on_key(event)
            return
        event.stop()
        event.prevent_default()

    async def _run_binding(self, key: str) -> bool:
        """Did one of this widget's own bindings deal with the key?"""
        for binding in self._bindings.key_to_bindings.get(key, ()):
            if await self.app.run_action(binding.action, self):
                return True
        return False

    async def _on_paste(self, event: events.Paste) -> None:
        event.stop()
        event.prevent_default()
        text = sanitize(event.text).expandtabs(4)
        if not text:
            return
        start, end = self.selection
        result = self._replace_via_keyboard(self._fold(text) if _is_long(text) else text, start, end)
        if result is not None:
            self.move_cursor(result.end_location)
        self.focus()

    def action_newline(self) -> None:
        start, end = self.selection
        self._replace_via_keyboard("\n", start, end)

    def action_complete(self) -> None:
        """Take the suggested command; without one tab does nothing, so that focus stays here."""
        if self.suggestion:
            self.insert(self.suggestion)

    def action_cursor_up(self, select: bool = False) -> None:
        if select or not self.cursor_at_first_line or not self._browse(-1):
            super().action_cursor_up(select)

    def action_cursor_down(self, select: bool = False) -> None:
        if select or not self.cursor_at_last_line or not self._browse(+1):
            super().action_cursor_down(select)

    def update_suggestion(self) -> None:
        """Show the rest of the only sensible slash command."""
        text = self.text
        fits = [name for name in self._commands if text.startswith("/") and name.startswith(text) and name != text]
        self.suggestion = fits[0][len(text) :] if len(text) > 1 and fits else ""

    # Helpers

    def _browse(self, step: int) -> bool:
        """Move through what was asked before; the unsent draft waits below the newest."""
        position = len(self._asked) if self._browsing is None else self._browsing
        position += step
        if not 0 <= position <= len(self._asked) or (self._browsing is None and step > 0):
            return False
        if self._browsing is None:
            self._draft = self.message()
        newest = position == len(self._asked)
        self.put(self._draft if newest else self._asked[position])
        self._browsing = None if newest else position
        return True

    def _fold(self, text: str) -> str:
        self._pastes += 1
        self._folded[self._pastes] = text
        lines = text.count("\n") + 1
        return f"⟦paste {self._pastes}: {len(text):,} characters, {lines:,} lines⟧"


def _is_long(text: str) -> bool:
    return len(text) > FOLD_CHARACTERS or text.count("\n") >= FOLD_LINES
