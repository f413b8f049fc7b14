"""The reflex: one look at a query by the fast path and the sentence embedding, and the path that follows."""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from engine.bundle import Bundle
from engine.errors import SparkError
from engine.events import Assessed
from engine.memory.embedder import Embedder
from engine.models.tokenizer import Tokenizer
from engine.models.transformer import Transformer
from engine.models.weights import load_tensors
from engine.routing.assessment import Assessor, load_head
from engine.routing.policy import Choice, choose
from engine.routing.threshold import automatic
from engine.settings import RoutingSettings

if TYPE_CHECKING:
    from engine.record.turns import Turns


@dataclass(frozen=True, slots=True)
class Assessment:
    """What a turn needs from assessing: the event, the choice behind it, the embedding (reused by memory), cost."""

    event: Assessed
    choice: Choice
    embedding: NDArray[np.float32]
    fast_flops: float
    embed_flops: float


class Reflex:
    """The parts that judge a query; `spark route` needs no more than these."""

    def __init__(
        self, model: Transformer, tokenizer: Tokenizer, assessor: Assessor, embedder: Embedder, router: Path
    ) -> None:
        self.router = router
        self.model = model
        self.tokenizer = tokenizer
        self.assessor = assessor
        self.embedder = embedder

    @classmethod
    def load(cls, bundle: Bundle, own: Path | None = None, embedder: Embedder | None = None) -> Reflex:
        """`own`: where a home keeps a router that learned from its flags. `embedder`: one that is loaded already.

        Raises SparkError when a file of the bundle or the embedding package is missing or damaged."""
        model = bundle.fast()
        router = router_of(bundle, own)
        head = load_head(router)
        return cls(
            model, bundle.tokenizer, Assessor(model, bundle.tokenizer, head), embedder or Embedder.load(), router
        )

    def threshold(self, settings: RoutingSettings, record: Turns) -> float:
        """The confidence from which on a reflex may answer: as set, or found from what was measured and flagged."""
        if isinstance(settings.threshold, float):
            return settings.threshold
        return automatic(self.router, record.judged_shortcuts(), settings.max_error).threshold

    def assess(self, text: str, threshold: float, turn_id: str, wanted: Choice | None = None) -> Assessment:
        """Judge `text`; `wanted` is a path that the person insists on."""
        began = time.perf_counter()
        embed_flops = self.embedder.cost([text])
        embedding = self.embedder.embed([text])[0]
        judged = self.assessor.assess(text, embedding)
        choice = wanted or choose(judged.category, judged.confidence, threshold)
        event = Assessed(
            turn_id=turn_id,
            text=text,
            category=judged.category,
            confidence=judged.confidence,
            probabilities=judged.probabilities,
            outside=judged.outside,
            threshold=threshold,
            path=choice.route,
            reason=choice.reason,
            ms=(time.perf_counter() - began) * 1000,
        )
        return Assessment(event, choice, embedding, judged.flops, embed_flops)


def router_of(bundle: Bundle, own: Path | None) -> Path:
    """A home's own router if it has one for this very fast path, else the bundle's."""
    if own is None or not own.exists():
        return bundle.router
    try:
        made_for = load_tensors(own)[1].get("fast")
    except SparkError:  # half a file: the shipped one is as good as new
        return bundle.router
    return own if made_for == fast_fingerprint(bundle) else bundle.router


def fast_fingerprint(bundle: Bundle) -> str:
    """Of the fast path's weights: a router fits the states of one fast path only."""
    return hashlib.sha256((bundle.base / "fast.safetensors").read_bytes()).hexdigest()[:16]
