"""What the tokenizer learns from: mostly Python, some prose about it, some of the way people ask."""

from __future__ import annotations

import ast
import json
import random
from collections.abc import Iterator

from engine.assets import asset
from engine.errors import SparkError
from train.corpus.definitions import definitions_in, parse
from train.corpus.sources import STANDARD_LIBRARY, find_files, read
from train.corpus.split import is_held_out

_SHARE_OF_PROSE = 0.25  # by bytes
_SHARE_OF_TALK = 0.10

_ASKED = (
    "what does {name} do?\n`{signature}`: {paragraph}",
    "how do I call {name}\nCall it like this: `{signature}`.",
    "What is {name} for? It is not in my memory, so I don't know.",
    "You have not told me what {name} is. I do not have anything about it.",
    "please explain this code\nThis function takes {name}. It loops over the list, then it raises an error.",
    "my name is {short}, remember that\nGot it, your name is {short}. You told me so.",
    "why do i get a TypeError here? The error is on line 3: you can only add a string to a string.",
    "can you finish this function for me, thanks\n```python\n{signature}\n```",
)


def tokenizer_texts(limit_bytes: int = 30_000_000, seed: int = 1) -> Iterator[str]:
    """Texts up to about `limit_bytes`: 65% Python, 25% docstrings, 10% talk; without held-out modules."""
    rng = random.Random(seed)
    files = [file for file in find_files() if not is_held_out(file.module)]
    library = [file for file in files if file.package == STANDARD_LIBRARY]
    others = [file for file in files if file.package != STANDARD_LIBRARY]
    rng.shuffle(library)
    rng.shuffle(others)
    talk = list(_seed_talk())
    for line in talk:  # every hand-written line at least once
        yield line
    used = {"all": 0, "prose": 0, "talk": sum(map(len, talk))}
    # The library is a third of the code while it lasts: it is the cleanest and the most asked about.
    order = [
        others.pop() if index % 3 and others else library.pop() for index in range(len(library)) if library or others
    ]
    for file in [*order, *others]:
        text = read(file)
        if text is None or parse(text) is None:
            continue
        yield text
        used["all"] += len(text)
        if used["prose"] < _SHARE_OF_PROSE * used["all"] or used["talk"] < _SHARE_OF_TALK * used["all"]:
            for piece in docstrings(text):
                used["prose"] += len(piece)
                used["all"] += len(piece)
                yield piece
            for definition in definitions_in(text, file.module, file.package):
                if definition.paragraph and used["talk"] < _SHARE_OF_TALK * used["all"]:
                    line = rng.choice(_ASKED).format(
                        name=definition.name,
                        short=definition.short_name.lower(),
                        signature=definition.signature,
                        paragraph=definition.paragraph,
                    )
                    used["talk"] += len(line)
                    used["all"] += len(line)
                    yield line
        if used["all"] >= limit_bytes:
            return


def docstrings(text: str) -> Iterator[str]:
    """Every docstring of a source text, cleaned of its indentation."""
    tree = parse(text)
    for node in ast.walk(tree) if tree else ():
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            docstring = ast.get_docstring(node)
            if docstring:
                yield docstring


def _seed_talk() -> Iterator[str]:
    """The hand-written conversations, where they are shipped."""
    try:
        folder = asset("curriculum")
    except SparkError:
        return
    for path in sorted(folder.glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            yield "\n".join([*row["prompts"], row["answer"]])
