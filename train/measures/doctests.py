"""Does code that was written do what it says? Its doctests are run in a process of its own.

What a model writes is not trusted: the child has few builtins, no files, a handful of modules, two seconds and little
memory (`python -m train.measures.doctests` reads one program from stdin and says "passed" or why not).
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from engine.assets import asset
from engine.checking import blocks
from train.curriculum.running import run

SECONDS = 2
_PATIENCE = 60
"""Seconds of waiting, since a busy machine takes its time; the seconds of computing are limited by the child itself."""
_MEMORY = 1 << 29
_PASSED = "passed"


@dataclass(frozen=True)
class Doctested:
    """A beginning of a function with its docstring, and calls with the `repr` that they must give."""

    beginning: str
    doctests: tuple[tuple[str, str], ...]

    @property
    def name(self) -> str:
        """Of the function."""
        found = re.match(r"def (\w+)", self.beginning)
        assert found, f"{self.beginning!r} begins no function"
        return found[1]


@dataclass(frozen=True)
class Passed:
    """Shares of functions that pass all of their doctests: `known` by name to the curriculum, and `unknown`."""

    count: int
    known: float
    unknown: float


def load_doctests() -> list[Doctested]:
    """The shipped ones; no model was trained on their docstrings."""
    lines = asset("queries", "doctests.jsonl").read_text(encoding="utf-8").splitlines()
    return [Doctested(row["beginning"], tuple((c, r) for c, r in row["doctests"])) for row in map(json.loads, lines)]


def passing(
    write: Callable[[str], str],
    functions: Sequence[Doctested],
    known: Callable[[str], bool],
    progress: Callable[[str], None] = lambda _: None,
) -> Passed:
    """Have each function completed by `write` (question → answer) and run; `known` says which names were trained on."""
    passed: dict[bool, list[bool]] = {True: [], False: []}
    for number, function in enumerate(functions, start=1):
        progress(f"{number} of {len(functions)} doctested functions")
        passed[known(function.name)].append(passes(write(function.beginning), function))
    rates = {which: sum(results) / max(1, len(results)) for which, results in passed.items()}
    return Passed(len(functions), rates[True], rates[False])


def passes(answer: str, function: Doctested) -> bool:
    """Whether the code of an answer passes every doctest of the function."""
    code = "\n\n".join(code for _, code in blocks(answer))
    checks = "\n".join(f"assert repr({call}) == {result!r}, repr({call})" for call, result in function.doctests)
    try:
        child = subprocess.run(
            [sys.executable, "-m", "train.measures.doctests"],
            input=f"{code}\n{checks}\n", capture_output=True, text=True, timeout=_PATIENCE, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return False
    return child.stdout.strip() == _PASSED


def _main() -> None:
    """Run what comes on stdin."""
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    except ImportError:  # not a POSIX system: the parent's patience has to do
        pass
    outcome = run(sys.stdin.read())
    print(f"{outcome.error}: {outcome.message}" if outcome.error else _PASSED)


if __name__ == "__main__":
    _main()
