"""Make the pictures of the README from real turns and a real run: python assets/screenshots/make.py

chat.svg: a fresh home learns the handbook and a few modules of the standard library, then ten questions are put to the
shipped bundle in the chat app itself, which exports its own screen as SVG. attention.svg: the drawer (F3) on the last
answer. training.svg: a model of a million parameters after some minutes on toy data. Nothing is staged: a worse bundle
makes a worse picture.
"""

from __future__ import annotations

import argparse
import asyncio
import posixpath
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from textual.app import App

from spark_tui.chat.app import ChatApp
from spark_tui.chat.mind import open_spark
from spark_tui.theme import THEMES
from spark_tui.training.app import TrainApp
from spark_tui.training.child import Child, trainer_command
from train.arguments import build_parser

HERE = Path(__file__).resolve().parent
SOURCES = ("handbook", posixpath.__file__, "json", "shutil", "textwrap")
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
LOOKED_AT = 5
"""The word of the last answer whose attention is shown (counted from 0)."""


async def chat(home: Path, theme: str, size: tuple[int, int], out: Path) -> None:
    """Ask everything in a chat of this size; save its last screen, and the attention of its last answer."""
    app = ChatApp(open_spark(home))
    app.theme = theme
    async with app.run_test(size=size) as pilot:

        async def until(condition: Callable[[], object]) -> None:
            while not condition():
                await pilot.pause(0.1)

        await until(lambda: app.line.state == "ready")
        for number, question in enumerate(QUESTIONS):
            app.prompt.put(question)
            await pilot.press("enter")
            await pilot.pause(0.3)
            await until(lambda: not any(app.conversation.running()))
            newest = app.conversation.newest()
            print(f"> {question}\n{newest.exchange.answer if newest else ''}\n", flush=True)
            if number == IMPORTANT:
                await pilot.press("f8")
        await pilot.pause(1.0)
        save(app, out / "chat.svg")
        await pilot.press("f3")
        await until(lambda: app.attention.ready)
        await pilot.press(*["right"] * LOOKED_AT)
        await pilot.pause(0.5)
        save(app, out / "attention.svg")
    app.worker.stop()


async def training(folder: Path, theme: str, size: tuple[int, int], minutes: float, out: Path) -> None:
    """Train for some minutes, take the picture just before the end, and let the run save itself."""
    words = ["core", "--size", "1m", "--data", "toy", "--minutes", str(minutes), "--home", str(folder), "--run", "toy"]
    app = TrainApp(lambda: Child(trainer_command(words)), build_parser("train").parse_args(words))
    app.theme = theme
    last = ""
    async with app.run_test(size=size) as pilot:
        while app.status is None and app.story.ended is None:
            await pilot.pause(0.5)
            if app.story.step is not None and app.story.ended is None:
                last = app.export_screenshot(title="spark")
        await pilot.pause(1.0)
    (out / "training.svg").write_text(last, encoding="utf-8")
    print(f"saved {out / 'training.svg'}")


def save(app: App[int], picture: Path) -> None:
    picture.write_text(app.export_screenshot(title="spark"), encoding="utf-8")
    print(f"saved {picture}", flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pictures", nargs="*", help="chat (with attention), training; both by default")
    parser.add_argument("--size", default="120x40", help="columns x rows (default: %(default)s)")
    parser.add_argument("--theme", default=THEMES[0].name, help="a theme of the app (default: %(default)s)")
    parser.add_argument("--minutes", type=float, default=5.0, help="of training (default: %(default)s)")
    parser.add_argument("--out", type=Path, default=HERE, help="the folder to write to")
    options = parser.parse_args()
    columns, rows = (int(number) for number in options.size.split("x"))
    wanted = options.pictures or ["chat", "training"]
    with tempfile.TemporaryDirectory() as folder:
        if "chat" in wanted:
            learn = [sys.executable, "-m", "spark_tui", "learn", *SOURCES, "--home", folder]
            subprocess.run(learn, check=True)
            asyncio.run(chat(Path(folder), options.theme, (columns, rows), options.out))
        if "training" in wanted:
            asyncio.run(training(Path(folder), options.theme, (columns, rows), options.minutes, options.out))
    return 0


if __name__ == "__main__":
    sys.exit(main())
