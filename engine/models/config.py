"""The shape of a transformer, the named sizes, and an account of its parameters."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from engine.errors import SparkError


@dataclass(frozen=True, slots=True)
class ModelConfig:
    """A decoder-only transformer. Flags that Llama lacks are identities when off.

    Widths are in features, `context` in tokens. `kv_heads` divides `heads`: each key-value head serves a group of
    query heads (grouped-query attention, Ainslie et al. 2023).
    """

    vocab_size: int
    layers: int
    width: int
    heads: int
    kv_heads: int
    mlp_width: int
    context: int = 1024
    rope_base: float = 10_000.0
    norm_eps: float = 1e-5
    activation: str = "relu2"
    """"relu2": ReLU(x)² with two matrices (So et al. 2021); "swiglu": the gated three of Llama."""
    qk_norm: bool = True
    """RMSNorm on queries and keys of each head (Henry et al. 2020): keeps attention logits tame."""
    residual_scales: bool = True
    """Learned x ← a·x + b·x₀ before each block (modded-nanoGPT); starts at a = 1, b = 0."""
    embedding_norm: bool = True
    """RMSNorm without weights right after the embedding: the residual stream starts at unit scale (nanochat)."""
    tie_embeddings: bool = True
    head_width: int = 0
    """Features of one head; 0 means width / heads."""
    attention_bias: bool = False
    """Biases on queries, keys and values (Qwen2)."""
    rope_scaling: tuple[float, float, float, float] | None = None
    """Llama 3's stretching of RoPE: factor, low and high frequency factor, tokens of the original context."""

    def __post_init__(self) -> None:
        counts = (
            self.vocab_size,
            self.layers,
            self.width,
            self.heads,
            self.kv_heads,
            self.mlp_width,
            self.context,
        )
        if min(counts) < 1:
            raise SparkError("Every size of a model must be at least 1.")
        if self.activation not in ("relu2", "swiglu"):
            raise SparkError(f"Unknown activation {self.activation!r}: use relu2 or swiglu.")
        if self.heads % self.kv_heads:
            raise SparkError(f"{self.kv_heads} key-value heads do not divide {self.heads} heads.")
        if self.head_width == 0:
            if self.width % self.heads:
                raise SparkError(f"{self.heads} heads do not divide a width of {self.width}.")
            object.__setattr__(self, "head_width", self.width // self.heads)
        if self.rope_scaling is not None:
            object.__setattr__(self, "rope_scaling", tuple(self.rope_scaling))  # JSON has lists
            if len(self.rope_scaling) != 4 or min(self.rope_scaling) <= 0:
                raise SparkError("RoPE scaling needs four numbers above zero.")
        if self.head_width % 2:
            raise SparkError(f"RoPE rotates pairs, so the head width must be even, not {self.head_width}.")

    def to_json(self) -> str:
        return json.dumps(asdict(self), sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> ModelConfig:
        """Raises SparkError when the text is not a config of ours."""
        try:
            values: dict[str, Any] = json.loads(text)
            known = {f.name for f in fields(cls)}
            if unknown := set(values) - known:
                raise SparkError(f"The model's config has unknown fields: {', '.join(sorted(unknown))}.")
            return cls(**values)
        except (TypeError, ValueError, AttributeError) as error:
            raise SparkError(f"The model's config cannot be read: {error}.") from error


# One dial derives the rest: layers, width, heads, key-value heads; the MLP is four widths with ReLU². Head widths
# are 32 or 64 so that small models still have several heads to look at.
_SHAPES: dict[str, tuple[int, int, int, int]] = {
    "1m": (3, 128, 4, 2),
    "2m": (4, 192, 6, 2),
    "6m": (7, 256, 8, 2),
    "10m": (8, 320, 10, 2),
    "12m": (7, 384, 6, 2),
    "24m": (14, 384, 6, 2),
    "36m": (12, 512, 8, 2),
    "50m": (11, 640, 10, 2),
    "300m": (27, 1024, 16, 4),
}
SIZES = tuple(_SHAPES)


def config_for(size: str, vocab_size: int, context: int | None = None) -> ModelConfig:
    """The config of a named size, such as "10m".

    Raises:
        SparkError: no size has that name.
    """
    if size not in _SHAPES:
        raise SparkError(f"There is no size {size!r}; choose one of {', '.join(SIZES)}.")
    layers, width, heads, kv_heads = _SHAPES[size]
    config = ModelConfig(vocab_size, layers, width, heads, kv_heads, mlp_width=4 * width)
    return config if context is None else replace(config, context=context)


def parameter_account(config: ModelConfig) -> dict[str, int]:
    """Parameters by part; the sum equals the model's `numel` (a test asserts it)."""
    c = config
    attention = c.width * c.head_width * (2 * c.heads + 2 * c.kv_heads)
    mlp = c.width * c.mlp_width * (3 if c.activation == "swiglu" else 2)
    biases = c.head_width * (c.heads + 2 * c.kv_heads) if c.attention_bias else 0
    norms = 2 * c.width + (2 * c.head_width if c.qk_norm else 0)
    return {
        "embeddings": c.vocab_size * c.width * (1 if c.tie_embeddings else 2),
        "attention": c.layers * (attention + biases),
        "mlp": c.layers * mlp,
        "norms": c.layers * norms + c.width,
        "scales": c.layers * 2 if c.residual_scales else 0,
    }


def flops_per_token(config: ModelConfig, context: float) -> float:
    """Floating-point operations of one forward token that attends to `context` positions.

    Two for each weight of a matrix product (a multiply and an add), the output head included, the embedding
    lookup not; plus two products of attention, 2·2·heads·head_width·context a layer (Kaplan et al. 2020).
    """
    c = config
    account = parameter_account(c)
    matrices = account["attention"] + account["mlp"] + c.vocab_size * c.width
    return 2.0 * matrices + 4.0 * c.layers * c.heads * c.head_width * context


def forward_flops(config: ModelConfig, tokens: int, past: int = 0, logits: int | None = None) -> float:
    """Floating-point operations of `tokens` new positions after `past` cached ones, causal attention.

    `logits`: how many of the positions pass through the output head (all of them when None).
    """
    head = 2.0 * config.vocab_size * config.width
    mean_context = past + (tokens + 1) / 2
    per_token = flops_per_token(config, mean_context) - head
    return tokens * per_token + (tokens if logits is None else logits) * head
