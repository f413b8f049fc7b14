"""The fast path's judgement of a query: which of the four things it asks for, if any, and how sure that is.

A small head reads the fast model's state where the answer would begin, the sentence embedding that memory needs anyway,
and the words themselves. Its probabilities are calibrated by one temperature (see `calibration.py`).
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from engine.context import prompt_ids
from engine.errors import SparkError
from engine.models.config import forward_flops
from engine.models.threads import sharing
from engine.models.tokenizer import Tokenizer
from engine.models.transformer import Transformer
from engine.models.weights import load_tensors, save_tensors
from engine.routing.categories import Category
from engine.routing.lexical import WIDTH, lexical

CLASSES = (*(category.value for category in Category), "outside")
"""What the head tells apart; "outside" is everything that is none of Spark's business."""
FEATURES = ("last", "mean", "embedding", "words")
"""The fast model's state at the `<spark>` position, its mean over the prompt, the sentence embedding, and the words."""
TOKENS = 256
"""Most tokens of a query that are read to judge it: its beginning and its end."""
_CHARACTERS = 16_384


@dataclass(frozen=True, slots=True)
class HeadConfig:
    """`hidden` 0 is a linear head; `fast_width` and `embedding_width` are in features."""

    features: tuple[str, ...]
    fast_width: int
    embedding_width: int
    hidden: int = 0

    def __post_init__(self) -> None:
        if not self.features or not set(self.features) <= set(FEATURES):
            raise SparkError(f"The router reads {', '.join(FEATURES)}, not {self.features}.")

    @property
    def inputs(self) -> int:
        """Features that the head reads."""
        return sum(map(self.width, self.features))

    def width(self, name: str) -> int:
        """Numbers of one feature."""
        return {"embedding": self.embedding_width, "words": WIDTH}.get(name, self.fast_width)

    @property
    def reads_state(self) -> bool:
        return "last" in self.features or "mean" in self.features


class RouterHead(nn.Module):
    """Standardised features → logits [N, 5] over `CLASSES`; linear, or with one small hidden layer."""

    def __init__(self, config: HeadConfig, temperature: float = 1.0) -> None:
        super().__init__()
        self.config = config
        self.temperature = temperature
        self.mean: Tensor
        self.scale: Tensor
        self.register_buffer("mean", torch.zeros(config.inputs))
        self.register_buffer("scale", torch.ones(config.inputs))
        if config.hidden:
            self.layers = nn.Sequential(
                nn.Linear(config.inputs, config.hidden), nn.GELU(), nn.Linear(config.hidden, len(CLASSES))
            )
        else:
            self.layers = nn.Sequential(nn.Linear(config.inputs, len(CLASSES)))

    def forward(self, features_NF: Tensor) -> Tensor:
        logits: Tensor = self.layers((features_NF - self.mean) / self.scale)
        return logits

    def probabilities(self, features_NF: Tensor) -> Tensor:
        """Calibrated: [N, 5]."""
        return torch.softmax(self(features_NF) / self.temperature, dim=-1)

    def flops(self) -> float:
        c = self.config
        widths = (c.inputs, c.hidden, len(CLASSES)) if c.hidden else (c.inputs, len(CLASSES))
        return float(sum(2 * a * b for a, b in pairwise(widths)) + 2 * c.inputs)


def save_head(path: Path, head: RouterHead, **metadata: str) -> None:
    """Write the head whole or not at all; `metadata` may add where it came from and what it measured."""
    described = {"router": json.dumps({**asdict(head.config), "temperature": head.temperature}), **metadata}
    save_tensors(path, head.state_dict(), described)


def load_head(path: Path) -> RouterHead:
    """A head from `save_head`, ready to judge.

    Raises:
        SparkError: the file is unreadable, or is not a router's.
    """
    tensors, metadata = load_tensors(path)
    try:
        described = json.loads(metadata["router"])
        temperature = float(described.pop("temperature"))
        head = RouterHead(HeadConfig(**{**described, "features": tuple(described["features"])}), temperature)
        head.load_state_dict(tensors)
    except (KeyError, TypeError, ValueError, RuntimeError) as error:
        raise SparkError(f"{path} is not a router that this Spark can read ({error}).") from error
    if not (math.isfinite(temperature) and temperature > 0):
        raise SparkError(f"{path} has a temperature of {temperature}; a router's is above zero.")
    return head.eval()


@dataclass(frozen=True, slots=True)
class Judgement:
    """`probabilities` are calibrated; what they lack to one is `outside`. `confidence` is the largest of them."""

    category: Category
    confidence: float
    probabilities: dict[Category, float]
    outside: float
    flops: float


class Assessor:
    """Judges one query at a time."""

    def __init__(self, model: Transformer, tokenizer: Tokenizer, head: RouterHead) -> None:
        """
        Raises:
            SparkError: the head was trained on a fast path of another width.
        """
        if head.config.reads_state and head.config.fast_width != model.config.width:
            raise SparkError(
                f"The router expects a fast path of width {head.config.fast_width}, this one has "
                f"{model.config.width}; train the router again."
            )
        self._model = model
        self._tokenizer = tokenizer
        self._head = head

    def assess(self, text: str, embedding: NDArray[np.float32]) -> Judgement:
        """`embedding`: the sentence embedding of `text`, float32 [384]."""
        parts: dict[str, Tensor] = {"embedding": torch.from_numpy(np.asarray(embedding, dtype=np.float32))[None]}
        flops = self._head.flops()
        with torch.inference_mode(), sharing(1):  # too little to share: see engine/models/threads.py
            if self._head.config.reads_state:
                ids = query_ids(self._tokenizer, text, self._model.config.context)
                parts |= read_state(self._model, ids)
                flops += forward_flops(self._model.config, len(ids), logits=0)
            if "words" in self._head.config.features:
                parts["words"] = torch.tensor([lexical(text)])
            row: list[float] = self._head.probabilities(join(parts, self._head.config.features))[0].tolist()
        probabilities = dict(zip(Category, row, strict=False))
        category = max(probabilities, key=probabilities.__getitem__)
        return Judgement(category, probabilities[category], probabilities, row[-1], flops)


def query_ids(tokenizer: Tokenizer, text: str, context: int) -> list[int]:
    """The prompt that a query is judged by: `<bos><user>TEXT<spark>`, its middle left out when it is long."""
    if len(text) > _CHARACTERS:  # no need to tokenize a megabyte of which so little is read
        text = text[: _CHARACTERS // 3] + text[-2 * _CHARACTERS // 3 :]
    return prompt_ids(tokenizer, text, budget=min(TOKENS, context))


def read_state(model: Transformer, ids: Sequence[int]) -> dict[str, Tensor]:
    """The fast model's view of a prompt: "last" and "mean", each float32 [1, D]."""
    states_TD = model.hidden(torch.tensor([list(ids)]))[0].float()
    return {"last": states_TD[-1:], "mean": states_TD.mean(dim=0, keepdim=True)}


def join(parts: Mapping[str, Tensor], features: Sequence[str]) -> Tensor:
    """The named parts [N, *] side by side, in the order the head was trained with: [N, F]."""
    return torch.cat([parts[name] for name in features], dim=1)
