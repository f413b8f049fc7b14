"""A trained set on disk: tokenizer, core, fast path and router, with a small index that says what they are."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from engine.assets import asset
from engine.errors import SparkError
from engine.models.config import ModelConfig
from engine.models.pretrained_tokenizer import PretrainedTokenizer
from engine.models.tokenizer import BytePairTokenizer, TextTokenizer, Tokenizer
from engine.settings import Home

if TYPE_CHECKING:
    from engine.models.transformer import Transformer

FORMAT = 1
CORE_TOKENIZER = "core_tokenizer.json"
SOURCE = "source.json"
"""Where an imported core came from, what its precision cost, and the hashes of the bundle's files."""
_IN_USE = "in_use"


@dataclass(frozen=True, slots=True)
class Bundle:
    """Files of one trained set; the models are read when they are asked for.

    A bundle may have a core alone, with its own tokenizer or without, and take everything else from the `base`.
    """

    folder: Path
    name: str
    tokenizer: Tokenizer
    base: Path

    @classmethod
    def load(cls, folder: Path) -> Bundle:
        """Open a bundle's index and tokenizer.

        Raises:
            SparkError: the folder is no bundle, is half-written, or is from a newer Spark.
        """
        try:
            index = json.loads((folder / "bundle.json").read_text(encoding="utf-8"))
            found, name = index["format"], index["name"]
            base = asset("bundle") if index.get("base") else folder
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise SparkError(f"The bundle {folder} cannot be read: its bundle.json is missing or damaged.") from error
        if found != FORMAT:
            raise SparkError(f"The bundle {folder} has format {found}, this Spark reads {FORMAT}; update Spark.")
        return cls(folder, str(name), BytePairTokenizer.load(base / "tokenizer.json"), base)

    @property
    def router(self) -> Path:
        return self.base / "router.safetensors"

    def core(self) -> Transformer:
        return self._model(self.folder / "core.safetensors", self.core_tokenizer() or self.tokenizer)

    def core_config(self) -> ModelConfig:
        """The core's shape, from the head of its file."""
        from engine.models.weights import load_config

        return load_config(self.folder / "core.safetensors")

    def fast(self) -> Transformer:
        return self._model(self.base / "fast.safetensors", self.tokenizer)

    def core_tokenizer(self) -> PretrainedTokenizer | None:
        """The tokenizer that a pretrained core brought along; None: it knows the bundle's."""
        file = self.folder / CORE_TOKENIZER
        return PretrainedTokenizer.load(file) if file.exists() else None

    def _model(self, file: Path, tokenizer: TextTokenizer) -> Transformer:
        """Raises SparkError when the weights are unreadable or were trained with another tokenizer."""
        from engine.models.weights import load_model

        try:
            model = load_model(file)
        except SparkError as error:
            ours = self.folder == asset("bundle")
            way = "install Spark again" if ours else "`spark models use default` goes back to the one that ships"
            raise SparkError(f"{str(error).rstrip('.')}; {way}.") from error
        known, needed = model.config.vocab_size, tokenizer.vocab_size
        if known < needed or (known > needed and tokenizer is self.tokenizer):  # others pad their vocabulary
            raise SparkError(
                f"{file.name} of bundle {self.name} knows {known} tokens, "
                f"its tokenizer {needed}: they do not belong together."
            )
        return model


def write_index(folder: Path, name: str, based: bool = False) -> None:
    """Make the folder a bundle: the last thing written, so that a half-made one is never opened.

    `based`: whatever it lacks comes from the bundle that ships.
    """
    index = {"format": FORMAT, "name": name, **({"base": "default"} if based else {})}
    (folder / "bundle.json").write_text(json.dumps(index) + "\n", encoding="utf-8")


def bundles(home: Home) -> dict[str, Path]:
    """Every bundle by name: the shipped "default" first, then those of the home."""
    found = {"default": asset("bundle")}
    if home.bundles.is_dir():
        whole = (folder for folder in sorted(home.bundles.iterdir()) if not folder.name.startswith("."))
        found |= {folder.name: folder for folder in whole if (folder / "bundle.json").exists()}
    return found


def name_in_use(home: Home) -> str:
    """The bundle that Spark wakes up with, by name."""
    try:
        return (home.bundles / _IN_USE).read_text(encoding="utf-8").strip() or "default"
    except FileNotFoundError:
        return "default"
    except (OSError, UnicodeDecodeError) as error:
        raise SparkError(f"{home.bundles / _IN_USE} cannot be read; remove it to use the default bundle.") from error


def chosen(home: Home) -> Path:
    """The folder of the bundle in use.

    Raises:
        SparkError: it is gone.
    """
    name, found = name_in_use(home), bundles(home)
    if name not in found:
        raise SparkError(f"The bundle {name!r} in use is gone; choose another with `spark models use default`.")
    return found[name]


def known(home: Home, name: str) -> Path:
    """The folder of the bundle called `name`.

    Raises:
        SparkError: there is none.
    """
    if name not in (found := bundles(home)):
        raise SparkError(f"There is no bundle {name!r}; these are at hand: {', '.join(found)}.")
    return found[name]


def put_in_use(home: Home, name: str) -> None:
    """Wake up with this bundle from now on, whatever it is; `engine.proving.use` tries it first.

    Raises:
        SparkError: the home cannot be written.
    """
    home.create()
    try:
        home.bundles.mkdir(exist_ok=True)
        (home.bundles / _IN_USE).write_text(name + "\n", encoding="utf-8")
    except OSError as error:
        raise SparkError(f"{home.bundles} cannot be written ({error.strerror or error}).") from error
