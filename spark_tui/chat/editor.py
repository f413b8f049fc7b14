"""A person's own editor on a text, with the screen lent to it meanwhile."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from spark_tui.chat.base import ChatBase

_USUAL = ("nano", "vim", "vi", "notepad")


def edited(app: ChatBase, text: str, suffix: str) -> str | None:
    """What the person made of `text`; None, and a hint that says why, when nothing came of it."""
    from textual.app import SuspendNotSupported

    command = _editor()
    if not command:
        app.hints.say("No editor is known: set VISUAL or EDITOR.")
        return None
    called = Path(command[0]).name
    try:
        descriptor, name = tempfile.mkstemp(suffix, "spark-")  # readable by its owner only
        file = Path(name)
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
                stream.write(text)
            with app.suspend():
                failed = _run([*command, name])
            if failed:
                app.hints.say(f"{called} {failed}; the input is as it was.")
                return None
            return file.read_text(encoding="utf-8", errors="replace")
        finally:
            file.unlink(missing_ok=True)
    except SuspendNotSupported:
        app.hints.say("This terminal cannot be lent to an editor.")
    except OSError as error:
        app.hints.say(f"The text could not be handed to {called} ({error.strerror or error}).")
    return None


def _run(command: list[str]) -> str:
    """What went wrong, if something did. Nothing may be raised here: Textual would not take its screen back."""
    try:
        status = subprocess.run(command, check=False).returncode
    except OSError as error:
        return f"did not run ({error.strerror or error})"
    return f"ended with status {status}" if status else ""


def _editor() -> list[str]:
    """The command of the person's choice, else a usual one that is here."""
    wanted = os.environ.get("VISUAL") or os.environ.get("EDITOR") or ""
    try:
        command = shlex.split(wanted)
    except ValueError:
        command = [wanted]
    return command or [name for name in _USUAL if shutil.which(name)][:1]
