"""What a person waits for, in a terminal: from Enter to the words of an answer on the screen."""

from __future__ import annotations

import re
import time
from statistics import median

from engine.errors import SparkError
from engine.routing.categories import Route
from engine.settings import Home
from spark_tui.commands.bench.startup import READY
from spark_tui.commands.bench.terminal import Terminal, in_terminal
from spark_tui.commands.shared import opened_record

_ATTEMPTS = 8
"""Answers that a procedure may take to be learned."""
READ = "handbook"
"""What the home has read: a procedure is learned from answers that were read rightly."""
_ESCAPES = re.compile(rb"\x1b\[[0-9;?]*[A-Za-z]")


def seen_waits(routine: str, completion: str, rounds: int) -> dict[str, float]:
    """Milliseconds from Enter to the first word that was not in the question (median): `seen_hit_ms` of an answer from
    a procedure, absent where `routine` is not learned, and `seen_fast_ms` of one that the fast path writes.

    Raises:
        SparkError: there are no pseudo-terminals here.
    """
    figures: dict[str, float] = {}
    with in_terminal(has_read=READ) as chat:
        chat.until(READY.search)
        for _ in range(_ATTEMPTS):
            _ask(chat, routine)
            chat.until(READY.search)
            if _answer(chat)[0] is Route.PROCEDURE:
                figures["seen_hit_ms"] = median(_wait(chat, routine) for _ in range(rounds))
                break
        _ask(chat, completion)
        chat.until(READY.search)
        if _answer(chat)[0] is Route.FAST:
            figures["seen_fast_ms"] = median(_wait(chat, completion) for _ in range(rounds))
    return figures


def _ask(chat: Terminal, text: str) -> float:
    """Paste a question, and once the screen rests press Enter; when that was."""
    chat.type(b"\x1b[200~" + text.encode() + b"\x1b[201~")
    chat.drain(0.5)
    chat.seen = b""
    pressed = time.perf_counter()
    chat.type(b"\r")
    return pressed


def _wait(chat: Terminal, text: str) -> float:
    """Ask what has been asked before on an empty screen, and wait for a word of the answer, which comes once."""
    chat.type(b"/clear\r")
    chat.drain(0.5)
    answer = _answer(chat)[1]
    known = set(re.findall(r"[A-Za-z]+", text))
    shown = re.sub(r"^```.*$", "", answer, flags=re.MULTILINE)
    word = next((word for word in re.findall(r"[A-Za-z]+", shown) if word not in known), None)
    if word is None:
        raise SparkError(f"The answer to {text!r} has no word of its own to wait for.")
    pressed = _ask(chat, text)
    chat.until(lambda screen: word.encode() in _ESCAPES.sub(b"", screen))
    waited = time.perf_counter() - pressed
    chat.until(READY.search)
    return waited * 1000


def _answer(chat: Terminal) -> tuple[Route | None, str]:
    """The path and the text of the last answer, from the record."""
    chat.drain(0.2)
    with opened_record(Home(chat.home)) as record:
        last = record.last_turns("default", 1)
    return (last[-1].path, last[-1].answer) if last else (None, "")
