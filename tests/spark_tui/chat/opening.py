"""How long a session of ten thousand turns takes to open: python -m tests.spark_tui.chat.opening --turns 10000

A record on disk of that many turns, and the chat with a scripted mind on it: seconds from the app's start until the
newest turn is on the screen, beside the same with an empty session, in turns.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).parents[1]))

from fakes import FakeSpark, opening

from engine.record import Record
from spark_tui.chat.app import ChatApp


async def seconds_until_shown(record: Record, session: str) -> float:
    mind = FakeSpark()
    mind.record = record  # type: ignore[assignment]
    mind.usage = record.usage  # type: ignore[method-assign]
    began = time.perf_counter()
    app = ChatApp(opening(mind), session)
    async with app.run_test(size=(120, 36)) as pilot:
        while app.line.state != "ready" or bool(app.conversation.turns) != (session == "long"):
            await pilot.pause(0.01)
        spent = time.perf_counter() - began
    app.worker.stop()
    return spent


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--turns", type=int, default=10_000)
    turns = parser.parse_args().turns
    with tempfile.TemporaryDirectory() as folder:
        record = Record(Path(folder) / "spark.db")
        with record.write() as write:
            write.executemany(
                'INSERT INTO items (id, kind, session, "when", text, answer, path, category)'
                " VALUES (?, 'turn', 'long', ?, ?, ?, 'core', 'explain')",
                [(f"t{n}", n, f"question {n}", "some *words* and `code`. " * 20) for n in range(turns)],
            )
        times: dict[str, list[float]] = {"long": [], "empty": []}
        for _ in range(3):
            for session, spent in times.items():
                spent.append(asyncio.run(seconds_until_shown(record, session)))
        record.close()
    long, empty = median(times["long"]), median(times["empty"])
    print(f"{turns:,} turns: on the screen after {long:.2f} s, an empty session after {empty:.2f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
