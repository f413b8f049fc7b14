"""Screens as people see them, kept as plain text: `SPARK_SNAPSHOTS=write pytest FILE` writes them anew; then look."""

from __future__ import annotations

import os
from pathlib import Path


def looks_as_kept(kept: Path, seen: str) -> None:
    """The screen is the one in the file; colours are not kept."""
    if os.environ.get("SPARK_SNAPSHOTS") == "write":
        kept.parent.mkdir(exist_ok=True)
        kept.write_text(seen, encoding="utf-8")
    assert seen == kept.read_text(encoding="utf-8"), f"{kept.name} differs; now it is:\n{seen}"
