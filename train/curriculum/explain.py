"""Pasted code is explained: its docstring's first sentence, and what the syntax tree shows to be true of it."""

from __future__ import annotations

import ast
import random
import re
from collections.abc import Iterator

from engine.routing.categories import Category
from train.corpus.definitions import Definition
from train.curriculum.composing.functions import small_functions
from train.curriculum.example import Example, Material
from train.curriculum.phrasing import ask
from train.curriculum.toy import plain_source, renamed
from train.curriculum.wording import as_statement, first_sentences, listed

TASK = "explain"
_ASKED = (
    "explain this\n{code}",
    "Explain this code:\n{code}",
    "what does this do?\n{code}",
    "What does this function do?\n\n{code}",
    "{code}\nwhat does this do",
    "{code}\n\nexplain please",
    "can you explain this code\n{code}",
    "what is this code doing\n```python\n{code}\n```",
    "Please explain:\n```python\n{code}\n```",
    "I don't understand this:\n{code}",
    "help me understand\n{code}",
    "describe this function\n{code}",
    "walk me through this\n{code}",
    "what happens here?\n{code}",
    "{code}\n# what does it do?",
    "why does this work?\n{code}",
    "how does this work\n{code}",
    "explain this to a beginner\n{code}",
    "{code}\ni dont get it",
    "tell me what this function does:\n{code}",
)
_SHOWN = 60  # characters of an expression that an explanation repeats


def examples(material: Material, rng: random.Random) -> Iterator[Example]:
    """Endless: toy functions under many names, composed ones, short functions of the corpus with their docstrings.

    What a composed function says of itself is in the answer even where its docstring is not shown: reading code.
    """
    short = [d for d in material.definitions if _fits(d)]
    composed = small_functions(rng, material.held_out)
    while True:
        told = ""
        if rng.random() < 0.4:
            told = next(composed).source(annotated=rng.random() < 0.25)
            source = without_docstring(told) if rng.random() < 0.7 else told
        elif material.toy and rng.random() < 0.6:
            definition = rng.choice(material.toy)
            source = renamed(plain_source(definition.source), rng)
            if rng.random() < 0.4:
                source = without_docstring(source)
        else:
            source = _tidied(rng.choice(short))
            if rng.random() < 0.3:
                source = without_docstring(source)
        answer = explanation(told or source)
        if not answer or len(answer) > 420:
            continue
        memories = [material.any_document(rng).document] if material.documented and rng.random() < 0.2 else []
        text = ask(_ASKED, rng, noise=0.5, code=source.strip())
        yield Example(
            memories,
            [],
            text,
            answer,
            Category.EXPLAIN,
            TASK,
            essentials(answer),
            "composed" if told else "documented" if '"""' in source else "bare",
        )


def _fits(definition: Definition) -> bool:
    return (
        definition.kind == "function"
        and 60 <= len(definition.source) <= 700
        and definition.source.startswith("def ")
        and definition.source.isascii()
        and 15 <= len(definition.paragraph) <= 200
        and max(map(len, definition.source.splitlines())) <= 100
    )


def _tidied(definition: Definition) -> str:
    try:
        return plain_source(definition.source)
    except SyntaxError:
        return definition.source


def without_docstring(source: str) -> str:
    """The function without its docstring, unless that is all there is."""
    function = ast.parse(source).body[0]
    assert isinstance(function, ast.FunctionDef)
    if ast.get_docstring(function) is None or len(function.body) < 2:
        return source
    first = function.body[0]
    lines = source.splitlines()
    return "\n".join([*lines[: first.lineno - 1], *lines[first.end_lineno or first.lineno :]])


def explanation(source: str) -> str:
    """What a function does, in sentences that its own tree proves; empty where there is too little to say."""
    function = ast.parse(source).body[0]
    if not isinstance(function, ast.FunctionDef):
        return ""
    said: list[str] = []
    docstring = ast.get_docstring(function)
    if docstring:
        sentence = first_sentences(" ".join(docstring.split("\n\n")[0].split()), most=0)
        said.append(as_statement(f"`{function.name}`", sentence))
    takes = _takes(function)
    said.append(f"It {takes}." if said else f"`{function.name}` {takes}.")
    does = [part for part in _does(function) if not (docstring and part == "returns a value")]
    if does:
        said.append(f"It {listed(does)}.")
    return " ".join(said) if does or docstring else ""


def essentials(answer: str) -> list[str]:
    """What an answer must at least say to be right: the function's name, what it takes, what it returns."""
    named, took = re.match(r"`\w+`", answer), re.search(r"takes [^.]+", answer)
    returned = re.search(r"returns `[^`]+`(?=\.$)", answer)
    return [found[0] for found in (named, took, returned) if found]


def _takes(function: ast.FunctionDef) -> str:
    arguments = function.args
    names = [f"`{a.arg}`" for a in (*arguments.posonlyargs, *arguments.args) if a.arg not in {"self", "cls"}]
    names += [f"`*{arguments.vararg.arg}`"] if arguments.vararg else []
    names += [f"`{a.arg}`" for a in arguments.kwonlyargs]
    names += [f"`**{arguments.kwarg.arg}`"] if arguments.kwarg else []
    return f"takes {listed(names)}" if names else "takes no arguments"


def _own(function: ast.FunctionDef) -> Iterator[ast.AST]:
    """The nodes of a function in order of appearance, without those of functions inside it."""
    waiting: list[ast.AST] = list(reversed(function.body))
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef):
            waiting.extend(reversed(list(ast.iter_child_nodes(node))))


def _does(function: ast.FunctionDef) -> list[str]:
    """Up to five things, in the order they stand: loops, tests, errors, what is returned or yielded."""
    parts: list[str] = []
    returned: list[str] = []
    for node in _own(function):
        if isinstance(node, ast.For):
            parts.append(f"loops over {_shown(node.iter, 'a sequence')}")
        elif isinstance(node, ast.While):
            parts.append(f"repeats while {_shown(node.test, 'a condition holds')}")
        elif isinstance(node, ast.If) and len(parts) < 4:
            parts.append(f"checks {_shown(node.test, 'a condition')}")
        elif isinstance(node, ast.With):
            parts.append(f"opens {_shown(node.items[0].context_expr, 'a context')} in a `with` block")
        elif isinstance(node, ast.Try):
            caught = [_shown(h.type, "an error") for h in node.handlers if h.type]
            parts.append(f"catches {listed(caught)}" if caught else "cleans up with `finally`")
        elif isinstance(node, ast.Raise) and node.exc:
            name = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
            parts.append(f"raises {_shown(name, 'an error')}")
        elif isinstance(node, ast.Yield) and node.value:
            parts.append(f"yields {_shown(node.value, 'values')}")
        elif isinstance(node, ast.Return) and node.value and not _is_none(node.value):
            returned.append(_shown(node.value, "a value"))
    unique = list(dict.fromkeys(parts))[:4]
    returns = list(dict.fromkeys(returned))
    if returns:
        unique.append(f"returns {listed(returns[:3], 'or')}")
    return unique


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _shown(node: ast.expr, otherwise: str) -> str:
    text = ast.unparse(node)
    return f"`{text}`" if len(text) <= _SHOWN and "`" not in text and "\n" not in text else otherwise
