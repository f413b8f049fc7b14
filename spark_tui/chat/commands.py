"""Slash commands, in one table that the prompt, the palette and the help all read."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Command:
    """`action` is the app's action of that name."""

    name: str
    does: str
    action: str
    keys: str = ""


COMMANDS = (
    Command("/help", "every key and command", "help", "F1"),
    Command("/important", "flag the selected or last answer ★; again clears", "flag('important')", "F8  ctrl+s"),
    Command("/wrong", "flag the selected or last answer ✗; again clears", "flag('wrong')", "F9  ctrl+o"),
    Command("/again", "answer the selected or last question by the other path", "again", "ctrl+r"),
    Command("/attention", "where the model looked while it wrote, and which layer knew", "attention", "F3"),
    Command("/copy", "copy the selected or last answer", "copy_answer", "F7"),
    Command("/panes", "show or hide the panes; one after the other where it is narrow", "panes", "F4"),
    Command("/clear", "empty the screen; nothing is forgotten", "clear"),
    Command("/quit", "leave; everything is saved already", "quit", "ctrl+q"),
)

KEYS = (
    ("enter", "send"),
    ("ctrl+j  shift+enter", "new line"),
    ("esc", "stop the answer between two words; what is written stays"),
    ("↑ ↓", "earlier questions (at the first and last line of the input)"),
    ("alt+↑  alt+↓", "select an answer, and show in the panes how it came about"),
    ("page up  page down", "scroll the conversation"),
    ("ctrl+end", "back to the newest line"),
    ("tab", "complete a / command"),
    ("← → ↑ ↓ h a", "in the attention drawer: word, layer, head, all heads (a click chooses a word too)"),
    ("ctrl+p", "command palette, themes too"),
)
"""Keys that have no command of their own."""


def parse(text: str) -> Command | str | None:
    """The command that a message is; its name when there is no such command; None for a message.

    Only a lone word after the slash counts, so that a path or a question about "/etc" is still a message.
    """
    word = text.strip()
    if not (word.startswith("/") and word[1:].isalpha()):
        return None
    return next((command for command in COMMANDS if command.name == word.lower()), word)
