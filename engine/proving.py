"""Whether a bundle is what it was when it was made, and wakes: asked before it is put to use, not when it is needed."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from engine.bundle import SOURCE, Bundle, known, put_in_use
from engine.errors import SparkError
from engine.settings import Home
from engine.writing import Writer, core_writer, fast_writer

HASHES = "sha256"


def sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def hashes(folder: Path) -> dict[str, str]:
    """What each file of a bundle is now, as its source file keeps it."""
    return {file.name: sha256(file) for file in sorted(folder.iterdir()) if file.name != SOURCE}


def use(home: Home, name: str) -> None:
    """Wake up with this bundle from now on. It is tried first; to the one that ships there is always a way back.

    Raises:
        SparkError: there is no such bundle, it is damaged, or the home cannot be written.
    """
    folder = known(home, name)
    if name != "default":
        prove(folder)
    put_in_use(home, name)


def prove(folder: Path) -> None:
    """Compare the files with the hashes kept when they were imported, then wake the models and let each read a little.

    Raises:
        SparkError: a file is missing or has changed, or what it holds is no working model.
    """
    for name, expected in _kept(folder).items():
        if not (folder / name).is_file():
            raise SparkError(f"The bundle {folder.name} has lost its {name}; remove {folder} and import it again.")
        if sha256(folder / name) != expected:
            raise SparkError(
                f"{name} of the bundle {folder.name} is not what was imported; remove {folder} and import it again."
            )
    _wake(Bundle.load(folder))


def _wake(bundle: Bundle) -> None:
    fast = fast_writer(bundle.fast(), bundle.tokenizer)
    core = core_writer(bundle.core(), bundle.core_tokenizer() or bundle.tokenizer, bundle.folder, fast)

    def read(writer: Writer) -> bool:
        prompt = writer.prompt("hello", (), (), 1)
        return bool(writer.model.read(prompt.ids, writer.cache).isfinite().all())

    if not (read(fast) and read(core)):
        raise SparkError(f"The weights of the bundle {bundle.name} are damaged: what they compute is not a number.")


def _kept(folder: Path) -> dict[str, str]:
    """The hashes in the bundle's source file; none for bundles put together here, or imported long ago."""
    try:
        told: Any = json.loads((folder / SOURCE).read_text(encoding="utf-8"))
        return {str(name): str(value) for name, value in told.get(HASHES, {}).items()}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, AttributeError) as error:
        raise SparkError(f"{folder / SOURCE} cannot be read; remove {folder} and import it again.") from error
