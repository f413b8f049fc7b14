"""Long studies in stages: what a stage found is kept until the study is whole, so that a stopped one goes on."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from engine.errors import SparkError


class Stages:
    """One folder, one small JSON file a stage."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def once(self, name: str, key: str, make: Callable[[], Any]) -> Any:
        """What `make` returned (as JSON) the first time; `key` says of what, so that nothing stale is taken.

        Raises:
            SparkError: it cannot be written.
        """
        path = self._folder / f"{name}-{hashlib.sha256(key.encode()).hexdigest()[:16]}.json"
        try:
            return json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):  # not made yet, or half a file
            found = json.loads(json.dumps(make()))
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            beside = path.with_suffix(".part")
            beside.write_text(json.dumps(found), encoding="utf-8")
            beside.replace(path)
        except OSError as error:
            raise SparkError(f"{path} cannot be written ({error.strerror or error}).") from error
        return found

    def clear(self) -> None:
        """The study is whole: the next one begins anew."""
        shutil.rmtree(self._folder, ignore_errors=True)
