"""`spark bench keys`: from a key to its letter on the screen, while an answer is being written."""

from __future__ import annotations

import re
import time
from typing import Annotated

import typer

from spark_tui.commands.bench.presenting import present
from spark_tui.commands.bench.startup import READY
from spark_tui.commands.bench.terminal import in_terminal
from spark_tui.commands.shared import JsonOption

_LETTERS = [
    chr(code) for first, last in ((0x410, 0x44F), (0x531, 0x556), (0x10D0, 0x10F0)) for code in range(first, last)
]
"""Typed one after another: letters that nothing else on the screen shows, so that each is found when it appears."""
_PAUSE = 0.04
_WRITING = re.compile(rb"thinking|writing")
_QUESTION = b"\x1b[200~ what does os.path.join do? please explain it, and what it returns\x1b[201~\r"


def keys(
    count: Annotated[int, typer.Option(min=1, max=len(_LETTERS), help="Keys to press.")] = 40,
    as_json: JsonOption = False,
) -> None:
    """Type into the chat while the core writes one answer after another, and measure from each key to the screen.

    Takes about 15 seconds.

    \b
    Example:
      spark bench keys
    """
    waits: list[float] = []
    with in_terminal() as chat:
        chat.until(READY.search)
        asked = None
        for letter in _LETTERS[:count]:
            if asked is None or READY.search(chat.seen[asked:]):  # with what was typed meanwhile: another question
                asked = len(chat.seen)
                chat.type(_QUESTION)
                chat.until(_WRITING.search, asked)
            shown = letter.encode()
            since, pressed = len(chat.seen), time.perf_counter()
            chat.type(shown)
            chat.until(lambda screen, shown=shown: shown in screen, since)  # type: ignore[misc]
            waits.append((time.perf_counter() - pressed) * 1000)
            time.sleep(_PAUSE)
    waits.sort()
    median, most = waits[len(waits) // 2], waits[min(int(len(waits) * 0.95), len(waits) - 1)]
    present(
        {"median_ms": median, "p95_ms": most, "worst_ms": waits[-1], "keys": len(waits)},
        as_json,
        title=f"From a key to the screen, {len(waits)} keys",
        columns=("", "ms", "goal"),
        rows=(("median", median, None), ("95 of 100 within", most, "≤ 50"), ("worst", waits[-1], None)),
    )
