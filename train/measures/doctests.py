"""Does code that was written do what it says? Its doctests are run in a process of its own.

What a model writes is not trusted: the child has few builtins, no files, a handful of modules, two seconds and little
memory (`python -m train.measures.doctests` reads one program from stdin and says "passed" or why not).
"""

from __future__ import annotations

import json
import random
import re
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from engine.assets import asset
from engine.checking import blocks
from train.curriculum.composing.functions import small_functions
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
    """The share of `count` functions of one kind that pass all of their doctests."""

    kind: str
    count: int
    share: float


def load_doctests() -> list[Doctested]:
    """The shipped ones; no model was trained on their docstrings."""
    lines = asset("queries", "doctests.jsonl").read_text(encoding="utf-8").splitlines()
    return [Doctested(row["beginning"], tuple((c, r) for c, r in row["doctests"])) for row in map(json.loads, lines)]


def composed_doctests(count: int, seed: int = 0) -> list[Doctested]:
    """Functions of combinations that the curriculum keeps back, with the calls that their own code answers."""
    made = islice(small_functions(random.Random(f"{seed}/doctests"), held_out=True), count)
    return [Doctested(f'{one.header(False)}\n    """{one.sentence}"""\n', tuple(one.run())) for one in made]


def passing(
    write: Callable[[str], str],
    kinds: Mapping[str, Sequence[Doctested]],
    progress: Callable[[str], None] = lambda _: None,
) -> tuple[Passed, ...]:
    """Have each function of each kind completed by `write` (question → answer) and run."""
    found: list[Passed] = []
    for kind, functions in kinds.items():
        passed = 0
        for number, function in enumerate(functions, start=1):
            progress(f"{number} of {len(functions)} doctested functions, {kind}")
            passed += passes(write(function.beginning), function)
        found.append(Passed(kind, len(functions), passed / max(1, len(functions))))
    return tuple(found)


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
