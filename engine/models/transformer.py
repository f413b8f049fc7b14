"""One transformer for the core and the fast path: decoder-only, pre-norm, RoPE, grouped-query attention.

Llama-shaped on purpose (Touvron et al. 2023): with `activation="swiglu"` and `qk_norm`, `residual_scales` and
`embedding_norm` off it computes what Llama computes; a test loads a random Llama into it and compares logits.

Axes in tensor names: B batch, T positions, D width, H heads, K key-value heads, W head width, V vocabulary.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from engine.models.cache import KVCache
from engine.models.config import ModelConfig


class Linear(nn.Linear):
    """A matrix that computes in the dtype of its input; the master weights stay as they are."""

    def __init__(self, inputs: int, outputs: int, bias: bool = False) -> None:
        super().__init__(inputs, outputs, bias=bias)

    def forward(self, input: Tensor) -> Tensor:
        bias = None if self.bias is None else self.bias.to(input.dtype)
        return F.linear(input, self.weight.to(input.dtype), bias)


class Embedding(nn.Embedding):
    """A table that starts at random, but not on the meta device: drawing there imports a compiler, for a second."""

    def reset_parameters(self) -> None:
        if not self.weight.is_meta:
            super().reset_parameters()


class RMSNorm(nn.Module):
    """x / rms(x) · weight (Zhang & Sennrich 2019)."""

    def __init__(self, width: int, eps: float) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))
        self.eps = eps

    def forward(self, x: Tensor) -> Tensor:
        return F.rms_norm(x, x.shape[-1:], self.weight.to(x.dtype), self.eps)


def rope_table(config: ModelConfig, length: int) -> Tensor:
    """Cosines and sines of the rotary angles: [2, length, head_width / 2], float32 (Su et al. 2021).

    On the processor, whatever the default device: they are known, also where weights are yet to come.
    """
    half = config.head_width // 2
    frequencies = config.rope_base ** (-torch.arange(half, dtype=torch.float32, device="cpu") / half)
    if config.rope_scaling is not None:
        frequencies = _stretched(frequencies, *config.rope_scaling)
    angles = torch.outer(torch.arange(length, dtype=torch.float32, device="cpu"), frequencies)
    return torch.stack((angles.cos(), angles.sin()))


def _stretched(frequencies: Tensor, factor: float, low: float, high: float, original: float) -> Tensor:
    """Llama 3: waves longer than the original context / `low` turn `factor` times slower, those shorter than it /
    `high` stay, and those between are mixed (Dubey et al. 2024; the reference code is Meta's)."""
    share = (original * frequencies / (2 * torch.pi) - low) / (high - low)
    share = share.clamp(0, 1)
    return frequencies * share + frequencies / factor * (1 - share)


def rotate(x_BHTW: Tensor, rope: Tensor) -> Tensor:
    """Turn feature i against feature i + W/2 by the position's angle (the half-split pairing of Llama in HF)."""
    cos, sin = rope[0].to(x_BHTW.dtype), rope[1].to(x_BHTW.dtype)
    first, second = x_BHTW.chunk(2, dim=-1)
    return torch.cat((first * cos - second * sin, second * cos + first * sin), dim=-1)


def fused_attention(q_BHTW: Tensor, k_BKTW: Tensor, v_BKTW: Tensor) -> Tensor:
    """Causal attention of a context that is read at once, by PyTorch's fused kernel: [B, H, T, W]."""
    shared = q_BHTW.shape[1] != k_BKTW.shape[1]
    return F.scaled_dot_product_attention(q_BHTW, k_BKTW, v_BKTW, is_causal=q_BHTW.shape[2] > 1, enable_gqa=shared)


class Attention(nn.Module):
    """Causal grouped-query attention. `attend` may be exchanged for another kernel of the same function."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        c = config
        self.heads, self.kv_heads, self.head_width = c.heads, c.kv_heads, c.head_width
        self.query = Linear(c.width, c.heads * c.head_width, c.attention_bias)
        self.key = Linear(c.width, c.kv_heads * c.head_width, c.attention_bias)
        self.value = Linear(c.width, c.kv_heads * c.head_width, c.attention_bias)
        self.output = Linear(c.heads * c.head_width, c.width)
        self.query_norm: nn.Module = RMSNorm(c.head_width, c.norm_eps) if c.qk_norm else nn.Identity()
        self.key_norm: nn.Module = RMSNorm(c.head_width, c.norm_eps) if c.qk_norm else nn.Identity()
        self.attend: Callable[[Tensor, Tensor, Tensor], Tensor] = fused_attention

    def project(self, x_BTD: Tensor, rope: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Queries [B, H, T, W], keys and values [B, K, T, W], normed and rotated: what attention compares."""
        batch, length, _ = x_BTD.shape
        q = self.query(x_BTD).view(batch, length, self.heads, self.head_width).transpose(1, 2)
        k = self.key(x_BTD).view(batch, length, self.kv_heads, self.head_width).transpose(1, 2)
        v = self.value(x_BTD).view(batch, length, self.kv_heads, self.head_width).transpose(1, 2)
        return rotate(self.query_norm(q), rope), rotate(self.key_norm(k), rope), v

    def forward(self, x_BTD: Tensor, rope: Tensor, cache: KVCache | None = None, layer: int = 0) -> Tensor:
        batch, length, _ = x_BTD.shape
        q, k, v = self.project(x_BTD, rope)
        past = 0 if cache is None else cache.length
        if cache is not None:
            k, v = cache.extend(layer, k, v)
        if past == 0:
            mixed = self.attend(q, k, v)
        else:
            mask = None
            if length > 1:  # new tokens see all the past and one another causally
                mask = torch.ones(length, past + length, dtype=torch.bool, device=q.device).tril(past)
            mixed = F.scaled_dot_product_attention(q, k, v, mask, enable_gqa=self.heads != self.kv_heads)
        out: Tensor = self.output(mixed.transpose(1, 2).reshape(batch, length, -1))
        return out


class MLP(nn.Module):
    """The part of a block that works on each position alone."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.gate = Linear(config.width, config.mlp_width) if config.activation == "swiglu" else None
        self.up = Linear(config.width, config.mlp_width)
        self.down = Linear(config.mlp_width, config.width)

    def forward(self, x: Tensor) -> Tensor:
        lifted = self.up(x)
        active = F.silu(self.gate(x)) * lifted if self.gate is not None else F.relu(lifted).square()
        out: Tensor = self.down(active)
        return out


class Block(nn.Module):
    """x + attention(norm(x)), then x + mlp(norm(x)); before them, optionally, a learned mix with the input x₀."""

    def __init__(self, config: ModelConfig, layer: int) -> None:
        super().__init__()
        self.layer = layer
        self.attention_norm = RMSNorm(config.width, config.norm_eps)
        self.attention = Attention(config)
        self.mlp_norm = RMSNorm(config.width, config.norm_eps)
        self.mlp = MLP(config)
        self.scales = nn.Parameter(torch.tensor([1.0, 0.0])) if config.residual_scales else None

    def forward(self, x: Tensor, x0: Tensor, rope: Tensor, cache: KVCache | None) -> Tensor:
        x = self.enter(x, x0)
        normed = self.attention_norm(x)
        # Without a cache the layer's number is not touched, so one compiled block serves all layers in training.
        x = x + (self.attention(normed, rope) if cache is None else self.attention(normed, rope, cache, self.layer))
        out: Tensor = x + self.mlp(self.mlp_norm(x))
        return out

    def enter(self, x: Tensor, x0: Tensor) -> Tensor:
        """The mix of the residual stream with the embedding that this block starts from."""
        if self.scales is None:
            return x
        scales = self.scales.to(x.dtype)
        return scales[0] * x + scales[1] * x0


class Transformer(nn.Module):
    """Tokens in, logits over the next token out."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.config = config
        self.compute_dtype = torch.float32
        self.embedding = Embedding(config.vocab_size, config.width)
        self.blocks = nn.ModuleList(Block(config, layer) for layer in range(config.layers))
        self.norm = RMSNorm(config.width, config.norm_eps)
        self.head = None if config.tie_embeddings else Linear(config.width, config.vocab_size)
        self.rope: Tensor
        self.register_buffer("rope", rope_table(config, config.context), persistent=False)

    @torch.no_grad()
    def initialize(self, seed: int = 0) -> Transformer:
        """Fresh weights: normal with σ = 1/√fan_in, zero for matrices that write to the residual stream.

        Zero outputs make every block start as the identity (Zhang et al. 2019, "Fixup"; also muP), so depth does not
        disturb the first steps. The embedding, tied to the head, starts small for near-uniform first logits.
        """
        generator = torch.Generator().manual_seed(seed)
        for name, parameter in self.named_parameters():
            if name.endswith(("output.weight", "down.weight")):
                parameter.zero_()
            elif name.startswith(("embedding", "head")):
                parameter.normal_(0.0, 0.02, generator=generator)
            elif parameter.dim() == 2:
                parameter.normal_(0.0, parameter.shape[1] ** -0.5, generator=generator)
        return self

    def embed(self, tokens_BT: Tensor) -> Tensor:
        """The residual stream before the first block, [B, T, D]."""
        x: Tensor = self.embedding(tokens_BT).to(self.compute_dtype)
        return F.rms_norm(x, x.shape[-1:], eps=self.config.norm_eps) if self.config.embedding_norm else x

    def hidden(self, tokens_BT: Tensor, cache: KVCache | None = None) -> Tensor:
        """The last layer's state after the final norm, [B, T, D], in the compute dtype."""
        past = 0 if cache is None else cache.length
        length = tokens_BT.shape[1]
        rope = self.rope[:, past : past + length]
        x0 = self.embed(tokens_BT)
        x = x0.view_as(x0)  # another object, or a compiler would make the first block's code apart from all others
        for block in self.blocks:
            x = block(x, x0, rope, cache)
        if cache is not None:
            cache.advance(length)
        normed: Tensor = self.norm(x)
        return normed

    def logits(self, x_BTD: Tensor) -> Tensor:
        """Scores of every token of the vocabulary from the states of `hidden`: [B, T, V]."""
        if self.head is not None:
            scores: Tensor = self.head(x_BTD)
            return scores
        return F.linear(x_BTD, self.embedding.weight.to(x_BTD.dtype))

    def forward(self, tokens_BT: Tensor, cache: KVCache | None = None) -> Tensor:
        return self.logits(self.hidden(tokens_BT, cache))

    def parameter_count(self) -> int:
        return sum(p.numel() for p in self.parameters())
