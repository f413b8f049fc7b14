"""A traceback without its program: the error, its line, what its message says, and what such errors ask for.

Of the program only what Python printed is known, so nothing is said about anything else.
"""

from __future__ import annotations

import random
import re

from engine.routing.categories import Category
from train.curriculum import pools
from train.curriculum.example import Example, Material
from train.curriculum.phrasing import ask
from train.curriculum.running import FILE_NAME, Outcome

_TRACE = (
    "{trace}",
    "{trace}",
    "{trace}",
    "what does this mean?\n{trace}",
    "I get this error:\n{trace}",
    "help\n{trace}",
    "{trace}\nwhat is wrong?",
    "```\n{trace}\n```",
    "why?\n\n{trace}",
    "how do i fix this\n{trace}",
    "explain this error\n{trace}",
)
_ADVICE = {
    "NameError": "the name {name} is not known there. Check its spelling, and that it is assigned or imported before.",
    "UnboundLocalError": "{name} is assigned somewhere in the function, so it is local, and it has no value yet there.",
    "IndexError": "the index is past the end. Check `len` first, or loop over the items themselves.",
    "KeyError": "the key {name} is not in the dict. Test with `in` first, or use `get` with a default.",
    "AttributeError": "the object has no attribute {last}. Check its type with `type(...)`, and that it is not `None`.",
    "ZeroDivisionError": "the divisor is zero. Test it before dividing.",
    "FileNotFoundError": "there is no such file. Check the path and the folder that the program runs in.",
    "ValueError": "the type is right, but the value is not. Look at the value before this line, and check it first.",
    "TypeError": "a value has another type than the operation wants. Print `type(...)` of each, and convert one.",
    "RecursionError": "the function calls itself without end. It needs a case in which it returns by itself.",
    "ImportError": "the name cannot be imported from there. Check its spelling and the version that is installed.",
    "ModuleNotFoundError": "the module {name} is not installed here, or its name is misspelt.",
    "StopIteration": "the iterator has no more items. Give `next` a default, or use a `for` loop.",
    "SyntaxError": "Python cannot read this line. Look for a missing colon, bracket or quote in it or just above.",
    "IndentationError": "the indentation of this line does not fit the lines around it.",
    "RuntimeError": "the program itself refuses to go on. Its message says why: {message}.",
}


def traceback_alone(outcome: Outcome, material: Material, rng: random.Random) -> Example | None:
    """None where nothing general can be said of such an error."""
    advice = _ADVICE.get(outcome.error)
    if advice is None:
        return None
    shown, line = _elsewhere(outcome, rng)
    quoted = re.findall(r"'([^'\n]{1,40})'", outcome.message) or [outcome.message.strip("'\"")[:40]]
    said = advice.format(name=f"`{quoted[0]}`", last=f"`{quoted[-1]}`", message=outcome.message.rstrip("."))
    article = "an" if outcome.error[0] in "AEIOU" else "a"
    memories = [material.any_document(rng).document] if material.documented and rng.random() < 0.2 else []
    return Example(
        memories, [], ask(_TRACE, rng, noise=0.4, trace=shown),
        f"This is {article} `{outcome.error}` on line {line}: {said}", Category.DEBUG, "debug",
        [outcome.error, f"line {line}"], "traceback alone",
    )  # fmt: skip


def _elsewhere(outcome: Outcome, rng: random.Random) -> tuple[str, int]:
    """The traceback as if it came from another file, further down, and its line."""
    name = pools.file_name(rng)
    name = f"{name.rsplit('.', 1)[0]}.py" if rng.random() < 0.7 else FILE_NAME
    down = rng.choice((0, 0, rng.randrange(30), rng.randrange(400)))
    shown = re.sub(
        rf'File "{re.escape(FILE_NAME)}", line (\d+)',
        lambda found: f'File "{name}", line {int(found[1]) + down}',
        outcome.traceback,
    )
    return shown, outcome.line + down
