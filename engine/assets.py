"""Where the files that ship with Spark are: beside the packages in a checkout, inside `engine` in a wheel."""

from __future__ import annotations

from pathlib import Path

from engine.errors import SparkError

_HERE = Path(__file__).resolve().parent


def asset(*parts: str) -> Path:
    """The path of a shipped file or folder, for example `asset("bundle")`.

    Raises:
        SparkError: the installation is incomplete.
    """
    for root in (_HERE / "assets", _HERE.parent / "assets"):
        path = root.joinpath(*parts)
        if path.exists():
            return path
    raise SparkError(f"The shipped file {'/'.join(parts)} is missing; install Spark again.")
