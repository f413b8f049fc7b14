"""Screens that outlive fast hands: what Textual 8.2 breaks at is caught here, once for every app.

`python -m tests.spark_tui.chat.fuzz` found each of these cases.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TypeVar

from textual import command
from textual._compositor import Compositor, ReflowResult
from textual._styles_cache import StylesCache
from textual.await_complete import AwaitComplete
from textual.events import Click
from textual.geometry import Offset, Size
from textual.screen import ModalScreen, Screen
from textual.widget import Widget
from textual.widgets import OptionList

T = TypeVar("T")


class _MappedOnce(Compositor):
    """A layout of everything knows every widget's place: Textual finds them a second time, for the first new one."""

    def reflow(self, parent: Widget, size: Size) -> ReflowResult:
        result = super().reflow(parent, size)
        self._full_map_invalidated = False
        return result


class SteadyScreen(Screen[T]):
    def __init__(self, name: str | None = None, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(name, id, classes)
        self._compositor = _MappedOnce()

    def get_widget_and_offset_at(self, x: int, y: int) -> tuple[Widget | None, Offset | None]:
        """A widget that is being removed is still drawn; a click on it selects nothing."""
        widget, offset = super().get_widget_and_offset_at(x, y)
        gone = widget is not None and widget is not self and not widget.is_attached
        return (None, None) if gone else (widget, offset)


class Overlay(ModalScreen[T], SteadyScreen[T]):
    """A screen over another one, left once: the second `dismiss` would take away whatever is on top."""

    def dismiss(self, result: T | None = None) -> AwaitComplete:
        return super().dismiss(result) if self.is_active else AwaitComplete()


class Choices(OptionList):
    """A click on an option that is still drawn but gone from the list chooses nothing."""

    async def _on_click(self, event: Click) -> None:
        if event.style.meta.get("option", -1) >= self.option_count:
            event.prevent_default()


class _Commands(command.CommandList, Choices):
    """The palette's own list."""


command.CommandList = _Commands  # type: ignore[misc]  # what the palette composes

# Meant as a class method and not declared as one, its `lru_cache` keeps the drawn lines of a thousand widgets that are
# gone: every collection of garbage looked through them, a quarter of a second while somebody pages through a session.
StylesCache.get_inner_outer = classmethod(vars(StylesCache)["get_inner_outer"])  # type: ignore[method-assign,assignment]


class Palette(command.CommandPalette, Overlay[None]):
    """Textual's command palette."""

    def _action_command_list(self, action: str) -> None:
        """A list that is not laid out yet cannot be paged through."""
        with suppress(KeyError):
            super()._action_command_list(action)
