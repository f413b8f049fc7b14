"""`spark train`: the live app on a terminal, plain lines elsewhere, JSON if asked; one set of options for all.

spark train core --size 1m --data toy
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from engine.settings import Home
from spark_tui.plain import note, say
from spark_tui.preferences import Preferences
from train.arguments import EXAMPLE, build_parser
from train.command import run_folder_path

if TYPE_CHECKING:
    from spark_tui.training.app import TrainApp

_BEHIND = 5
"""How much nicer the screen is than the trainer, where both want one core."""
_PATIENCE = 20.0
"""Seconds that we wait for the trainer to save when we must leave."""


def launch(argv: Sequence[str]) -> int:
    """Train as the words say; the exit status: 0 finished or stopped by a person, 1 failed, 2 wrong usage."""
    parser = build_parser("spark train")
    parser.epilog = EXAMPLE.replace("python -m train", "spark train")
    parser.add_argument("--plain", action="store_true", help="plain lines rather than the live app")
    try:
        args = parser.parse_args(argv)
    except SystemExit as leaving:  # --help, or a sentence on what is wrong
        return leaving.code if isinstance(leaving.code, int) else int(leaving.code is not None)
    if args.replay is not None:
        return _replay(args)
    words = [word for word in argv if not ("--plain".startswith(word) and len(word) >= len("--pl"))]
    if args.plain or args.json or args.listen or args.model == "router" or not _terminal():
        from train.__main__ import main

        return main(words)
    return _live(words, args)


def _terminal() -> bool:
    """Whether a person watches who can press keys."""
    return sys.stdin.isatty() and sys.stdout.isatty() and os.environ.get("TERM") != "dumb"


def _live(words: Sequence[str], args: argparse.Namespace) -> int:
    from spark_tui.training.app import TrainApp
    from spark_tui.training.child import Child, trainer_command
    from spark_tui.training.history import history

    before = (lambda started: history(run_folder_path(args), started)) if args.resume and args.run else None

    def start() -> Child:
        child = Child(trainer_command(words), before)
        if hasattr(os, "nice"):
            os.nice(_BEHIND)  # after the trainer has begun: it shall not wait for a drawing
        return child

    app = TrainApp(start, args, Preferences(Home.find(args.home)))
    for name in ("SIGHUP", "SIGTERM"):  # the terminal is gone, or the machine goes down
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), lambda *_: app.leave())
    status = 1
    try:
        result = app.run()
        status = app.return_code or 0 if result is None else result  # None: the app itself broke
    finally:
        if app.child is not None:
            app.child.let_go()  # also when the app itself broke: the run is saved
            if not app.killed and app.status is None and not app.child.wait(_PATIENCE):
                note("The trainer is still at its last step; it saves and ends by itself.")
    _tell(app)
    return status


def _replay(args: argparse.Namespace) -> int:
    """A run of the past in the app, or, without a terminal, its lines again."""
    if args.plain or args.json or not _terminal():
        from train.__main__ import replay

        return replay(args)
    from spark_tui.training.replay import ReplayApp
    from spark_tui.training.tape import read_run

    args.run = args.replay
    args.model = "core"
    ReplayApp(read_run(run_folder_path(args)), args, Preferences(Home.find(args.home))).run()
    return 0


def _tell(app: TrainApp) -> None:
    """What came of the run, on the terminal as it was before; the app's screen is gone by now."""
    if app.child is None:
        return
    if app.story.started is None:
        note(app.child.complaint() or app.child.last_words() if app.status else "Left before the run began.")
        return
    if app.killed:
        note("Left without saving.")
    elif app.status and app.story.ended is None:
        note(app.child.complaint())
    for line in app.outcome():
        say(line)
