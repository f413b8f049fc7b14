"""`spark bench keys`: from a key to its letter on the screen, while an answer is being written."""

from __future__ import annotations

import time
from typing import Annotated

import typer

from spark_tui.commands.bench.presenting import present
from spark_tui.commands.bench.startup import READY
from spark_tui.commands.bench.terminal import chat_in_terminal
from spark_tui.commands.shared import JsonOption

_LETTERS = [chr(code) for code in range(0x0410, 0x0450)]
"""Typed one after another: letters that nothing else on the screen shows, so that each is found when it appears."""
_PAUSE = 0.04
_QUESTION = b"def fibonacci(n):"


def keys(
    count: Annotated[int, typer.Option(min=1, max=64, help="Keys to press.")] = 40,
    as_json: JsonOption = False,
) -> None:
    """Type into the chat while it wakes up, answers and writes, and measure from each key to its letter on the screen.

    \b
    Example:
      spark bench keys
    """
    waits: list[float] = []
    busy = 0
    with chat_in_terminal() as chat:
        chat.until(READY.search)
        chat.type(_QUESTION + b"\r")
        asked = len(chat.seen)
        for letter in _LETTERS[:count]:
            shown = letter.encode()
            since, pressed = len(chat.seen), time.perf_counter()
            chat.type(shown)
            chat.until(lambda screen, shown=shown: shown in screen, since)  # type: ignore[misc]
            waits.append((time.perf_counter() - pressed) * 1000)
            busy += b"tok/s" not in chat.seen[asked:]
            time.sleep(_PAUSE)
    waits.sort()
    median, most = waits[len(waits) // 2], waits[min(int(len(waits) * 0.95), len(waits) - 1)]
    present(
        {"median_ms": median, "p95_ms": most, "worst_ms": waits[-1], "keys": len(waits), "before_the_end": busy},
        as_json,
        title=f"From a key to the screen, {len(waits)} keys",
        columns=("", "ms", "goal"),
        rows=(("median", median, None), ("95 of 100 within", most, "≤ 50"), ("worst", waits[-1], None)),
    )
