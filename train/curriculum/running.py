"""Runs a small program of ours for real and tells what Python said: the traceback a person would paste."""

from __future__ import annotations

import builtins
import contextlib
import io
import linecache
import traceback
import warnings
from dataclasses import dataclass
from typing import Any

from train.corpus.words import words

FILE_NAME = "main.py"

# What the programs of this curriculum need; nothing that opens, writes, imports at will or ends the process.
_NAMES = words(
    """
    abs all any bin bool chr dict divmod enumerate filter float format frozenset getattr hasattr hash hex id int
    isinstance iter len list map max min next object oct ord pow print range repr reversed round set slice sorted
    str sum tuple type zip ArithmeticError AttributeError Exception FileNotFoundError ImportError IndentationError
    IndexError KeyError NameError RecursionError RuntimeError StopIteration SyntaxError TypeError
    UnboundLocalError ValueError ZeroDivisionError __build_class__
    """
)
_MODULES = frozenset({"math", "random", "re", "string", "time", "json", "datetime", "collections", "itertools"})


@dataclass(frozen=True)
class Outcome:
    """What happened: exception name ("" if none), its message, line in the program, full traceback, output."""

    error: str
    message: str
    line: int
    traceback: str
    output: str


def run(code: str) -> Outcome:
    """Run `code` as main.py with few builtins, its output caught. The code must be known to end."""
    linecache.cache[FILE_NAME] = (len(code), None, code.splitlines(keepends=True), FILE_NAME)
    output = io.StringIO()
    scope: dict[str, object] = {"__name__": "__main__", "__builtins__": {**_few_builtins(), "__import__": _import}}
    try:
        with contextlib.redirect_stdout(output), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            exec(compile(code, FILE_NAME, "exec"), scope)
    except Exception as error:
        shown = traceback.TracebackException.from_exception(error)
        frames = [frame for frame in shown.stack if frame.filename == FILE_NAME]
        shown.stack[:] = frames
        line = error.lineno or 0 if isinstance(error, SyntaxError) else frames[-1].lineno or 0
        text = "".join(shown.format()).rstrip()
        if isinstance(error, SyntaxError):
            text = text.removeprefix("Traceback (most recent call last):\n")
        message = error.msg if isinstance(error, SyntaxError) else str(error)
        return Outcome(type(error).__name__, message, line, text, output.getvalue())
    finally:
        linecache.cache.pop(FILE_NAME, None)
    return Outcome("", "", 0, "", output.getvalue())


def _few_builtins() -> dict[str, object]:
    table: dict[str, object] = {name: getattr(builtins, name) for name in _NAMES}
    table["open"] = _open
    return table


def _open(path: str, mode: str = "r", **_: object) -> object:
    """No file is ever there."""
    raise FileNotFoundError(2, "No such file or directory", path)


def _import(name: str, *rest: Any) -> object:
    if name.split(".")[0] not in _MODULES:
        raise ImportError(f"No module named {name!r}")
    return __import__(name, *rest)
