"""One look at a model: what several observers need is computed once, and only when one of them asks.

Axes: L layers, H heads, T positions of the probe text, R rows of repeated random tokens, D width, V vocabulary.
"""

from __future__ import annotations

from functools import cached_property

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.models.probe import attention_weights
from engine.models.transformer import Transformer
from train.observers.probe import Probe


class View:
    """The model at one step. `gradients` and `updates` are norms by part, where the step has told them."""

    def __init__(
        self,
        model: Transformer,
        probe: Probe | None,
        gradients: dict[str, float] | None = None,
        updates: dict[str, float] | None = None,
    ) -> None:
        self.model, self._probe = model, probe
        self.gradients, self.updates = gradients or {}, updates or {}
        self._device = model.embedding.weight.device

    @property
    def probe(self) -> Probe:
        """What is looked at; observers that need it are switched off where there is none."""
        assert self._probe is not None
        return self._probe

    @cached_property
    def attention(self) -> Tensor:
        """On the probe text: float32 [L, H, T, T] on the CPU; row i is how position i looks at 0..i."""
        return self._attention(self.probe.tokens[None])[:, 0]

    @cached_property
    def repeated_attention(self) -> Tensor:
        """On the repeated random tokens: float32 [L, R, H, T, T]."""
        return self._attention(self.probe.repeated)

    @cached_property
    def states(self) -> Tensor:
        """The residual stream on the probe text, after the embedding and after each layer: [L + 1, T, D]."""
        with torch.no_grad():
            x = x0 = self.model.embed(self.probe.tokens[None].to(self._device))
            found = [x]
            for block in self.model.blocks:
                x = block(x, x0, self.model.rope[:, : x.shape[1]], None)
                found.append(x)
        return torch.cat(found)

    def logits(self, states_TD: Tensor) -> Tensor:
        """Scores of the next token if the model stopped at these states: float32 [T, V], on the CPU."""
        with torch.no_grad():
            return self.model.logits(self.model.norm(states_TD)).float().cpu()

    @cached_property
    def probe_logits(self) -> Tensor:
        """Scores of the next token after each position of the probe text: float32 [T, V]."""
        return self.logits(self.states[-1])

    @cached_property
    def probe_losses(self) -> Tensor:
        """Nats of each token of the probe text but the first: [T - 1]."""
        return F.cross_entropy(self.probe_logits[:-1], self.probe.tokens[1:], reduction="none")

    @cached_property
    def repeated_losses(self) -> Tensor:
        """Nats of each of the repeated random tokens: [R, 2N]."""
        with torch.no_grad():
            logits = self.model(self.probe.repeated[:, :-1].to(self._device)).float().cpu()
        return F.cross_entropy(logits.flatten(0, 1), self.probe.repeated[:, 1:].flatten(), reduction="none").view(
            len(logits), -1
        )

    @cached_property
    def embedding(self) -> Tensor:
        """Embeddings of all tokens: float32 [V, D], on the CPU."""
        return self.model.embedding.weight.detach().float().cpu()

    def _attention(self, tokens_BT: Tensor) -> Tensor:
        layers = range(self.model.config.layers)
        found = attention_weights(self.model, tokens_BT.to(self._device), layers)
        return torch.stack([found[layer] for layer in layers]).cpu()
