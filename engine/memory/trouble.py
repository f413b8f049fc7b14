"""What counts as trouble with the search index: what LanceDB or the disk says, and no mistake of this program's own.

The index is only a copy, so trouble with it is mended by throwing it away. A mistake in the code that reads it would
come back after that, and is no reason to: it is told as what it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from engine.errors import SparkError

_OURS = (TypeError, AttributeError, NameError, AssertionError, ImportError, MemoryError)
_PANIC = "PanicException"
"""What a failing assertion in LanceDB's Rust becomes in Python: no `Exception`, and without a name to import."""
_SOURCE = re.compile(r"[:,]? (?:/|location:|\{ source:|IO \{).*")
"""Where in its source LanceDB was, and what it was made of."""
_LONGEST = 160


class IndexTrouble(Exception):
    """The index cannot be opened, read or written. `reason` is for people: one short line."""

    def __init__(self, cause: BaseException) -> None:
        super().__init__(str(cause))
        said = getattr(cause, "strerror", None) or _SOURCE.sub("", str(cause).partition("\n")[0])
        self.reason = said if len(said) <= _LONGEST else said[:_LONGEST] + "…"


@contextmanager
def index_trouble() -> Iterator[None]:
    """What fails in here, and is not our own mistake, is an `IndexTrouble`. Also a decorator."""
    try:
        yield
    except (SparkError, IndexTrouble, *_OURS):
        raise
    except Exception as error:  # LanceDB raises ValueError, RuntimeError, OSError, ArrowException ... for a bad file
        raise IndexTrouble(error) from error
    except BaseException as error:
        if type(error).__name__ != _PANIC:
            raise
        raise IndexTrouble(error) from error
