"""A trained set on disk: tokenizer, core, fast path and router, with a small index that says what they are."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from engine.assets import asset
from engine.errors import SparkError
from engine.models.tokenizer import BytePairTokenizer, Tokenizer
from engine.models.transformer import Transformer
from engine.models.weights import load_model
from engine.settings import Home

FORMAT = 1


@dataclass(frozen=True, slots=True)
class Bundle:
    """Files of one trained set; the models are read when they are asked for."""

    folder: Path
    name: str
    tokenizer: Tokenizer

    @classmethod
    def load(cls, folder: Path) -> Bundle:
        """Open a bundle's index and tokenizer.

        Raises:
            SparkError: the folder is no bundle, is half-written, or is from a newer Spark.
        """
        try:
            index = json.loads((folder / "bundle.json").read_text(encoding="utf-8"))
            found, name = index["format"], index["name"]
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise SparkError(f"The bundle {folder} cannot be read: its bundle.json is missing or damaged.") from error
        if found != FORMAT:
            raise SparkError(f"The bundle {folder} has format {found}, this Spark reads {FORMAT}; update Spark.")
        return cls(folder, str(name), BytePairTokenizer.load(folder / "tokenizer.json"))

    @property
    def router(self) -> Path:
        return self.folder / "router.safetensors"

    def core(self) -> Transformer:
        return self._model("core")

    def fast(self) -> Transformer:
        return self._model("fast")

    def _model(self, part: str) -> Transformer:
        """Raises SparkError when the weights are unreadable or were trained with another tokenizer."""
        model = load_model(self.folder / f"{part}.safetensors")
        if model.config.vocab_size != self.tokenizer.vocab_size:
            raise SparkError(
                f"The {part} of bundle {self.name} knows {model.config.vocab_size} tokens, "
                f"its tokenizer {self.tokenizer.vocab_size}: they do not belong together."
            )
        return model


def write_index(folder: Path, name: str) -> None:
    """Make the folder a bundle: the last thing written, so that a half-made one is never opened."""
    (folder / "bundle.json").write_text(json.dumps({"format": FORMAT, "name": name}) + "\n", encoding="utf-8")


def bundles(home: Home) -> dict[str, Path]:
    """Every bundle by name: the shipped "default" first, then those of the home."""
    found = {"default": asset("bundle")}
    if home.bundles.is_dir():
        found |= {folder.name: folder for folder in sorted(home.bundles.iterdir()) if (folder / "bundle.json").exists()}
    return found
