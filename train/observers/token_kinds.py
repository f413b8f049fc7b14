"""Loss per kind of Python token: what is easy, what is hard, and what does it learn first?"""

from __future__ import annotations

import io
import keyword
import tokenize

import torch

from train.observers.observer import Finding, Observer
from train.observers.view import View

KINDS = ("keyword", "name first seen", "name repeated", "operator", "indent", "number", "string", "docstring")


class TokenKinds(Observer):
    """Mean loss in nats of the probe's tokens, by what Python calls their first character that is no blank.

    "KIND right" is the share that the model's first choice gets right.
    """

    name = "token kinds"
    question = "Which kinds of Python token are easy, and which hard?"

    def observe(self, view: View) -> Finding:
        kinds = kinds_of(view.probe.pieces)[1:]
        right = view.probe_logits[:-1].argmax(1) == view.probe.tokens[1:]
        figures: dict[str, float] = {}
        for kind in KINDS:
            chosen = torch.tensor([found == kind for found in kinds], dtype=torch.bool)
            if bool(chosen.any()):
                figures[kind] = float(view.probe_losses[chosen].mean())
                figures[f"{kind} right"] = float(right[chosen].float().mean())
        return Finding(figures)


def kinds_of(pieces: tuple[str, ...]) -> list[str]:
    """The kind of each piece of a Python text that is cut anywhere; "" for what has none (a cut-off end).

    A piece of white space that holds a line break is "indent": it decides how deep the next line stands.
    """
    text = "".join(pieces)
    by_character = _character_kinds(text)
    kinds, at = [], 0
    for piece in pieces:
        blank = len(piece) - len(piece.lstrip())
        if piece and blank == len(piece):
            kinds.append("indent" if "\n" in piece and at + blank <= len(by_character) else "")
        else:
            kinds.append(by_character[at + blank] if piece else "")
        at += len(piece)
    return kinds


def _character_kinds(text: str) -> list[str]:
    """What Python's own tokenizer calls each character; "" where it gives up."""
    kinds = [""] * len(text)
    starts = [0]
    for line in text.split("\n"):
        starts.append(starts[-1] + len(line) + 1)
    seen: set[str] = set()
    previous = tokenize.NEWLINE
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            kind = ""
            if token.type == tokenize.NAME and keyword.iskeyword(token.string):
                kind = "keyword"
            elif token.type == tokenize.NAME:
                kind = "name repeated" if token.string in seen else "name first seen"
                seen.add(token.string)
            elif token.type == tokenize.OP:
                kind = "operator"
            elif token.type == tokenize.NUMBER:
                kind = "number"
            elif token.type == tokenize.STRING:
                statement = previous in (tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT)
                kind = "docstring" if statement and token.string.startswith(('"""', "'''")) else "string"
            if kind:
                begin = starts[token.start[0] - 1] + token.start[1]
                end = starts[token.end[0] - 1] + token.end[1]
                kinds[begin:end] = [kind] * (end - begin)
            if token.type not in (tokenize.NL, tokenize.COMMENT):
                previous = token.type
    except (tokenize.TokenError, IndentationError):  # the text is cut off somewhere
        pass
    return kinds
