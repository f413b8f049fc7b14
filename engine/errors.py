"""The one exception whose text is meant for a person."""

from __future__ import annotations


class SparkError(Exception):
    """One sentence that says what is wrong and what to do; shown as it is, never with a traceback."""
