"""Where a person types: grows with the text, folds big pastes, remembers what was asked."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message

from engine.text import sanitize
from spark_tui.chat.commands import fitting
from spark_tui.chat.menu import CommandMenu
from spark_tui.widgets.editable import Editable

FOLD_CHARACTERS = 1_500
FOLD_LINES = 16
"""A paste longer than this is shown as a chip and put back whole when the message is sent."""

APP_KEYS = frozenset(("f6", "f7"))
"""A text area would select with them."""

_CHIP = re.compile(r"⟦paste (\d+): [^⟧\n]*⟧")


class Prompt(Editable):
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

    def __init__(self, menu: CommandMenu | None = None) -> None:
        super().__init__(
            id="prompt",
            compact=True,
            highlight_cursor_line=False,
            placeholder="ask, or / for commands",
            tab_behavior="focus",
        )
        self.menu = menu or CommandMenu()
        self.elsewhere = APP_KEYS
        """Keys that the app or a person's key map claims, whatever a text area would do with them."""
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
        if event.key in self.elsewhere:
            await self._run_app_binding(event.key)
        elif event.key == "enter":
            self._enter()
        elif event.key == "shift+\r":  # xterm's shift+enter; a Binding would lose the \r
            self.action_newline()
        elif not await self._run_binding(event.key):
            await super()._on_key(event)
            self._draw()
            return
        event.stop()
        event.prevent_default()

    def _draw(self) -> None:
        """Show what was typed now and by itself: the screen's next tick draws whatever else has changed with it."""
        screen = self.screen
        if screen.is_current and not self.app._batch_count:
            screen._compositor.update_widgets({self})
            self.app._display(screen, screen._compositor.render_update(screen_stack=self.app._background_screens))

    async def _run_binding(self, key: str) -> bool:
        """Did one of this widget's own bindings deal with the key?"""
        bindings = self._bindings.copy()
        bindings.apply_keymap(self.app._keymap)
        for binding in bindings.key_to_bindings.get(key, ()):
            if await self.app.run_action(binding.action, self):
                return True
        return False

    async def _run_app_binding(self, key: str) -> None:
        bindings = self.app._bindings.copy()
        bindings.apply_keymap(self.app._keymap)
        for binding in bindings.key_to_bindings.get(key, [])[:1]:
            await self.app.run_action(binding.action, self.app)

    async def _on_paste(self, event: events.Paste) -> None:
        event.stop()
        event.prevent_default()
        text = event.text.expandtabs(4)
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

    def _enter(self) -> None:
        """Send; where the menu is open, what it has chosen, unless that wants words behind it."""
        chosen = self.menu.chosen
        if chosen is not None and chosen.name != self.text.strip().lower():
            self.text = f"{chosen.name} " if chosen.takes else chosen.name
            self.move_cursor(self.document.end)
            if chosen.takes and not chosen.takes.startswith("["):
                return
        self.post_message(self.Submitted(self.take()))

    def action_complete(self) -> None:
        """Take the chosen command; without one tab does nothing, so that focus stays here."""
        chosen = self.menu.chosen
        if chosen is not None:
            self.text = f"{chosen.name} " if chosen.takes else chosen.name
            self.move_cursor(self.document.end)

    def action_cursor_up(self, select: bool = False) -> None:
        if self.menu.commands:
            self.menu.move(-1)
        elif select or not self.cursor_at_first_line or not self._browse(-1):
            super().action_cursor_up(select)

    def action_cursor_down(self, select: bool = False) -> None:
        if self.menu.commands:
            self.menu.move(+1)
        elif select or not self.cursor_at_last_line or not self._browse(+1):
            super().action_cursor_down(select)

    def update_suggestion(self) -> None:
        """Offer the commands that begin like this, and show the rest of the first."""
        fits = fitting(self.text) if self._browsing is None else []
        self.menu.offer(fits)
        self.suggestion = fits[0].name[len(self.text) :] if fits and len(self.text) > 1 else ""

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
        self._browsing = None if newest else position  # before the text: what is looked back at opens no menu
        self.put(self._draft if newest else self._asked[position])
        return True

    def _fold(self, text: str) -> str:
        self._pastes += 1
        self._folded[self._pastes] = text
        lines = text.count("\n") + 1
        return f"⟦paste {self._pastes}: {len(text):,} characters, {lines:,} lines⟧"


def _is_long(text: str) -> bool:
    return len(text) > FOLD_CHARACTERS or text.count("\n") >= FOLD_LINES
