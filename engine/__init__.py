"""Spark's mind: `Spark`, its settings and the events of a turn. Importing this package loads nothing heavy.

from engine import Home, Settings, Spark
spark = Spark.open(Home.find(), Settings())
for event in spark.reply("what does os.path.join do?"):
    print(event)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.errors import SparkError
from engine.events import Flag
from engine.settings import Home, Settings, load_settings

if TYPE_CHECKING:
    from engine.nervous_system import Spark

__all__ = ["Flag", "Home", "Settings", "Spark", "SparkError", "load_settings"]


def __getattr__(name: str) -> Any:
    if name == "Spark":  # on first use: it brings torch with it
        from engine.nervous_system import Spark

        return Spark
    raise AttributeError(f"module 'engine' has no attribute {name!r}")
