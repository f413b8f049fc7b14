"""Does code that was written do what it says? Its doctests are run in a process of its own.

What a model writes is not trusted: train/measures/untrusted.py says what little it may do.
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
from train.measures.untrusted import PASSED

_PATIENCE = 60
"""Seconds of waiting, since a busy machine takes its time; the seconds of computing are limited by the child itself."""


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
            [sys.executable, "-m", "train.measures.untrusted"],
            input=f"{code}\n{checks}\n", capture_output=True, text=True, timeout=_PATIENCE, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return False
    return child.stdout.strip() == PASSED
