"""What the screens remember of a person: theme and last session in `chat.json`, keys from `config.toml`.

Read before the first frame, so it stays small; a file that makes no sense is as none.
"""

from __future__ import annotations

import json
import os
from contextlib import suppress

from engine.settings import Home


class Preferences:
    """`get` and `put` a value by name; without a home nothing outlives the run."""

    def __init__(self, kept_in: Home | None = None) -> None:
        self._kept_in = kept_in
        self._values: dict[str, object] = {}
        if kept_in is not None:
            with suppress(OSError, ValueError):
                read = json.loads(kept_in.chat.read_text(encoding="utf-8"))
                self._values = read if isinstance(read, dict) else {}

    @property
    def home(self) -> Home:
        return self._kept_in or Home.find()

    def get(self, name: str, otherwise: str) -> str:
        value = self._values.get(name)
        return value if isinstance(value, str) and value else otherwise

    def put(self, name: str, value: str) -> None:
        """Remember it; a home that cannot be written is told of elsewhere."""
        if self._values.get(name) == value:
            return
        self._values[name] = value
        if self._kept_in is None:
            return
        beside = self._kept_in.chat.with_suffix(f".{os.getpid()}")
        with suppress(OSError):
            self._kept_in.create()
            beside.write_text(json.dumps(self._values, indent=1) + "\n", encoding="utf-8")
            beside.replace(self._kept_in.chat)

    def keys(self) -> dict[str, str]:
        """The table `[keys]` of config.toml: the id of a binding, and the keys that shall do it."""
        if self._kept_in is None or not self._kept_in.config.exists():
            return {}
        import tomllib

        try:
            table = tomllib.loads(self._kept_in.config.read_text(encoding="utf-8")).get("keys", {})
        except (OSError, ValueError):
            return {}  # waking up will say what is wrong with the file
        return {str(name): keys for name, keys in table.items() if isinstance(keys, str)}
