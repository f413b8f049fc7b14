"""A session of ten thousand turns: how soon it is on the screen, and how it scrolls.

    python -m tests.spark_tui.chat.opening --turns 10000

A record on disk of that many turns with their decisions, and the chat with a scripted mind on it. Printed: seconds
from the app's start until the newest turn is on the screen, beside the same with an empty session, in turns; then
how long each of many page-ups takes until the screen stands still again.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
import time
from pathlib import Path
from statistics import median, quantiles

sys.path.insert(0, str(Path(__file__).parents[1]))

from fakes import FakeSpark, opening

from engine.decision import turn_as_json
from engine.record import Record
from spark_tui.chat.app import ChatApp
from tests.spark_tui.chat.fuzz import key

PAGES = 40


async def seconds_until_shown(record: Record, session: str, pages: int = 0) -> tuple[float, list[float]]:
    """(seconds until it is shown, seconds of each page-up after that)."""
    mind = FakeSpark()
    mind.record = record  # type: ignore[assignment]
    mind.usage = record.usage  # type: ignore[method-assign]
    began = time.perf_counter()
    app = ChatApp(opening(mind), session)
    async with app.run_test(size=(120, 36)) as pilot:
        while app.line.state != "ready" or bool(app.conversation.turns) != (session == "long"):
            await pilot.pause(0.01)
        spent = time.perf_counter() - began
        scrolled = []
        for _ in range(pages):
            pressed = time.perf_counter()
            app.post_message(key("pageup"))
            await pilot._wait_for_screen()
            app.screen._on_timer_update()
            scrolled.append(time.perf_counter() - pressed)
            await pilot.pause(0.02)
    app.worker.stop()
    return spent, scrolled


def filled(path: Path, turns: int) -> Record:
    """A record with a long session; each turn has the decision of a real stream of events."""
    record = Record(path)
    decision = json.dumps(turn_as_json(FakeSpark().reply("what does os.path.join do?")))
    with record.write() as write:
        write.executemany(
            'INSERT INTO items (id, kind, session, "when", text, answer, path, category)'
            " VALUES (?, 'turn', 'long', ?, ?, ?, 'core', 'explain')",
            [(f"t{n}", n, f"question {n}", "some *words* and `code`. " * 20) for n in range(turns)],
        )
        write.executemany(
            'INSERT INTO decisions (turn_number, turn_id, "when", path, flops, monolith, json)'
            " VALUES (?, ?, ?, 'core', 3e9, 2e10, pack(?))",
            [(n + 1, f"t{n}", n, decision) for n in range(turns)],
        )
    return record


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--turns", type=int, default=10_000)
    turns = parser.parse_args().turns
    with tempfile.TemporaryDirectory() as folder:
        record = filled(Path(folder) / "spark.db", turns)
        times: dict[str, list[float]] = {"long": [], "empty": []}
        for _ in range(3):
            for session, spent in times.items():
                spent.append(asyncio.run(seconds_until_shown(record, session))[0])
        _, scrolled = asyncio.run(seconds_until_shown(record, "long", PAGES))
        record.close()
    long, empty = median(times["long"]), median(times["empty"])
    print(f"{turns:,} turns: on the screen after {long:.2f} s, an empty session after {empty:.2f} s")
    slow = quantiles(scrolled, n=20)[-1]
    print(f"{PAGES} pages up: {1e3 * median(scrolled):.0f} ms each, 95% within {1e3 * slow:.0f} ms")
    return 0


if __name__ == "__main__":
    sys.exit(main())
