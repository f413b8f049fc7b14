"""Activation checkpointing, from outside the model: blocks keep their input alone and are computed again backwards.

Memory for a third more work (Chen et al. 2016). Not to be confused with the checkpoints on disk.
"""

from __future__ import annotations

from typing import Any

import torch
from torch.utils.checkpoint import checkpoint

from engine.models.transformer import Transformer


def recompute_blocks(model: Transformer) -> None:
    """From now on a training step of `model` keeps one state a block instead of everything inside."""
    for block in model.blocks:
        whole = block.forward

        def lean(*args: Any, whole: Any = whole) -> Any:
            if not torch.is_grad_enabled():
                return whole(*args)
            return checkpoint(whole, *args, use_reentrant=False, preserve_rng_state=False)  # nothing in it is random

        block.forward = lean


def keep_activations(model: Transformer) -> None:
    """Take it back."""
    for block in model.blocks:
        block.__dict__.pop("forward", None)
