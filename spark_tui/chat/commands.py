"""Slash commands, in one table that the prompt, its menu, the palette and the help all read."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Command:
    """`action` is the app's action of that name, `binding` the id that a person may give another key.

    `takes` names the words that may follow, in brackets when they can be left out.
    """

    name: str
    does: str
    action: str
    keys: str = ""
    binding: str = ""
    takes: str = ""


@dataclass(frozen=True, slots=True)
class Called:
    """A command with the words that followed it."""

    command: Command
    words: str = ""

    @property
    def action(self) -> str:
        """For `App.run_action`, which reads Python literals."""
        return f"{self.command.action}({self.words!r})" if self.command.takes else self.command.action


COMMANDS = (
    Command("/help", "every key and command", "help", "F1", "chat.help"),
    Command("/important", "flag the selected or last answer ★; again clears", "flag('important')", "F8  ctrl+s",
            "chat.important"),
    Command("/wrong", "flag the selected or last answer ✗; again clears", "flag('wrong')", "F9  ctrl+o", "chat.wrong"),
    Command("/again", "answer once more by the other path, side by side", "again", "ctrl+r", "chat.again"),
    Command("/attention", "where the model looked while it wrote, and which layer knew", "attention", "F3",
            "chat.attention"),
    Command("/memory", "what was recalled, whole, with its links and flags", "memory", "F2", "chat.memory"),
    Command("/panes", "show or hide the panes; one after the other where it is narrow", "panes", "F4", "chat.panes"),
    Command("/zoom", "one pane large, with more in it, then the next", "zoom", "F5", "chat.zoom"),
    Command("/copy", "copy the selected or last answer", "copy_answer", "F7", "chat.copy"),
    Command("/code", "copy the last block of code; again: the one before", "copy_code", "F6", "chat.copy_code"),
    Command("/edit", "put the selected or last question back into the input", "edit", "F10", "chat.edit"),
    Command("/editor", "write in your editor ($VISUAL or $EDITOR)", "editor", "ctrl+g", "chat.editor"),
    Command("/sessions", "find and resume a session, or begin one", "sessions", "ctrl+t", "chat.sessions"),
    Command("/new", "begin a session", "new", "ctrl+n", "chat.new", "[NAME]"),
    Command("/rename", "give this session another name", "rename", takes="NAME"),
    Command("/export", "write this session as Markdown", "export", takes="[FILE]"),
    Command("/journal", "summarise this session, and edit the summary", "journal"),
    Command("/question", "note a question for later", "question", takes="TEXT"),
    Command("/hypothesis", "note one with the setting it changes: routing.threshold=0.7 because …", "hypothesis",
            takes="TEXT"),
    Command("/theme", "the next theme: dark, light, safe for colour blindness", "theme", takes="[NAME]"),
    Command("/clear", "empty the screen; nothing is forgotten", "clear"),
    Command("/quit", "leave; everything is saved already", "quit", "ctrl+q", "chat.quit"),
)  # fmt: skip

KEYS = (
    ("enter", "send", ""),
    ("ctrl+j  shift+enter", "new line", "prompt.newline"),
    ("esc", "stop the answer between two words; the question comes back into the input", "chat.stop"),
    ("ctrl+c", "the same; where text is selected, copy it", ""),
    ("↑ ↓", "earlier questions (at the first and last line of the input)", ""),
    ("alt+↑  alt+↓", "select an answer, and show in the panes how it came about", ""),
    ("page up  page down", "scroll the conversation; what is older comes from the record", ""),
    ("ctrl+end", "back to the newest line", "chat.newest"),
    ("tab", "complete a / command", "prompt.complete"),
    ("← → ↑ ↓ h a", "in the attention drawer: word, layer, head, all heads", ""),
    ("ctrl+p", "command palette, more themes too", ""),
)
"""Keys that have no command of their own: (keys, what they do, id of the binding)."""


def parse(text: str) -> Called | str | None:
    """The command that a message is; its name when there is no such command; None for a message.

    Words may follow only a command that takes some, so that a path or a question about "/etc" is still a message.
    """
    name, _, words = text.strip().partition(" ")
    if "\n" in name:
        name, _, words = text.strip().partition("\n")
    if not (name.startswith("/") and name[1:].isalpha()):
        return None
    command = next((command for command in COMMANDS if command.name == name.lower()), None)
    if words.strip():
        return Called(command, words.strip()) if command is not None and command.takes else None
    return Called(command) if command is not None else name


def fitting(text: str) -> list[Command]:
    """The commands that what is being typed may become; none once there is more than one word."""
    typed = text.lower()
    if not typed.startswith("/") or not (typed[1:].isalpha() or typed == "/"):
        return []
    return [command for command in COMMANDS if command.name.startswith(typed)]
