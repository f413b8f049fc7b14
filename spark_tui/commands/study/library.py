"""What a fresh mind has read before a study asks it anything: what everybody's Spark reads at first."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from engine.settings import Home
from spark_tui.commands.memory.opened import opened_memory
from spark_tui.first_reading import TARGETS
from spark_tui.plain import Progress


@contextmanager
def library() -> Iterator[Home]:
    """A home with the documents of the first reading and nothing else, for as long as it is needed: some 10 s of work.

    Raises:
        SparkError: there is no room for it.
    """
    from train.corpus.documents import documents_of

    progress = Progress()
    with tempfile.TemporaryDirectory(prefix="spark-library-") as folder:
        home = Home(Path(folder))
        try:
            progress.show("reading what every Spark reads first")
            with opened_memory(home) as memory:
                documents = [document for target in TARGETS for document in documents_of(target)]
                memory.add_documents(documents, progress.counter("documents left to read"))
        finally:
            progress.clear()
        yield home
