"""What memory can look up: a line for each documented function or class, short functions, passages of prose."""

from __future__ import annotations

import ast
import importlib.util
import re
import sysconfig
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from engine.errors import SparkError
from engine.record.rows import Document
from train.corpus.builtin import builtin_definitions
from train.corpus.definitions import Definition, definitions_in
from train.corpus.handbook import HANDBOOK, handbook_documents
from train.corpus.sources import STANDARD_LIBRARY, walk

STDLIB = "stdlib"
PROSE = (".md", ".txt", ".rst")
_PASSAGE = 500
"""Characters of a passage: about what a memory may take in the core's context."""
_FUNCTION = 620
"""Characters of a function, for the same reason."""


def documents_of(target: str) -> Iterator[Document]:
    """The documents of `stdlib`, `handbook`, a file, a folder, or an installed package or module by name.

    Packages are read as source, never run. The same target learned again gives the same ids, so that what changed
    replaces what it said before.

    Raises:
        SparkError: there is no such thing, or it cannot be read.
    """
    if target in (STDLIB, HANDBOOK):
        yield from _unique(_standard_library() if target == STDLIB else handbook_documents())
        return
    path = Path(target).expanduser()
    if target.strip() and path.exists():  # nothing, as a path, would be this very folder
        yield from _unique(_path(path.resolve()))
        return
    yield from _unique(_package(target))


def library_definitions() -> Iterator[tuple[Definition, str]]:
    """Every definition of the standard library, with the file it stands in (or `STANDARD_LIBRARY`, for C)."""
    for definition in builtin_definitions():
        yield definition, STANDARD_LIBRARY
    for file in walk(Path(sysconfig.get_paths()["stdlib"]), STANDARD_LIBRARY, "", "PSF-2.0"):
        with suppress(OSError, UnicodeDecodeError):
            text = file.path.read_text(encoding="utf-8")
            for definition in definitions_in(text, file.module, STANDARD_LIBRARY):
                yield definition, str(file.path)


def _standard_library() -> Iterator[Document]:
    for definition, source in library_definitions():
        yield from _document(definition, source)


def _path(path: Path) -> Iterator[Document]:
    files = sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]
    known = [file for file in files if file.suffix in (".py", *PROSE)]
    if not known:
        raise SparkError(f"There is nothing to learn in {path}: Spark reads .py, {', '.join(PROSE)}.")
    for file in known:
        if file.suffix == ".py":
            yield from _module(file, _module_name(file), path.name, strict=not path.is_dir())
            yield from _about(file)
        else:
            yield from _prose(file, strict=not path.is_dir())


def _package(name: str) -> Iterator[Document]:
    try:
        spec = importlib.util.find_spec(name) if all(part.isidentifier() for part in name.split(".")) else None
    except (ImportError, ValueError, AttributeError):
        spec = None
    if spec is None:
        raise SparkError(
            f"There is no file, folder or installed package {name}; give a path, a name, {STDLIB} or {HANDBOOK}."
        )
    places = list(spec.submodule_search_locations or [])
    if places:
        for place in places:
            for file in walk(Path(place), name, name, ""):
                yield from _module(file.path, file.module, name)
    elif spec.origin and spec.origin.endswith(".py"):
        yield from _module(Path(spec.origin), name, name)
    else:
        found = [d for d in builtin_definitions() if d.name.startswith(f"{name}.")]
        if not found:
            raise SparkError(f"{name} is not written in Python, so there is no source to learn from.")
        for definition in found:
            yield from _document(definition)


def _module(path: Path, module: str, package: str, strict: bool = False) -> Iterator[Document]:
    if (text := _text(path, strict)) is None:
        return
    for definition in definitions_in(text, module, package):
        yield from _document(definition, str(path))
        yield from _code(definition, str(path))


def _text(path: Path, strict: bool) -> str | None:
    """What a file says. One of many that cannot be read is passed over; one that was named (`strict`) is not."""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        if strict:
            raise SparkError(f"{path} cannot be read as text ({error}).") from error
        return None


def _document(definition: Definition, source: str = STANDARD_LIBRARY) -> Iterator[Document]:
    if re.search(r"[A-Za-z]{3}", definition.paragraph):
        yield Document(f"doc:{definition.name}", definition.name, definition.document, source)


def _code(definition: Definition, source: str) -> Iterator[Document]:
    """A function as it is written, if it is short enough to be read: what completions lean on."""
    if definition.kind in ("function", "method") and len(definition.source) <= _FUNCTION:
        yield Document(f"code:{definition.name}", definition.name, definition.source, source, kind="code")


def _prose(path: Path, strict: bool) -> Iterator[Document]:
    if (text := _text(path, strict)) is not None:
        yield from _passages(text, path.stem, path)


def _about(path: Path) -> Iterator[Document]:
    """What a module of one's own says of itself: prose under the name of its file, for "which file starts the app"."""
    with suppress(SyntaxError, ValueError):
        said = ast.get_docstring(ast.parse(_text(path, strict=False) or "")) or ""
        yield from _passages(said, "/".join(path.parts[-2:]), path)


def _passages(text: str, heading: str, path: Path) -> Iterator[Document]:
    """Paragraphs joined up to `_PASSAGE` characters, each passage under the heading it stands below."""
    passage, number = "", 0
    for paragraph in [*re.split(r"\n\s*\n", text), ""]:
        line = " ".join(paragraph.split())
        title = re.match(r"#+\s+(.*)", line)
        if passage and (title or not line or len(passage) + len(line) > _PASSAGE):
            number += 1
            yield Document(f"doc:{path}#{number}", heading, f"{heading}: {passage}", str(path))
            passage = ""
        if title:
            heading = title[1]
        elif line:
            passage = f"{passage} {line}".strip()


def _module_name(file: Path) -> str:
    """The dotted name as an import would write it: folders upwards for as long as they are packages."""
    parts = [] if file.stem == "__init__" else [file.stem]
    folder = file.parent
    while (folder / "__init__.py").exists():
        parts.insert(0, folder.name)
        folder = folder.parent
    return ".".join(parts)


def _unique(documents: Iterator[Document]) -> Iterator[Document]:
    """The first of each id: overloads and conditional definitions say the same thing twice."""
    seen: set[str] = set()
    for document in documents:
        if document.id not in seen:
            seen.add(document.id)
            yield document
