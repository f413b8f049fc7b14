"""The `spark` command. Alone on a terminal it opens the chat at once, importing only what the first frame needs."""

from __future__ import annotations

import gc
import sys
import warnings

from spark_tui.edge import debugging, guarded, leave


def main() -> None:
    if not debugging():
        warnings.simplefilter("ignore")  # advice from libraries to programmers
    leave(guarded(_run))


def _run() -> int:
    if len(sys.argv) == 1 and sys.stdin is not None and sys.stdin.isatty() and sys.stdout.isatty():
        gc.disable()  # a fifth of the work before the first frame, for nothing; enabled once Spark is awake
        from spark_tui.chat import app

        return app.run(None)
    from spark_tui import cli

    return cli.run(sys.argv[1:])


if __name__ == "__main__":
    main()
