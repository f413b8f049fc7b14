"""python -m train core --size 1m --data toy

Trains without a terminal: plain lines, or JSON with --json. Needs torch, tokenizers and safetensors only.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from types import FrameType

from engine.errors import SparkError
from engine.text import sanitize
from train.arguments import build_parser
from train.command import OpenRun, open_run, run_folder_path
from train.events import Ended, TrainEvent, to_json
from train.plain import Lines
from train.runs import RunFolder


def main(argv: Sequence[str] | None = None) -> int:
    """Exit status: 0 finished or stopped by a person, 1 failed, 2 wrong usage."""
    args = build_parser().parse_args(argv)
    if args.replay is not None:
        try:
            return replay(args)
        except SparkError as error:
            print(error, file=sys.stderr)
            return 1
    show: Callable[[TrainEvent], str | None] = to_json if args.json else Lines().line
    try:
        run = _open(args)
        _obey_signals(run)
        if args.listen:
            threading.Thread(target=_listen, args=(run,), daemon=True).start()
        failed = False
        for event in run.events():
            line = show(event)
            if line is not None and not _say(line, exact=args.json):
                run.controls.stop.set()
            failed = isinstance(event, Ended) and event.reason == "failed"
    except SparkError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:  # a second ctrl+c
        print("Stopped without saving; --resume goes on from the last checkpoint.", file=sys.stderr)
        return 1
    finally:
        if "WORLD_SIZE" in os.environ:
            from train.parallel import leave

            leave()
    return int(failed)


def replay(args: argparse.Namespace) -> int:
    """Tell a run of the past again, every event once.

    Raises:
        SparkError: there is no such run.
    """
    args.run = args.replay
    folder = RunFolder(run_folder_path(args))
    folder.read_config()
    show: Callable[[TrainEvent], str | None] = to_json if args.json else Lines(0.0).line
    for event in folder.told():
        line = show(event)
        if line is not None and not _say(line, exact=args.json):
            break
    return 0


def _open(args: argparse.Namespace) -> OpenRun:
    if args.model == "router":
        from train.router_run import open_router_run  # here: a bare server has no embedder to import

        return open_router_run(args)
    return open_run(args)


def _say(line: str, exact: bool) -> bool:
    """Print a line; False when nobody can read it any more, so that the run stops and is saved rather than lost."""
    try:
        print(sanitize(line) if not exact and sys.stdout.isatty() else line, flush=True)
    except OSError:  # the reader is gone, or the disk of a log is full
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115  # stays open to the end
        return False
    return True


def _obey_signals(run: OpenRun) -> None:
    """ctrl+c and SIGTERM stop after the running step and save; a second ctrl+c stops at once."""

    def stop(number: int, _frame: FrameType | None) -> None:
        if run.controls.stop.is_set() and number == signal.SIGINT:
            raise KeyboardInterrupt
        print(
            "Stopping after this step; the run will be saved. Again to stop at once.",
            file=sys.stderr,
            flush=True,
        )
        run.controls.stop.set()

    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)


def _listen(run: OpenRun) -> None:
    """Obey stdin; when it closes, whoever started this is gone, so stop and save."""
    from train.samples import parse_prompt

    for line in sys.stdin:
        word, _, rest = line.rstrip("\n").partition(" ")
        if word == "pause":
            run.controls.pause.set()
        elif word == "resume":
            run.controls.pause.clear()
        elif word == "sample":
            run.controls.sample(parse_prompt(rest) if rest else None)
        elif word == "save":
            run.controls.save.set()
        elif word == "stop":
            run.controls.stop.set()
    run.controls.stop.set()


if __name__ == "__main__":
    sys.exit(main())
