"""`spark train`: handed on to the trainer's own command line, so that it and `python -m train` never differ."""

from __future__ import annotations

import typer


def train(context: typer.Context) -> None:
    """Train the core, the fast path or the router.

    The live app on a terminal, plain lines elsewhere.

    \b
    Example:
      spark train core --size 1m --data toy
    """
    from spark_tui.training.launch import launch

    raise typer.Exit(launch(context.args))
