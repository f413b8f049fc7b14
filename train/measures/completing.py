"""Code that is written: does it parse, as written and after checking; does it loop; do examples in the context help?"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import torch

from engine.checking import blocks, code_fault
from engine.context import build_prompt
from engine.models.decoder import Decoder
from engine.models.loops import loop_start
from engine.models.sampling import Sampling
from engine.models.tokenizer import Tokenizer
from engine.models.transformer import Transformer
from engine.settings import GenerationSettings
from engine.speaking import Speaking
from engine.writing import Writer, Writing
from train.curriculum.example import Example

USUAL = GenerationSettings()


@dataclass(frozen=True)
class Completed:
    """Shares of `count` completions; `cost`: compute after checking over compute as written."""

    count: int
    parses: float
    parses_checked: float
    loops: float
    next_line: float
    cost: float


@dataclass(frozen=True)
class Leans:
    """A held-out completion, and functions that could be read before it."""

    example: Example
    of_others: list[str]
    """Like it, from other modules."""
    like: list[str]
    """Like it, from its own module too: a person's project, learned with `spark learn`."""
    unlike: list[str]


@dataclass(frozen=True)
class Leaned:
    """Bits per byte of `count` held-out functions: after their beginning alone, and after reading others first."""

    count: int
    alone: float
    of_others: float
    like: float
    unlike: float

    @property
    def saved(self) -> float:
        """By what share reading like functions, its own module's too, lowers the bits."""
        return 1 - self.like / self.alone

    @property
    def saved_by_others(self) -> float:
        """The same for functions of other modules only."""
        return 1 - self.of_others / self.alone


def completing(
    model: Transformer,
    tokenizer: Tokenizer,
    examples: Sequence[Example],
    progress: Callable[[str], None] = lambda _: None,
) -> Completed:
    """Greedy completions of held-out beginnings."""
    writer = Writer(Decoder(model), tokenizer, partial(build_prompt, tokenizer))
    parses = checked = loops = next_line = 0
    plain_flops = checked_flops = 0.0
    for number, example in enumerate(examples, start=1):
        progress(f"{number} of {len(examples)} completions")
        prompt = build_prompt(tokenizer, example.text, example.memories, [], model.config.context - 320)
        sampling = Sampling.of(USUAL, max_tokens=300, seed=0, greedy=True)
        writing = Writing(writer, prompt, sampling)
        plain = "".join(piece.text for piece in writing)
        loops += loop_start(writing.tokens) is not None
        parses += _parses(plain)
        next_line += _next_line(plain, example)
        said = Speaking(partial(Writing, writer), prompt, sampling, USUAL.tries)
        for _ in said:
            pass
        checked += _parses(said.text)
        plain_flops += writing.flops
        checked_flops += writing.flops + sum(again.flops for again in said.writings[1:])
    n = max(1, len(examples))
    return Completed(n, parses / n, checked / n, loops / n, next_line / n, checked_flops / max(plain_flops, 1.0))


def leaning(model: Transformer, tokenizer: Tokenizer, leans: Sequence[Leans]) -> Leaned:
    """What each context makes of the same answers."""
    contexts: tuple[Callable[[Leans], list[str]], ...] = (
        lambda one: [],
        lambda one: one.of_others,
        lambda one: one.like,
        lambda one: one.unlike,
    )
    size = max(1, sum(len(one.example.answer.encode()) for one in leans))
    bits = [sum(_bits(model, tokenizer, one.example, memories(one)) for one in leans) for memories in contexts]
    return Leaned(len(leans), *(total / size for total in bits))


@torch.inference_mode()
def _bits(model: Transformer, tokenizer: Tokenizer, example: Example, memories: list[str]) -> float:
    """−Σ log₂ p of the answer's tokens after the prompt."""
    answer = tokenizer.encode(example.answer)
    prompt = build_prompt(tokenizer, example.text, memories, [], model.config.context - len(answer)).ids
    states_TD = model.hidden(torch.tensor([[*prompt, *answer[:-1]]]))[0, len(prompt) - 1 :]
    logits_TV = model.logits(states_TD).float()
    nats = torch.nn.functional.cross_entropy(logits_TV, torch.tensor(answer), reduction="sum")
    return float(nats) / math.log(2)


def _parses(answer: str) -> bool:
    found = blocks(answer)
    return bool(found) and all(code_fault(code) is None for _, code in found)


def _next_line(answer: str, example: Example) -> bool:
    """Whether the first line of code that was not given is exactly right."""
    wanted = _code_lines(example.answer)
    given = {line.strip() for line in example.text.splitlines()}
    first = next((place for place, line in enumerate(wanted) if line.strip() and line.strip() not in given), None)
    got = _code_lines(answer)
    return first is not None and first < len(got) and got[first] == wanted[first]


def _code_lines(answer: str) -> list[str]:
    found = blocks(answer)
    return found[0][1].splitlines() if found else []
