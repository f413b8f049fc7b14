"""What can be known of an answer before anybody reads it: is its code Python, does it speak of the matter."""

from __future__ import annotations

import ast
import builtins
import re
import warnings
from collections.abc import Sequence

_FENCE = re.compile(r"```([\w+-]*)[^\S\n]*\n(.*?)(?:^|(?<=\n))```", re.DOTALL | re.MULTILINE)
_ALLOW_INCOMPLETE_INPUT = 0x4000
"""The compiler's flag behind `codeop`: for what only lacks its end, the message is "incomplete input"."""
_PYTHON = ("", "python", "py", "python3")


def code_fault(code: str) -> str | None:
    """Why `code` is not Python, as a short phrase; None if it is.

    A fix may be a line from inside a function, or a lone `if` line that goes on below, so pieces of a block count.
    """
    problem = _problem(code)
    if problem is None or any(_problem(form) is None for form in _as_pieces(code)):
        return None
    return problem


def lost(code: str) -> str | None:
    """Why no further line can make Python of `code`, the first lines of something; None while one could."""
    problem = _problem(code, unfinished=True)
    if problem is None or any(_problem(form, unfinished=True) is None for form in _as_pieces(code)[:2]):
        return None
    return problem


def sound(code: str) -> str:
    """As many lines of `code`, from the first, as are Python by themselves."""
    lines = code.splitlines(keepends=True)
    good = next((n for n in range(len(lines), 0, -1) if code_fault("".join(lines[:n])) is None), 0)
    return "".join(lines[:good])


def unbound(code: str, elsewhere: frozenset[str] = frozenset()) -> tuple[str, int] | None:
    """The first name whose value a function reads though nothing gives it one, and its line, counted from 1.

    `return celsius * 9` in a function of `fahrenheit` is Python and still wrong whatever stands around it. Functions
    and modules may stand `elsewhere` in a person's file, and so may constants: names that are called, that come before
    a dot, or that begin with a capital or an underscore are left alone, like those that are known to stand elsewhere.
    """
    try:
        tree = ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    known = elsewhere | _BUILT_IN | {name for node in tree.body for name in _given(node)}
    for function in functions:
        given = known | {name for node in ast.walk(function) for name in _given(node)}
        spared = {id(part) for node in ast.walk(function) for part in _named_elsewhere(node)}
        for node in ast.walk(function):
            if (
                isinstance(node, ast.Name)
                and isinstance(node.ctx, ast.Load)
                and node.id not in given
                and id(node) not in spared
                and not node.id[:1].isupper()
                and not node.id.startswith("_")
            ):
                return node.id, node.lineno
    return None


def stray(code: str, elsewhere: frozenset[str] = frozenset()) -> tuple[str, int] | None:
    """The first name that `code` reads anywhere though nothing in it gives it a value, and its line, counted from 1.

    Stricter than `unbound`: right of code that is there to be run as it stands, such as an example.
    """
    try:
        tree = ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    nodes = list(ast.walk(tree))
    known = elsewhere | _BUILT_IN | {name for node in nodes for name in _given(node)}
    read = (node for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load))
    found = [(node.lineno, node.id) for node in read if node.id not in known]
    return min(found)[::-1] if found else None


_BUILT_IN = frozenset({*dir(builtins), "__file__", "__name__"})


def _given(node: ast.AST) -> list[str]:
    """The names that a node gives a value, wherever in a function it stands."""
    match node:
        case ast.Name(id=name, ctx=ast.Store() | ast.Del()):
            return [name]
        case ast.arg(arg=name) | ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            return [name]
        case ast.Import(names=names) | ast.ImportFrom(names=names):
            return [(alias.asname or alias.name).split(".")[0] for alias in names]
        case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
            return [name]
        case ast.MatchMapping(rest=str(name)):
            return [name]
        case ast.Global(names=names) | ast.Nonlocal(names=names):
            return list(names)
        case ast.Assign() | ast.AnnAssign() | ast.AugAssign() | ast.For() | ast.With():
            return [
                part.id for part in ast.walk(node) if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)
            ]
        case _:
            return []


def _named_elsewhere(node: ast.AST) -> list[ast.AST]:
    """The parts of a node whose names may well be defined in another place: what is called, and what has a member."""
    match node:
        case ast.Call(func=called):
            return [called]
        case ast.Attribute(value=owner):
            return [owner]
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            notes = [node.returns, *(one.annotation for one in ast.walk(node.args) if isinstance(one, ast.arg))]
            return [*node.decorator_list, *(part for note in notes if note is not None for part in ast.walk(note))]
        case ast.AnnAssign(annotation=note):
            return list(ast.walk(note))
        case ast.Raise(exc=ast.Name() as error):
            return [error]
        case _:
            return []


def blocks(text: str) -> list[tuple[str, str]]:
    """The complete fenced blocks of an answer: (language, code)."""
    return [(match[1].lower(), match[2]) for match in _FENCE.finditer(text)]


def is_python(language: str) -> bool:
    """Whether a block that says it is `language` should parse."""
    return language in _PYTHON


_OWNING_UP = re.compile(
    r"\s*(?:sorry, )?(?:i (?:(?:do not|don't) (?:have|know)|only know|cannot help|can't help)|you have not told me)\b",
    re.IGNORECASE,
)


def owns_up(answer: str) -> bool:
    """Whether an answer says that it is not known: true today, and not once the matter has been learned."""
    return _OWNING_UP.match(answer) is not None


def unmentioned(answer: str, names: Sequence[str]) -> list[str]:
    """Those of the names that the answer does not speak of; the last part of a dotted name is enough."""
    said = set(re.findall(r"\w+", answer.lower()))
    return [name for name in names if name.rsplit(".", 1)[-1].lower() not in said]


def _as_pieces(code: str) -> tuple[str, ...]:
    indented = "\n".join("    " + line for line in code.splitlines())
    return (
        f"def f():\n{indented}",
        f"if True:\n{code}",
        f"{code}\n    pass",
        f"{code}\n        pass",
        f"if True:\n{code}\n        pass",
    )


def _problem(code: str, unfinished: bool = False) -> str | None:
    """What the parser says; with `unfinished`, a missing end is no problem."""
    flags = ast.PyCF_ONLY_AST | (_ALLOW_INCOMPLETE_INPUT if unfinished else 0)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # odd escapes are not ours to repeat
            compile(code, "answer", "exec", flags)
    except SyntaxError as error:
        if unfinished and error.msg == "incomplete input":
            return None
        return f"line {error.lineno}: {error.msg}" if error.lineno else str(error.msg)
    except (ValueError, RecursionError, MemoryError) as error:
        return str(error) or type(error).__name__
    return None
