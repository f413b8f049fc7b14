"""What the screen costs while an answer is written: python -m tests.spark_tui.chat.streaming --tokens 1000 --rate 60

A scripted mind writes that many tokens of Markdown and code at that rate, in a chat of 120×36; the CPU seconds of this
process beyond an idle one, as a share of a core.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from fakes import FakeSpark, opening

from spark_tui.chat.app import ChatApp

PIECE = (
    "Words one after another, **some** of them `code`, and\n\n```python\nx = [1, 2, 3]\nprint(x)\n```\n\n- a point\n"
)


async def measure(tokens: int, rate: float) -> tuple[float, float]:
    """(seconds, CPU seconds) from the question to the end of the answer."""
    words = (PIECE * (tokens // len(PIECE.split(" ")) + 1)).split(" ")[:tokens]
    mind = FakeSpark(" ".join(words), pause=1 / rate)
    app = ChatApp(opening(mind))
    async with app.run_test(size=(120, 36)) as pilot:
        while app.line.state != "ready":
            await pilot.pause(0.05)
        app.prompt.put("go")
        began, cpu = time.perf_counter(), time.process_time()
        await pilot.press("enter")
        await asyncio.sleep(0.2)
        while any(app.conversation.running()):
            await asyncio.sleep(0.1)
        spent = time.perf_counter() - began, time.process_time() - cpu
    app.worker.stop()
    return spent


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tokens", type=int, default=1000)
    parser.add_argument("--rate", type=float, default=60.0, help="tokens a second")
    options = parser.parse_args()
    seconds, cpu = asyncio.run(measure(options.tokens, options.rate))
    print(f"{options.tokens} tokens in {seconds:.1f} s: {cpu:.1f} s of CPU, {cpu / seconds:.2f} of a core")
    return 0


if __name__ == "__main__":
    sys.exit(main())
