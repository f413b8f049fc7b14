"""What the model writes during training, and whether it is Python."""

from __future__ import annotations

import ast
from dataclasses import dataclass

import torch

from engine.context import prompt_ids
from engine.models.generate import generate
from engine.models.sampling import Sampling
from engine.models.tokenizer import Tokenizer
from engine.models.transformer import Transformer


@dataclass(frozen=True, slots=True)
class Prompt:
    """Text to continue, or, with `question`, a message to answer as in the chat (memories first)."""

    text: str
    question: bool = False
    memories: tuple[str, ...] = ()


DEFAULT_PROMPTS = (
    Prompt("def add(a, b):"),
    Prompt("def is_even("),
    Prompt("def reverse("),
)


def parse_prompt(text: str) -> Prompt:
    """The prompt of a command line: "?TEXT" asks TEXT as in the chat, and \\n stands for a line break."""
    text = text.replace("\\n", "\n")
    return Prompt(text[1:], question=True) if text.startswith("?") else Prompt(text)


def write(
    model: Transformer,
    tokenizer: Tokenizer,
    prompt: Prompt,
    max_tokens: int = 64,
    temperature: float = 0.3,
    seed: int = 0,
) -> str:
    """What the model writes after the prompt; it keeps its training mode and dtype."""
    budget = max(1, model.config.context - max_tokens)
    if prompt.question:
        ids = prompt_ids(tokenizer, prompt.text, prompt.memories, (), budget)
    else:
        ids = [tokenizer.bos, *tokenizer.encode(prompt.text)][-budget:]
    options = Sampling(temperature=temperature, max_tokens=max_tokens, seed=seed)
    with torch.no_grad():
        return tokenizer.decode(generate(model, tokenizer, ids, options))


def parse_status(source: str) -> tuple[bool, str]:
    """(is it Python so far, what is wrong first). Text that was cut by the token limit loses its last, unfinished line.

    A block opened on the last line is given a body, so that "def f():" counts as valid so far.
    """
    lines = source.splitlines()
    whole = source
    if len(lines) > 1 and not source.endswith("\n"):
        whole = "\n".join(lines[:-1]) + "\n"
    first_fault = ""
    for candidate in (source, whole, whole + _body(whole)):
        try:
            ast.parse(candidate)
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            if not first_fault:
                line = getattr(error, "lineno", None)
                message = getattr(error, "msg", None) or "not Python"
                first_fault = f"{message} (line {line})" if line else message
            continue
        return True, ""
    return False, first_fault


def _body(source: str) -> str:
    """`pass`, one level deeper than the last line that has text."""
    filled = [line for line in source.splitlines() if line.strip()]
    last = filled[-1] if filled else ""
    return " " * (len(last) - len(last.lstrip()) + 4) + "pass\n"
