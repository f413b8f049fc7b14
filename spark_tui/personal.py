"""An app as a person likes it: in their theme, which all of Spark's screens share, and with their keys."""

from __future__ import annotations

from typing import Any, TypeVar

from textual.app import App

from spark_tui.preferences import Preferences
from spark_tui.terminal import TerminalApp
from spark_tui.theme import THEMES, path_variables

T = TypeVar("T")


class PersonalApp(TerminalApp[T]):
    def __init__(self, preferences: Preferences | None = None) -> None:
        super().__init__()
        self.preferences = preferences or Preferences()
        for theme in THEMES:
            self.register_theme(theme)
        wanted = self.preferences.get("theme", THEMES[0].name)
        self.theme = wanted if wanted in self.available_themes else THEMES[0].name
        self.chosen_keys = self.preferences.keys()
        self.set_keymap(self.chosen_keys)

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return path_variables(self.current_theme.dark)

    def keep_theme(self) -> None:
        """From now on remember which theme is worn; to be called once the app runs."""
        self.theme_changed_signal.subscribe(self, lambda theme: self.preferences.put("theme", theme.name))


def key_for(app: App[Any], name: str, default: str) -> str:
    """The first key that does what this binding does: a person may have chosen another."""
    return app._keymap.get(name, default).replace(",", " ").partition(" ")[0]
