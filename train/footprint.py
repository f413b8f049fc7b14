"""How much memory training and running a model takes: an account by part, from its shape alone.

Per parameter: 4 bytes of weight and 4 of gradient (both float32), and the optimizer's state: 4 for a matrix under
Muon (its momentum), 8 for everything else under AdamW (two averages).

Per token and layer, what the backward pass must find again, in bytes, for D features, K of keys, M of the MLP:
36·D + 12·K + 4·M with bf16, 48·D + 16·K + 8·M with fp32. These were counted, not guessed: a test counts the tensors
that autograd saves and compares. torch.compile recomputes some of it and needs less.

The scores over the vocabulary cost 12 bytes each when the backward pass begins: three float32 copies.

What a process is seen to take is more than the tensors in it: see `on_cpu`.
"""

from __future__ import annotations

from dataclasses import dataclass

from engine.models.config import ModelConfig, parameter_account

_LAYER_BYTES = {"bf16": (36, 12, 4), "fp32": (48, 16, 8)}
"""Bytes for each feature of the width, of the keys, and of the MLP."""
_UPDATE_BYTES = 20
"""Muon's copies of all matrices of one shape: averaged gradient 4, stack 4, three bf16 iterates 6, update 4, grams."""

_PROCESS = 1.16
"""Bytes that a process takes for a byte of tensors."""


@dataclass(frozen=True, slots=True)
class Footprint:
    """Bytes. `update` is what the optimizer's step needs for a moment, when the activations are gone again."""

    parameters: int
    weights: int
    gradients: int
    optimizer: int
    activations: int
    update: int

    @property
    def total(self) -> int:
        """The most at any moment of a step."""
        return self.weights + self.gradients + self.optimizer + max(self.activations, self.update)


def training_footprint(config: ModelConfig, tokens: int, precision: str = "bf16", recompute: bool = False) -> Footprint:
    """What a step needs that reads `tokens` at once (a batch divided by `--accumulate`).

    With `recompute` (`--checkpoint-activations`) each layer keeps its input, and one layer at a time the rest.
    """
    account = parameter_account(config)
    parameters = sum(account.values())
    matrices = account["attention"] + account["mlp"]
    keys = config.kv_heads * config.head_width
    of_width, of_keys, of_mlp = _LAYER_BYTES["fp32" if precision == "fp32" else "bf16"]
    layer = of_width * config.width + of_keys * keys + of_mlp * config.mlp_width
    size = 4 if precision == "fp32" else 2
    layers = config.layers * layer
    if recompute:
        layers = layer + config.layers * size * config.width
    activations = tokens * (layers + 4 * size * config.width + 12 * config.vocab_size)
    if precision != "fp32":  # every matrix is kept once more in half precision for the backward pass
        kept = matrices // config.layers if recompute else matrices
        activations += 2 * (kept + config.vocab_size * config.width)
    largest = max(account["mlp"], account["attention"])  # matrices of one shape are updated together
    return Footprint(
        parameters=parameters,
        weights=4 * parameters,
        gradients=4 * parameters,
        optimizer=4 * matrices + 8 * (parameters - matrices),
        activations=activations,
        update=_UPDATE_BYTES * largest,
    )


def on_cpu(tensors: int) -> int:
    """Memory that so many bytes of tensors add to a process: the allocator keeps freed blocks, kernels have buffers.

    One factor, fitted to peaks of 1m and 10m (1,024 and 4,096 tokens at once) and 50m (1,024), uncompiled: within 7% of
    each (train/LOG.md). `spark check --memory-of SIZE` measures again.
    """
    return round(_PROCESS * tensors)


def tensors_on_cpu(memory: int) -> int:
    """How many bytes of tensors a process has room for in so much memory."""
    return round(memory / _PROCESS)


def on_card(memory: int) -> int:
    """How many of a graphics card's bytes tensors can have: the driver and the allocator keep their share."""
    return round(0.9 * memory) - 600_000_000


def running_footprint(config: ModelConfig) -> int:
    """Bytes for talking: float32 weights, and keys and values of a full context in float32."""
    cache = 2 * config.layers * config.kv_heads * config.head_width * config.context
    return 4 * (sum(parameter_account(config).values()) + cache)


def pieces_that_fit(
    config: ModelConfig, batch_tokens: int, memory: int, precision: str = "bf16", recompute: bool = False
) -> int | None:
    """The smallest `--accumulate` with which a step fits into `memory` bytes; None when none does."""
    rows = max(1, batch_tokens // config.context)
    pieces = 1
    while pieces <= rows:
        if training_footprint(config, batch_tokens // pieces, precision, recompute).total <= memory:
            return pieces
        pieces *= 2
    return None
