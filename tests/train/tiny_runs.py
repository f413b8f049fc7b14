"""What the tests of training share: a model of a few thousand weights and a text that it can learn in seconds."""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypeVar

from engine.models.config import ModelConfig
from engine.models.tokenizer import ByteTokenizer
from engine.models.transformer import Transformer
from train.data import Mixture, PackedRows, pack
from train.events import TrainEvent
from train.options import TrainOptions
from train.schedule import Budget

CONTEXT = 32
TOKENIZER = ByteTokenizer()
CONFIG = ModelConfig(TOKENIZER.vocab_size, layers=2, width=32, heads=2, kv_heads=1, mlp_width=64, context=CONTEXT)
TEXT = "def add(a, b):\n    return a + b\n\n\ndef sub(a, b):\n    return a - b\n\n\n" * 40

Kind = TypeVar("Kind", bound=TrainEvent)


def tiny_model(seed: int = 0) -> Transformer:
    return Transformer(CONFIG).initialize(seed)


def tiny_rows(name: str = "text", text: str = TEXT) -> PackedRows:
    return pack(name, [TOKENIZER.encode(text)], CONTEXT)


def tiny_mixture(seed: int = 0) -> Mixture:
    return Mixture([(tiny_rows(), 1.0)], seed)


def tiny_options(steps: int = 10, **changes: Any) -> TrainOptions:
    chosen: dict[str, Any] = {"batch_tokens": 4 * CONTEXT, "compile": False, "precision": "fp32"}
    return TrainOptions(Budget(steps=steps), **(chosen | changes))


def of_kind(events: list[TrainEvent], kind: type[Kind]) -> list[Kind]:
    return [event for event in events if isinstance(event, kind)]


def checkpoints(run: Path) -> list[str]:
    return sorted(path.name for path in (run / "checkpoints").glob("*"))
