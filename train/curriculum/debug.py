"""Code and its traceback: which error, on which line, why, and the lines that fix it. Every program is run for real."""

from __future__ import annotations

import difflib
import random
from collections.abc import Iterator

from engine.routing.categories import Category
from train.curriculum.debug_cases import CASES, Case, fill
from train.curriculum.example import Example, Material
from train.curriculum.phrasing import ask
from train.curriculum.running import Outcome, run
from train.curriculum.traceback_alone import traceback_alone

TASK = "debug"
_BOTH = (
    "{code}\n\n{trace}",
    "why do I get this error?\n{code}\n\n{trace}",
    "fix this\n{code}\n\n{trace}",
    "What is wrong here?\n{code}\n{trace}",
    "i get an error\n{code}\n\n{trace}",
    "help, my code crashes:\n```python\n{code}\n```\n{trace}",
    "{trace}\n\nthis is my code:\n{code}",
    "Can you fix my code?\n```python\n{code}\n```\n```\n{trace}\n```",
    "debug this\n{code}\n\n{trace}",
    "it does not work\n{code}\n{trace}",
    "what does this error mean?\n{trace}\n\n{code}",
    "My program fails:\n\n{code}\n\nThe error is:\n{trace}",
)
_LAST_LINE = (
    "{code}\n\n{last}",
    "I get {last}\n{code}",
    "why does this give me {last}\n\n{code}",
    "{last}\n{code}",
    "fix the {error} here\n{code}",
    "what causes the {error} in this code?\n{code}",
    "{code}\nwhy {error}?",
)
_CODE_ONLY = (
    "what is wrong with this code?\n{code}",
    "fix this code\n{code}",
    "find the bug\n{code}",
    "why does this fail?\n{code}",
    "this crashes, why?\n{code}",
    "{code}\n\ndoesn't work",
)
_SILENT = (
    "why does this print None?\n{code}",
    "it prints None\n{code}",
    "{code}\nwhy do i get None",
    "This returns None, what is wrong?\n{code}",
    "my function gives None\n{code}",
    "fix this, it always prints None:\n{code}",
)


def examples(material: Material, rng: random.Random) -> Iterator[Example]:
    """Endless; cases whose run does not go as expected are left out."""
    while True:
        case = fill(rng.choice(CASES), rng)
        outcome = observed(case)
        if outcome is None:
            continue
        alone = traceback_alone(outcome, material, rng) if outcome.error and rng.random() < 0.25 else None
        yield alone or _example(case, outcome, material, rng)


def observed(case: Case) -> Outcome | None:
    """What running the broken program gives; None unless it fails as stated and the mended one runs."""
    outcome, mended = run(case.broken), run(case.fixed)
    if mended.error and not (mended.error == case.error == "FileNotFoundError"):
        return None
    if outcome.error != case.error:
        return None
    if not case.error and (outcome.output != "None\n" or mended.output == "None\n"):
        return None
    return outcome


def answer_for(case: Case, outcome: Outcome) -> str:
    """Error, line, reason, and the changed lines in a fence."""
    where = (
        f"This is {'an' if outcome.error[0] in 'AEIOU' else 'a'} `{outcome.error}` on line {outcome.line}: {case.why}"
        if outcome.error
        else case.why[:1].upper() + case.why[1:]
    )
    return f"{where}\n```python\n{changed_lines(case.broken, case.fixed)}\n```"


def changed_lines(broken: str, fixed: str) -> str:
    """The lines of the mended program from the first to the last that differ (one more where lines only vanish)."""
    before, after = broken.splitlines(), fixed.splitlines()
    spans = [
        tag for tag in difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes() if tag[0] != "equal"
    ]
    start, stop = spans[0][3], spans[-1][4]
    if start == stop:
        stop = min(stop + 1, len(after))
    kept = after[start:stop]
    while kept and not kept[-1].strip():
        kept.pop()
    return "\n".join(kept)


def _example(case: Case, outcome: Outcome, material: Material, rng: random.Random) -> Example:
    slots = {
        "code": case.broken,
        "trace": outcome.traceback,
        "last": outcome.traceback.rsplit("\n", 1)[-1],
        "error": outcome.error,
    }
    form = rng.random()
    templates = _SILENT if not outcome.error else _BOTH if form < 0.65 else _LAST_LINE if form < 0.85 else _CODE_ONLY
    memories = [material.any_document(rng).document] if material.documented and rng.random() < 0.2 else []
    expected = [outcome.error, f"line {outcome.line}"] if outcome.error else ["return"]
    text = ask(templates, rng, noise=0.5, **slots)
    return Example(
        memories, [], text, answer_for(case, outcome), Category.DEBUG, TASK, expected, outcome.error or "None"
    )
