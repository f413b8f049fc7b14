"""Documents of what is written in C (`len`, `str.split`, `math.sqrt`): read by introspection, without source."""

from __future__ import annotations

import importlib
import inspect
import re
from collections.abc import Iterator
from hashlib import blake2b

from train.corpus.definitions import Definition, first_paragraph
from train.corpus.sources import STANDARD_LIBRARY
from train.corpus.words import words

_MODULES = words(
    """
    builtins math itertools collections functools operator time sys os re json random string struct array bisect
    heapq copy zlib gzip hashlib hmac secrets io pathlib shutil glob datetime decimal fractions statistics cmath
    threading queue asyncio subprocess socket select signal gc weakref types inspect csv sqlite3 pickle base64
    binascii unicodedata textwrap locale errno stat tempfile zipfile tarfile platform atexit contextlib itertools
    """
)


_WRITTEN_AS = {"os": ("posix", "nt")}


def builtin_definitions() -> Iterator[Definition]:
    """Documented functions, types and methods of the library that have no Python source."""
    for module_name in _MODULES:
        module = importlib.import_module(module_name)
        for name in sorted(vars(module)):
            value = getattr(module, name, None)
            if name.startswith("_") or not _is_of(module_name, value):
                continue
            if inspect.isbuiltin(value) or inspect.ismethod(value):
                yield from _definition(module_name, name, value, "function")
            elif inspect.isclass(value) and not issubclass(value, BaseException):
                if "__init__" in vars(value) and inspect.isfunction(vars(value)["__init__"]):
                    continue  # written in Python: found by its source
                yield from _definition(module_name, name, value, "class")
                for method in sorted(vars(value)):
                    if not method.startswith("_") and inspect.ismethoddescriptor(vars(value)[method]):
                        yield from _definition(module_name, f"{name}.{method}", getattr(value, method), "method")


def _is_of(module: str, value: object) -> bool:
    """Whether a module's name is the one by which people know it: `os.getcwd`, which is written as `posix.getcwd`;
    `random.choice`, which is a method of an instance that nobody sees."""
    if inspect.ismethod(value) or (inspect.isbuiltin(value) and not inspect.ismodule(value.__self__)):
        return type(value.__self__).__module__ == module
    return getattr(value, "__module__", None) in {module, f"_{module}", *_WRITTEN_AS.get(module, ())}


def _definition(module: str, name: str, value: object, kind: str) -> Iterator[Definition]:
    docstring = inspect.getdoc(value) or ""
    signature, docstring = _signature(name, value, docstring)
    paragraph = first_paragraph(docstring)
    if not paragraph or not signature:
        return
    qualified = name if module == "builtins" else f"{module}.{name}"
    mark = blake2b(f"{qualified}{paragraph}".encode(), digest_size=12).hexdigest()
    home = f"{module}.{name.split('.')[0]}"  # builtins are one module: held out by type or function instead
    yield Definition(qualified, home, STANDARD_LIBRARY, kind, signature, paragraph, "", mark)


def _signature(name: str, value: object, docstring: str) -> tuple[str, str]:
    """(signature, rest of the docstring): from the C text signature, else from the docstring's first line."""
    short = name.rsplit(".", 1)[-1]
    stated = re.match(rf"(?:\w+\.)?{re.escape(short)}(\([^\n]*?\))\s*(?:->\s*([^\n]*))?(?:\n+|$)", docstring)
    if stated:
        docstring = docstring[stated.end() :].strip() or docstring
        if stated.end() >= len(docstring):
            return "", ""
        return f"{name}{stated.group(1)}", docstring
    try:
        parameters = list(inspect.signature(value).parameters.values())  # type: ignore[arg-type]
    except (ValueError, TypeError):
        return f"{name}()" if inspect.isclass(value) else "", docstring
    shown = [str(p.replace(annotation=p.empty)) for p in parameters if p.name not in {"self", "cls", "type"}]
    if any(p.kind is p.KEYWORD_ONLY for p in parameters) and not any(p.kind is p.VAR_POSITIONAL for p in parameters):
        first = next(
            i
            for i, p in enumerate(p for p in parameters if p.name not in {"self", "cls", "type"})
            if p.kind is p.KEYWORD_ONLY
        )
        shown.insert(first, "*")
    return f"{name}({', '.join(shown)})", docstring
