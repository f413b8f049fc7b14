"""Functions and classes read from source by `ast`: name, signature, first docstring paragraph, source."""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import blake2b

_SHORTEST, _LONGEST = 40, 4_000  # characters of a definition worth keeping
Function = ast.FunctionDef | ast.AsyncFunctionDef

# Modules whose public name is another one.
_KNOWN_AS = {
    "posixpath": "os.path",
    "_collections_abc": "collections.abc",
    "genericpath": "os.path",
    "_strptime": "time",
}


@dataclass(frozen=True)
class Definition:
    """One function, method or class, or a built-in one (then `source` is empty).

    `paragraph` is the first docstring paragraph on one line, empty where there is none; `fingerprint` is the hash of
    the AST without docstrings.
    """

    name: str
    module: str
    package: str
    kind: str
    signature: str
    paragraph: str
    source: str
    fingerprint: str

    @property
    def short_name(self) -> str:
        """The name without its module: `join`, `Path.open`."""
        return self.signature.split("(", 1)[0]

    @property
    def document(self) -> str:
        """The line that memory holds: qualified name and signature, colon, first paragraph."""
        qualifier = self.name[: len(self.name) - len(self.short_name)]
        return f"{qualifier}{self.signature}: {self.paragraph}"


def public_module(module: str) -> str:
    """The module as people write it: private parts dropped, well-known aliases applied."""
    if module in _KNOWN_AS:
        return _KNOWN_AS[module]
    if "." not in module and module.startswith("_"):
        return module.removeprefix("_py").removeprefix("_")  # `_pydecimal` is what `decimal` is written in
    return ".".join(part for part in module.split(".") if not part.startswith("_"))


_NOT_PROSE = (
    ">>>",
    "@",
    ":param",
    "..",
    "Parameters",
    "Arguments:",
    "Args:",
    "Returns:",
    "See docstring",
    "See :",
    "Usage:",
    "Example",
)


def first_paragraph(docstring: str) -> str:
    """The first paragraph of a docstring on one line, without markup roles; empty where it is not prose."""
    paragraph = re.split(r"\n\s*\n", inspect.cleandoc(docstring), maxsplit=1)[0]
    paragraph = re.sub(r"\s+", " ", paragraph).strip()
    paragraph = re.sub(r":[a-z:]+:`~?([^`]*)`", r"`\1`", paragraph).replace("``", "`")
    return "" if paragraph.startswith(_NOT_PROSE) else paragraph


def parse(text: str) -> ast.Module | None:
    """The syntax tree, or None; warnings of the compiler about odd escapes are not ours to repeat."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def fingerprint(node: ast.AST) -> str:
    """A hash of the tree that ignores layout, comments and docstrings; names count."""
    saved: list[tuple[ast.AST, list[ast.stmt]]] = []
    for inner in ast.walk(node):
        if isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and ast.get_docstring(
            inner, clean=False
        ):
            saved.append((inner, inner.body))
            inner.body = inner.body[1:]
    digest = blake2b(ast.dump(node).encode("utf-8", "replace"), digest_size=12).hexdigest()
    for inner, body in saved:
        inner.body = body  # type: ignore[attr-defined]
    return digest


def signature_of(node: Function, name: str, *, method: bool) -> str:
    """`name(a, *p, key=None)`: without annotations, and without self or cls."""
    arguments = node.args
    positional = [*arguments.posonlyargs, *arguments.args]
    shown: list[str] = []
    first_default = len(positional) - len(arguments.defaults)
    for index, argument in enumerate(positional):
        if index == 0 and method and argument.arg in {"self", "cls", "mcs", "_cls"}:
            continue
        default = arguments.defaults[index - first_default] if index >= first_default else None
        shown.append(argument.arg + (f"={ast.unparse(default)}" if default else ""))
    if arguments.vararg:
        shown.append(f"*{arguments.vararg.arg}")
    elif arguments.kwonlyargs:
        shown.append("*")
    for argument, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        shown.append(argument.arg + (f"={ast.unparse(default)}" if default else ""))
    if arguments.kwarg:
        shown.append(f"**{arguments.kwarg.arg}")
    return f"{name}({', '.join(shown)})"


def definitions_in(text: str, module: str, package: str) -> Iterator[Definition]:
    """Top-level functions and classes, and the methods of those classes, in the order they stand."""
    tree = parse(text)
    if tree is None:
        return
    lines = text.splitlines()
    public = public_module(module)
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from _function(node, lines, public, module, package, owner="")
        elif isinstance(node, ast.ClassDef):
            yield from _class(node, lines, public, module, package)
            for inner in node.body:
                if isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef):
                    yield from _function(inner, lines, public, module, package, owner=node.name)


def _source(node: Function | ast.ClassDef, lines: list[str]) -> str:
    first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)]) - 1
    kept = [line.rstrip() for line in lines[first : node.end_lineno]]
    return textwrap.dedent("\n".join(kept))


def _qualified(public: str, name: str) -> str:
    return f"{public}.{name}" if public else name


def _function(
    node: Function, lines: list[str], public: str, module: str, package: str, owner: str
) -> Iterator[Definition]:
    source = _source(node, lines)
    if not _SHORTEST <= len(source) <= _LONGEST:
        return
    name = f"{owner}.{node.name}" if owner else node.name
    paragraph = first_paragraph(ast.get_docstring(node, clean=False) or "")
    signature = signature_of(node, name, method=bool(owner))
    kind = "method" if owner else "function"
    if owner and any(ast.unparse(decorator).endswith("property") for decorator in node.decorator_list):
        kind, signature = "property", name
    yield Definition(_qualified(public, name), module, package, kind, signature, paragraph, source, fingerprint(node))


def _class(node: ast.ClassDef, lines: list[str], public: str, module: str, package: str) -> Iterator[Definition]:
    paragraph = first_paragraph(ast.get_docstring(node, clean=False) or "")
    source = _source(node, lines)
    keep_source = len(source) <= _LONGEST
    if not paragraph and not keep_source:
        return
    makers = [inner for inner in node.body if isinstance(inner, ast.FunctionDef) and inner.name == "__init__"]
    signature = signature_of(makers[0], node.name, method=True) if makers else f"{node.name}()"
    mark = fingerprint(node) if keep_source else blake2b(source.encode("utf-8", "replace"), digest_size=12).hexdigest()
    source = source if keep_source else ""
    yield Definition(_qualified(public, node.name), module, package, "class", signature, paragraph, source, mark)
