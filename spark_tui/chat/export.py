"""A session as Markdown, for people to keep and share."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from engine.errors import SparkError
from engine.settings import Home
from engine.text import sanitize
from spark_tui.theme import CROSS, STAR
from spark_tui.widgets.bars import share_text

if TYPE_CHECKING:
    from engine.record import Turn
    from spark_tui.chat.mind import PastTurns

_ALL = 10**9
_AWKWARD = re.compile(r"""[<>:"'`|?*\\$&;!(){}\[\]#\x00-\x1f]+""")


def export(record: PastTurns, session: str, home: Home, name: str = "") -> Path:
    """Write the session and return where: the file that was named, else one in the home's exports.

    Raises:
        SparkError: it cannot be written, or the file named is there already.
    """
    usual = f"{file_name(session)}-{datetime.now():%Y%m%d-%H%M%S}.md"
    file = home.exports / usual
    text = as_markdown(session, record.last_turns(session, _ALL))
    try:
        if name:
            file = named(name, usual)
        else:
            home.create()
            file.parent.mkdir(exist_ok=True, mode=0o700)
        with file.open("x", encoding="utf-8") as stream:
            stream.write(text)
    except FileExistsError as error:
        raise SparkError(f"{file} is there already; name another file.") from error
    except (OSError, ValueError, RuntimeError) as error:  # no space, no such folder; no such user
        raise SparkError(f"{name or file} cannot be written ({getattr(error, 'strerror', None) or error}).") from error
    return file.absolute()


def as_markdown(session: str, turns: list[Turn]) -> str:
    """Question and answer under each other, with the path and how sure it was."""
    parts = [f"# {sanitize(session)}\n"]
    for turn in turns:
        facts = [f"{datetime.fromtimestamp(turn.when):%Y-%m-%d %H:%M}"]
        facts += [turn.path.value] if turn.path else []
        facts += [f"{turn.category.value} {share_text(turn.confidence or 0.0)}"] if turn.category else []
        facts += [{"important": STAR, "wrong": f"{CROSS} wrong"}[turn.flag.value]] if turn.flag else []
        quoted = "\n".join(f"> {line}" for line in sanitize(turn.text).split("\n"))
        parts.append(f"{quoted}\n\n{sanitize(turn.answer)}\n\n*{' · '.join(facts)}*\n")
    return "\n".join(parts)


def named(name: str, usual: str) -> Path:
    """The file that a person means, in a folder the usual one.

    What they type may be a slip: the file's own name keeps no character that a shell or another system stumbles over.
    """
    path = Path(name).expanduser()
    if path.is_dir():
        return path / usual
    file = path.with_name(_AWKWARD.sub("-", path.name).strip("-. ") or usual)
    return file if file.suffix else file.with_suffix(".md")


def file_name(text: str) -> str:
    """`text` as a name that every file system takes."""
    kept = "".join(char if char.isalnum() else "-" for char in text.lower())
    return "-".join(filter(None, kept.split("-")))[:40] or "session"
