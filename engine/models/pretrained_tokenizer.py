"""The tokenizer that a pretrained core brought along: its tokenizer.json, byte-level BPE."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from engine.errors import SparkError
from engine.models.tokenizer import byte_characters


class PretrainedTokenizer:
    """A `TextTokenizer`; beside it `encode_markup`, for templates that we trust to mean their special tokens."""

    def __init__(self, serialized: str) -> None:
        """Raises SparkError when the text is no tokenizer, or not byte-level."""
        from tokenizers import Tokenizer as Backend

        try:
            self._backend = Backend.from_str(serialized)
            described = json.loads(serialized)
            added = described.get("added_tokens") or []
        except Exception as error:  # the library raises plain Exception
            raise SparkError(f"The tokenizer.json cannot be read: {error}.") from error
        if "ByteLevel" not in json.dumps(described.get("decoder")):
            raise SparkError("The tokenizer.json does not work on bytes, which is not supported.")
        self._backend.no_padding()
        self._backend.no_truncation()
        self._special = {int(token["id"]) for token in added if token.get("special")}
        self._literal = {int(token["id"]): str(token["content"]) for token in added}
        self._table = {character: byte for byte, character in enumerate(byte_characters())}

    @classmethod
    def load(cls, path: Path) -> PretrainedTokenizer:
        """Raises SparkError when the file is missing or is no tokenizer."""
        try:
            return cls(path.read_text(encoding="utf-8"))
        except FileNotFoundError as error:
            raise SparkError(f"{path.parent} has no {path.name}; fetch it into the folder.") from error
        except (OSError, UnicodeDecodeError) as error:
            raise SparkError(f"The tokenizer {path} cannot be read ({error}).") from error

    @property
    def vocab_size(self) -> int:
        """Ids are below this; some below it may be unused."""
        return max(int(self._backend.get_vocab_size(with_added_tokens=True)), max(self._literal, default=-1) + 1)

    def encode(self, text: str) -> list[int]:
        """What looks like a special token in the text is spelled out, so that nobody can type one."""
        return self._encode(text, spell_out=True)

    def encode_markup(self, text: str) -> list[int]:
        """Special tokens as such."""
        return self._encode(text, spell_out=False)

    def _encode(self, text: str, spell_out: bool) -> list[int]:
        self._backend.encode_special_tokens = spell_out
        clean = text.encode("utf-8", errors="replace").decode()
        ids: list[int] = self._backend.encode(clean, add_special_tokens=False).ids
        return ids

    def token_bytes(self, token: int) -> bytes:
        if self.special(token):
            return b""
        if token in self._literal:
            return self._literal[token].encode()
        return bytes(self._table.get(character, 0x3F) for character in self._backend.id_to_token(token) or "")

    def decode(self, ids: Iterable[int]) -> str:
        return b"".join(self.token_bytes(token) for token in ids).decode("utf-8", errors="replace")

    def special(self, token: int) -> bool:
        """Marks, and ids beyond the vocabulary (others pad theirs)."""
        return token in self._special or self._backend.id_to_token(token) is None

    def mark(self, token: int) -> str:
        return f"‹{self._literal.get(token, token)}›"
