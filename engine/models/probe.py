"""Looking into a model without slowing it: attention weights, recomputed for chosen layers on one text.

The normal path uses fused attention, which never forms the weights. The probe runs the same blocks and, for the layers
asked for only, computes softmax(QKᵀ/√W) beside it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import NamedTuple, cast

import torch
from torch import Tensor

from engine.models.transformer import Block, Transformer


@torch.inference_mode()
def attention_weights(model: Transformer, tokens_BT: Tensor, layers: Collection[int]) -> dict[int, Tensor]:
    """Attention of each chosen layer, float32 [B, H, T, T]: row i is how position i looks at 0..i; rows sum to 1.

    Negative layers count from the end.

    Raises:
        IndexError: the model has no such layer.
    """
    count = model.config.layers
    if bad := [layer for layer in layers if not -count <= layer < count]:
        raise IndexError(f"no layer {bad[0]} in a model of {count}")
    wanted = {layer % count for layer in layers}
    rope = model.rope[:, : tokens_BT.shape[1]]
    x = x0 = model.embed(tokens_BT)
    found: dict[int, Tensor] = {}
    for module in model.blocks:
        block = cast(Block, module)
        if block.layer in wanted:
            found[block.layer] = _weights(block, block.attention_norm(block.enter(x, x0)), rope)
        if len(found) == len(wanted):
            break
        x = block(x, x0, rope, None)
    return found


class LayerView(NamedTuple):
    """One layer on one text: `weights_HRT` as `attention_weights` gives them, and what to read with `logit_lens`."""

    weights_HRT: Tensor
    stream_RD: Tensor


def layer_views(model: Transformer, tokens: list[int], rows: slice) -> Iterator[LayerView]:
    """Every layer in turn, for the chosen positions R only.

    `stream_RD` is the residual stream behind the layer, less the share of the token's own embedding in it: head and
    embedding are tied, so that share alone would make every layer but the last say the token it has just read. The
    last layer's is whole: it is what the model answers.
    """
    with torch.inference_mode():
        tokens_BT = torch.tensor([tokens], device=model.embedding.weight.device)
        rope = model.rope[:, : tokens_BT.shape[1]]
        x = x0 = model.embed(tokens_BT)
        echo = 1.0
        for module in model.blocks:
            block = cast(Block, module)
            weights_HTT = _weights(block, block.attention_norm(block.enter(x, x0)), rope)[0]
            x = block(x, x0, rope, None)
            if block.scales is not None:
                echo = float(block.scales[0]) * echo + float(block.scales[1])
            last = block.layer == model.config.layers - 1
            yield LayerView(weights_HTT[:, rows], x[0, rows] if last else x[0, rows] - echo * x0[0, rows])


@torch.inference_mode()
def logit_lens(model: Transformer, stream_RD: Tensor) -> Tensor:
    """Probabilities [R, V], float32, as if the layer behind `stream_RD` were the last one.

    Source: nostalgebraist 2020, "interpreting GPT: the logit lens".
    """
    return torch.softmax(model.logits(model.norm(stream_RD)).float(), dim=-1)


def _weights(block: Block, normed_BTD: Tensor, rope: Tensor) -> Tensor:
    attention = block.attention
    q, k, _ = attention.project(normed_BTD, rope)
    k = k.repeat_interleave(attention.heads // attention.kv_heads, dim=1)
    scores = q.float() @ k.float().transpose(-1, -2) * attention.head_width**-0.5
    length = scores.shape[-1]
    future = torch.ones(length, length, dtype=torch.bool, device=scores.device).triu(1)
    return torch.softmax(scores.masked_fill(future, float("-inf")), dim=-1)
