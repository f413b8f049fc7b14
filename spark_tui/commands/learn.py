"""`spark learn`: documents into memory, so that the core can look things up instead of knowing them."""

from __future__ import annotations

import os
import time
from typing import Annotated

import typer

from engine.settings import Home
from spark_tui.commands.memory.opened import opened_memory
from spark_tui.commands.shared import HomeOption, JsonOption, text_argument
from spark_tui.edge import UsageError
from spark_tui.first_reading import note_read
from spark_tui.plain import Progress, emit, note, say


def learn(
    what: Annotated[
        list[str], typer.Argument(metavar="PATH", help="Files, folders, package names, stdlib or handbook.")
    ],
    quietly: Annotated[bool, typer.Option(hidden=True, help="At low priority, for the chat's first reading.")] = False,
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Read files, folders or Python packages into memory.

    Of Python, each function and class becomes one line: its signature and the first paragraph of its docstring; short
    functions are kept whole too, for completions to lean on. Of files and folders, what a module says of itself is read
    as well. stdlib is the standard library (without its code),
    handbook the notes that come with Spark. Packages are read as source, never run. What has changed since last time
    replaces what was known; an interrupted run goes on where it was.

    \b
    Example:
      spark learn stdlib
      spark learn ./src README.md numpy
    """
    if not all(target.strip() for target in what):
        raise UsageError("There is nothing to learn from: a path is empty.")
    from train.corpus.documents import documents_of

    if quietly and hasattr(os, "nice"):
        os.nice(10)
    began = time.perf_counter()
    progress = Progress()
    place = Home.find(home)
    documents = [document for target in map(text_argument, what) for document in documents_of(target)]
    note(f"{len(documents)} documents found.")
    try:
        with opened_memory(place) as memory:
            learned, known = memory.add_documents(documents, progress.counter("left to index"))
    finally:
        progress.clear()
    for target in what:
        note_read(place, target)
    seconds = time.perf_counter() - began
    if as_json:
        emit({"learned": learned, "known": known, "seconds": seconds})
    else:
        say(f"{learned} learned, {known} known already, in {seconds:.1f} s")
