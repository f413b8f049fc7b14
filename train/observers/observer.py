"""What an observer is: a name, a question, and figures from one look at the model."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import ClassVar

from train.observers.view import View


@dataclass(frozen=True, slots=True)
class Finding:
    """Figures by name; pictures (`train/thumbnail.py`) and lists of words where figures do not tell it."""

    figures: dict[str, float] = field(default_factory=dict)
    maps: dict[str, str] = field(default_factory=dict)
    words: dict[str, list[str]] = field(default_factory=dict)


class Observer(ABC):
    """Looks at a model on the fixed probe text, without changing it or its random state. One idea a file."""

    name: ClassVar[str]
    question: ClassVar[str]
    every: ClassVar[int] = 1
    """Looks once in so many observations: more than 1 where a look costs much."""

    @abstractmethod
    def observe(self, view: View) -> Finding:
        """Figures of the model as it is now."""


def by_head(values_LH: list[list[float]]) -> dict[str, float]:
    """{"1.1": …, "1.2": …}: layers and heads counted from one, as people do."""
    return {
        f"{layer}.{head}": value
        for layer, row in enumerate(values_LH, start=1)
        for head, value in enumerate(row, start=1)
    }
