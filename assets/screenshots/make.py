"""Make the pictures of the README from real turns: python assets/screenshots/make.py

A fresh home learns a few modules of the standard library, then ten questions are put to the shipped bundle in the
chat app itself, which exports its own screen as SVG. Nothing is staged: a worse bundle makes a worse picture.
"""

from __future__ import annotations

import argparse
import asyncio
import posixpath
import subprocess
import sys
import tempfile
from pathlib import Path

from spark_tui.chat.app import ChatApp
from spark_tui.chat.engine_worker import open_spark
from spark_tui.theme import THEMES

HERE = Path(__file__).resolve().parent
SOURCES = (posixpath.__file__, "json", "shutil", "textwrap")
QUESTIONS = (
    "what does os.path.exists do?",
    "def is_even(n):",
    "how do i convert a string to int",
    "how do i convert a string to int",
    "how do i convert a string to int",
    "please, how do I convert a string to int?",
    "def celsius_to_fahrenheit(c):",
    "what does json.dumps do?",
    "what does textwrap.dedent do?",
    "what does os.path.join do?",
)
IMPORTANT = 7
"""This answer is flagged ★ on the way (counted from 0)."""


async def take(home: Path, picture: Path, theme: str, size: tuple[int, int]) -> None:
    """Ask everything in a chat of this size, and save its last screen."""
    app = ChatApp(open_spark(home))
    app.theme = theme
    async with app.run_test(size=size) as pilot:
        while app.line.state != "ready":
            await pilot.pause(0.1)
        for number, question in enumerate(QUESTIONS):
            app.prompt.put(question)
            await pilot.press("enter")
            await pilot.pause(0.3)
            while any(app.conversation.running()):
                await pilot.pause(0.1)
            newest = app.conversation.newest()
            print(f"> {question}\n{newest.exchange.answer if newest else ''}\n", flush=True)
            if number == IMPORTANT:
                await pilot.press("f8")
                await pilot.pause(0.5)
        await pilot.pause(1.0)
        picture.write_text(app.export_screenshot(title="spark"), encoding="utf-8")
    app.worker.stop()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", default="120x40", help="columns x rows (default: %(default)s)")
    parser.add_argument("--theme", default=THEMES[0].name, help="a theme of the app (default: %(default)s)")
    parser.add_argument("--out", type=Path, default=HERE / "chat.svg", help="the SVG to write")
    options = parser.parse_args()
    columns, rows = (int(number) for number in options.size.split("x"))
    with tempfile.TemporaryDirectory() as folder:
        learn = [sys.executable, "-m", "spark_tui", "learn", *SOURCES, "--home", folder]
        subprocess.run(learn, check=True)
        asyncio.run(take(Path(folder), options.out, options.theme, (columns, rows)))
    print(f"saved {options.out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
