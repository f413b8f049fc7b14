"""Text to token ids and back: byte-level BPE, and a plain byte tokenizer for tests.

Special tokens live above the vocabulary of the text tokenizer, which does not know them: whatever a person pastes,
`encode` cannot produce one.
"""

from __future__ import annotations

import codecs
from abc import ABC, abstractmethod
from collections.abc import Iterable
from pathlib import Path
from typing import Protocol

from engine.errors import SparkError

SPECIAL_NAMES = ("bos", "user", "spark", "memory", "end", "pad")
_MARKS = ("‹start›", "‹you›", "‹spark›", "‹memory›", "‹end›", "‹pad›")


class TextTokenizer(Protocol):
    """What reading and writing text needs, of our tokenizers and of those that come with pretrained cores."""

    @property
    def vocab_size(self) -> int: ...

    def encode(self, text: str) -> list[int]:
        """Never a special token, whatever the text says."""
        ...

    def token_bytes(self, token: int) -> bytes:
        """The bytes that a token stands for; none for a special token."""
        ...

    def decode(self, ids: Iterable[int]) -> str: ...

    def special(self, token: int) -> bool:
        """Whether the token is a mark and no text: an answer ends there."""
        ...

    def mark(self, token: int) -> str:
        """How a special token is called, for people."""
        ...


class Tokenizer(TextTokenizer, Protocol):
    """Ids 0..text_size-1 stand for bytes or pieces of text; the six after them are special.

    `bos` opens a context; `user`, `spark` and `memory` open what each of them says; `end` closes an answer;
    `pad` fills rows in training.
    """

    text_size: int
    bos: int
    user: int
    spark: int
    memory: int
    end: int
    pad: int


class _SpecialTokens(ABC):
    """What the two tokenizers share: the special ids, and decoding by bytes."""

    def __init__(self, text_size: int) -> None:
        self.text_size = text_size
        self.bos, self.user, self.spark, self.memory, self.end, self.pad = range(
            text_size, text_size + len(SPECIAL_NAMES)
        )

    @property
    def vocab_size(self) -> int:
        return self.text_size + len(SPECIAL_NAMES)

    def special(self, token: int) -> bool:
        return token >= self.text_size

    def mark(self, token: int) -> str:
        return _MARKS[token - self.text_size]

    @abstractmethod
    def token_bytes(self, token: int) -> bytes: ...

    def decode(self, ids: Iterable[int]) -> str:
        """Text of the ids; special tokens vanish, broken UTF-8 becomes U+FFFD."""
        return b"".join(self.token_bytes(token) for token in ids).decode("utf-8", errors="replace")


class ByteTokenizer(_SpecialTokens):
    """Every byte is a token: nothing to train, so tests run in milliseconds."""

    def __init__(self) -> None:
        super().__init__(256)

    def encode(self, text: str) -> list[int]:
        return list(_utf8(text))

    def token_bytes(self, token: int) -> bytes:
        return bytes([token]) if token < self.text_size else b""


class BytePairTokenizer(_SpecialTokens):
    """Byte-level BPE (Sennrich et al. 2016; byte level after GPT-2), trained and run by `tokenizers`."""

    # Runs of letters with one leading space, runs of up to three digits, punctuation runs, indentation in one piece.
    _SPLIT = r" ?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+|\n[ \t]*|\s+"

    def __init__(self, serialized: str) -> None:
        from tokenizers import Tokenizer as Backend

        try:
            self._backend = Backend.from_str(serialized)
        except Exception as error:  # the library raises plain Exception
            raise SparkError(f"The tokenizer cannot be read: {error}.") from error
        super().__init__(self._backend.get_vocab_size())
        characters = byte_characters()
        table = {character: byte for byte, character in enumerate(characters)}
        vocabulary = {index: piece for piece, index in self._backend.get_vocab().items()}
        self._bytes = [bytes(table[character] for character in vocabulary[i]) for i in range(self.text_size)]

    @classmethod
    def train(cls, texts: Iterable[str], vocab_size: int) -> BytePairTokenizer:
        """Learn merges from `texts` until text tokens and specials together are `vocab_size`."""
        from tokenizers import Regex, Tokenizer, models, pre_tokenizers, trainers

        backend = Tokenizer(models.BPE())
        backend.pre_tokenizer = pre_tokenizers.Sequence(
            [
                pre_tokenizers.Split(Regex(cls._SPLIT), "isolated"),
                pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
            ]
        )
        trainer = trainers.BpeTrainer(
            vocab_size=vocab_size - len(SPECIAL_NAMES),
            initial_alphabet=byte_characters(),
            show_progress=False,
        )
        backend.train_from_iterator(texts, trainer)
        return cls(backend.to_str())

    @classmethod
    def load(cls, path: Path) -> BytePairTokenizer:
        """Raises SparkError when the file is missing or is no tokenizer."""
        try:
            return cls(path.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError) as error:
            raise SparkError(f"The tokenizer {path} cannot be read ({error}).") from error

    def save(self, path: Path) -> None:
        path.write_text(self._backend.to_str(), encoding="utf-8")

    def encode(self, text: str) -> list[int]:
        ids: list[int] = self._backend.encode(_utf8(text).decode(), add_special_tokens=False).ids
        return ids

    def token_bytes(self, token: int) -> bytes:
        return self._bytes[token] if token < self.text_size else b""


class StreamDecoder:
    """Turns tokens into text as they come, holding bytes back until they are whole characters."""

    def __init__(self, tokenizer: TextTokenizer) -> None:
        self._tokenizer = tokenizer
        self._decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")

    def push(self, token: int) -> str:
        return self._decoder.decode(self._tokenizer.token_bytes(token))

    def flush(self) -> str:
        return self._decoder.decode(b"", final=True)


def _utf8(text: str) -> bytes:
    """UTF-8, with lone surrogates (undecodable bytes of a terminal) replaced instead of raising."""
    return text.encode("utf-8", errors="replace")


def byte_characters() -> list[str]:
    """GPT-2's printable stand-in for each byte, in byte order."""
    printable = [*range(ord("!"), ord("~") + 1), *range(0xA1, 0xAC + 1), *range(0xAE, 0xFF + 1)]
    others = iter(range(256, 512))
    return [chr(byte) if byte in printable else chr(next(others)) for byte in range(256)]
