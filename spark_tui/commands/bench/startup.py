"""`spark bench startup`: seconds to the first frame, and until Spark can answer."""

from __future__ import annotations

import re
import statistics
from typing import Annotated

import typer

from spark_tui.commands.bench.presenting import present
from spark_tui.commands.bench.terminal import in_terminal
from spark_tui.commands.shared import JsonOption

FIRST_FRAME = re.compile(rb"for commands")
"""The hint in the empty input: drawn with the first frame, and nowhere before."""
READY = re.compile(rb"(?<!al)ready\x1b")
"""The title's last word once Spark is awake, and all of it: what is being loaded is followed by dots."""


def startup(
    runs: Annotated[int, typer.Option(min=1, max=100, help="How often to start; the median counts.")] = 5,
    as_json: JsonOption = False,
) -> None:
    """Start the chat in a terminal of its own, and measure the first frame and when it can answer.

    Seconds from the start of the process, in a fresh home each time. Takes about 20 seconds.

    \b
    Example:
      spark bench startup
    """
    taken = []
    for _ in range(runs):
        with in_terminal() as chat:
            taken.append((chat.until(FIRST_FRAME.search), chat.until(READY.search)))
    first, ready = (statistics.median(values) for values in zip(*taken, strict=True))
    present(
        {"first_frame": first, "ready": ready, "runs": runs, "all": taken},
        as_json,
        title=f"Starting the chat, median of {runs}",
        columns=("until", "seconds", "goal"),
        rows=(("first frame", first, "≤ 0.4"), ("ready to answer", ready, "≤ 4")),
    )
