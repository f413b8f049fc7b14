"""The text that Spark learns from: where it comes from, how it is cleaned, and how it is split."""

from train.corpus.prepare import prepare
from train.corpus.tokenizer_texts import tokenizer_texts

__all__ = ["prepare", "tokenizer_texts"]
