"""What a query can be, and the paths that can answer it: the names everything else imports."""

from __future__ import annotations

from enum import StrEnum


class Category(StrEnum):
    """What kind of help a query asks for."""

    COMPLETION = "completion"
    EXPLAIN = "explain"
    DEBUG = "debug"
    ROUTINE = "routine"


class Route(StrEnum):
    """Which part of the nervous system writes the answer."""

    PROCEDURE = "procedure"
    FAST = "fast"
    CORE = "core"
