"""Notes made by program from documented functions: too many to be known by heart, so that reading is what is learned.

The hand-written notes come round again and again, and a model begins to recite them; asked for one that it was never
trained on it then slips where the code stops looking like what it knows. Here every note is new.
"""

from __future__ import annotations

import ast
import random
import re
from collections.abc import Sequence

from train.corpus.definitions import Definition, parse
from train.corpus.seeds import note_text
from train.corpus.words import words
from train.curriculum.explain import without_docstring
from train.curriculum.wording import bare_order, first_sentences, sentences

_LINES, _CHARACTERS = (2, 13), 520
_PATIENCE = 200
_COMMON = frozenset(
    words("a an the of to in for from with and or if is are it its be by on as at that this into return")
)


class CodeNote:
    """What a documented function does, as somebody would note it: a heading, a sentence, its code."""

    def __init__(self, order: str, prose: str, code: str) -> None:
        """`order`: what it does, as an order ("split a path in two")."""
        self.order = order
        self.answer = f"{prose}\n```python\n{code}\n```" if prose else f"```python\n{code}\n```"

    def text(self, rng: random.Random) -> str:
        """As memory holds it."""
        heading = rng.choice((f"How do I {self.order}", f"How do I {self.order}?", _capital(self.order)))
        return note_text(heading, self.answer)

    def question(self, rng: random.Random) -> str:
        """Asked in the words of the heading, in some of them, or in hardly any."""
        form = rng.random()
        if form < 0.3:
            return f"how {rng.choice(('do i', 'can i', 'to'))} {self.order}"
        telling = [word for word in re.findall(r"[\w.]+", self.order) if word.lower() not in _COMMON]
        kept = [word for word in telling if rng.random() < (0.8 if form < 0.7 else 0.5)]
        kept = kept if len(kept) > 1 else telling
        return f"{rng.choice(('', '', 'how to ', 'i want to ', 'code to '))}{' '.join(kept)}"


def code_note(definition: Definition, rng: random.Random) -> CodeNote | None:
    """None where a function is not fit to be a note: too long, not said to do anything, not ASCII."""
    found = sentences(definition.paragraph)
    if definition.kind not in ("function", "method") or not found or not definition.source.isascii():
        return None
    order = _asked_for(bare_order(found[0].replace("`", "")).rstrip(":;,. "))
    if not 12 <= len(order) <= 90 or len(order.split()) < 3:
        return None
    code = _code(definition.source, rng)
    if not code:
        return None
    rest = first_sentences(" ".join(found[1:]), most=0) if len(found) > 1 else ""
    prose = rest if 15 <= len(rest) <= 140 and "```" not in rest else rng.choice(("", f"{_capital(order)}."))
    return CodeNote(order, prose, code)


def any_code_note(definitions: Sequence[Definition], rng: random.Random) -> CodeNote | None:
    """Of one of them, by chance; one in seven functions of a library is fit. None where none is soon found."""
    tried = (code_note(rng.choice(definitions), rng) for _ in range(_PATIENCE if definitions else 0))
    return next((note for note in tried if note), None)


def _asked_for(order: str) -> str:
    """As people want it: what is returned they want to get, or to check."""
    order = re.sub(
        r"^return (?:true|whether or not|whether|a bool(?:ean)? indicating)(?: if| when)?\b",
        "check if",
        order,
        flags=re.I,
    )
    return re.sub(r"^return ", "get ", order)


def _capital(order: str) -> str:
    return order[:1].upper() + order[1:]


def _code(source: str, rng: random.Random) -> str:
    """The function without its docstring, or half the time where it can stand alone its body; "" if neither fits."""
    tree = parse(source)
    if tree is None or not tree.body or not isinstance(tree.body[0], ast.FunctionDef):
        return ""
    bare = without_docstring(source)
    code = (_body(bare) if rng.random() < 0.5 else "") or bare
    fits = _LINES[0] <= len(code.splitlines()) <= _LINES[1] and len(code) <= _CHARACTERS and "```" not in code
    return code.strip("\n") if fits else ""


def _body(source: str) -> str:
    """What stands in a function that gives nothing back: lines as in a script. "" for any other."""
    tree = parse(source)
    function = tree.body[0] if tree else None
    if not isinstance(function, ast.FunctionDef) or any(
        isinstance(node, ast.Return | ast.Yield | ast.YieldFrom | ast.Await | ast.Nonlocal)
        for node in ast.walk(function)
    ):
        return ""
    lines = source.splitlines()[function.body[0].lineno - 1 : function.end_lineno]
    indent = len(lines[0]) - len(lines[0].lstrip())
    body = "\n".join(line[indent:] for line in lines)
    return body if parse(body) else ""
