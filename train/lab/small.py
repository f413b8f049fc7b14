"""What the experiments share: a very small model on a very small text, trained in seconds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import cast

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.models.config import ModelConfig
from engine.models.tokenizer import ByteTokenizer
from engine.models.transformer import Block, Transformer
from train.corpus.prepare import toy_definitions
from train.optimizer import Optimizer, OptimizerOptions
from train.schedule import Schedule

TOKENIZER = ByteTokenizer()


@dataclass(frozen=True)
class Words:
    """A language of whole words."""

    names: tuple[str, ...]
    sentences: tuple[tuple[str, ...], ...]
    number: dict[str, int] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "number", {name: i for i, name in enumerate(self.names)})

    @classmethod
    def of(cls, *sentences: str) -> Words:
        split = tuple(tuple(sentence.split()) for sentence in sentences)
        return cls(tuple(dict.fromkeys(word for sentence in split for word in sentence)), split)

    def rows(self) -> Tensor:
        """The sentences as tokens: int64 [sentences, words]."""
        return torch.tensor([[self.number[word] for word in sentence] for sentence in self.sentences])


def small_config(vocab_size: int, **changes: int) -> ModelConfig:
    """Two layers of four heads, unless told otherwise."""
    base = ModelConfig(vocab_size, layers=2, width=64, heads=4, kv_heads=4, mlp_width=256, context=64, head_width=0)
    return replace(base, **({"head_width": 0} | changes))  # type: ignore[arg-type]


def toy_bytes() -> Tensor:
    """The toy functions, as one long row of bytes: int64 [N]. No download, no tokenizer to train."""
    return torch.tensor(TOKENIZER.encode("\n".join(definition.source for definition in toy_definitions())))


def rows_of(stream: Tensor, step: int, count: int, length: int) -> Tensor:
    """`count` rows of `length + 1` bytes: a pure function of the step, so that two runs read the same."""
    generator = torch.Generator().manual_seed(step)
    starts = torch.randint(len(stream) - length - 1, (count,), generator=generator)
    return torch.stack([stream[start : start + length + 1] for start in starts.tolist()])


def blocks(model: Transformer) -> list[Block]:
    """The blocks, as what they are (a module list has no types)."""
    return [cast(Block, block) for block in model.blocks]


def backward(loss: Tensor) -> None:
    """Gradients of everything that the loss was computed from (torch's own `backward` has no types)."""
    loss.backward()  # type: ignore[no-untyped-call]


def loss_of(model: Transformer, rows_BT: Tensor) -> Tensor:
    """Mean nats of every token but the first."""
    return F.cross_entropy(model(rows_BT[:, :-1]).float().flatten(0, 1), rows_BT[:, 1:].flatten())


def train_small(
    model: Transformer,
    batch: Callable[[int], Tensor],
    steps: int,
    *,
    options: OptimizerOptions | None = None,
    loss: Callable[[Transformer, Tensor], Tensor] = loss_of,
    every: Callable[[int, float], None] | None = None,
) -> list[float]:
    """The loss of each step: the whole training loop, on one page."""
    optimizer = Optimizer(model, options or OptimizerOptions())
    schedule = Schedule(warmup=10)
    losses = []
    for step in range(steps):
        value = loss(model, batch(step))
        backward(value)
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step(schedule.scale(step, step / steps))
        optimizer.zero_grad()
        losses.append(float(value.detach()))
        if every is not None:
            every(step, losses[-1])
    return losses


def last(losses: Sequence[float], count: int = 10) -> float:
    """The mean of the last few: one batch is noise."""
    tail = losses[-count:]
    return sum(tail) / len(tail)
