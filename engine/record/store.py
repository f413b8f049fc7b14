"""`Record`: the one place that reads and writes the record."""

from __future__ import annotations

from engine.record.forgetting import Forgetting
from engine.record.items import Items
from engine.record.links import Links
from engine.record.procedures import Procedures
from engine.record.sessions import Sessions
from engine.record.transfer import Transfer
from engine.record.turns import Turns


class Record(Sessions, Turns, Items, Links, Forgetting, Transfer, Procedures):
    """The truth about a home: `Record(path)`. Safe to share between threads, and its file between processes.

    Every method that changes something is one fsynced commit.

    Raises:
        SparkError: from any method, when the file is damaged, not Spark's, read-only, full, or held by another.
    """
