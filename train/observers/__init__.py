"""Observers: what one can see of a model while it learns, one idea a file, each of which can be switched off."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import torch
from torch import Tensor

from engine.errors import SparkError
from engine.models.transformer import Transformer
from train.events import Observed
from train.observers.attention_distance import AttentionDistance
from train.observers.attention_entropy import AttentionEntropy
from train.observers.duplicate_token import DuplicateToken
from train.observers.effective_rank import EffectiveRank
from train.observers.embedding_pairs import EmbeddingPairs
from train.observers.first_token import FirstToken
from train.observers.gradients import Gradients
from train.observers.induction_gain import InductionGain
from train.observers.induction_heads import InductionHeads
from train.observers.logit_lens import LogitLens
from train.observers.neighbours import Neighbours
from train.observers.observer import Finding, Observer
from train.observers.parts import norms_by_part
from train.observers.previous_token import PreviousToken
from train.observers.probe import Probe
from train.observers.thumbnails import Thumbnails
from train.observers.token_kinds import TokenKinds
from train.observers.updates import Updates
from train.observers.view import View
from train.observers.weights import Weights
from train.observers.writing import Writing

OBSERVERS: tuple[type[Observer], ...] = (
    Gradients, Updates, Weights,
    Thumbnails, AttentionEntropy, FirstToken, AttentionDistance,
    PreviousToken, DuplicateToken, InductionHeads, InductionGain,
    LogitLens, TokenKinds, EmbeddingPairs, Neighbours, EffectiveRank,
)  # fmt: skip
NAMES = (*(observer.name for observer in OBSERVERS), Writing.name)
NEED_NO_PROBE = {Gradients.name, Updates.name, Weights.name}


class Looks:
    """All observers of a run that are switched on. `off` names those that are not; "all" is all of them."""

    def __init__(self, model: Transformer, probe: Probe | None, off: Collection[str] = ()) -> None:
        """Without a probe (no tokenizer, so no text) only gradients, updates and weights are left.

        Raises:
            SparkError: no observer has one of the names.
        """
        if unknown := [name for name in off if name not in (*NAMES, "all")]:
            raise SparkError(f"There is no observer {unknown[0]!r}; choose from all, {', '.join(NAMES)}.")
        self._model, self._probe = model, probe
        self._observers = [
            observer()
            for observer in OBSERVERS
            if not {observer.name, "all"} & set(off) and (probe is not None or observer.name in NEED_NO_PROBE)
        ]
        self._turn = 0
        self._gradients: dict[str, float] = {}
        self._before: dict[str, Tensor] = {}

    def before_update(self) -> None:
        """The gradients are there and the weights are still the old ones."""
        names = {observer.name for observer in self._observers}
        if Gradients.name in names:
            named = ((name, p.grad) for name, p in self._model.named_parameters() if p.grad is not None)
            self._gradients = norms_by_part(named)
        if Updates.name in names:
            self._before = {name: p.detach().clone() for name, p in self._model.named_parameters()}

    @torch.no_grad()
    def after_update(self, step: int) -> Iterator[Observed]:
        """The weights are the new ones: everybody looks."""
        changes = ((name, p - self._before[name]) for name, p in self._model.named_parameters() if self._before)
        updates = norms_by_part(changes)
        self._before = {}
        view = View(self._model, self._probe, self._gradients, updates)
        for observer in self._observers:
            if self._turn % observer.every == 0:
                yield observed(step, observer.name, observer.observe(view))
        self._turn += 1


def observed(step: int, name: str, finding: Finding) -> Observed:
    """What an observer found, as an event."""
    return Observed(step, name, finding.figures, finding.maps, finding.words)
